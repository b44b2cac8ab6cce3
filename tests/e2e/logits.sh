# `logits` writes a NumPy file of the right form, the same whatever computes it, whole or not at all.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"
vocab=$(og info "$model" | sed -n 's/^  tokenizer.ggml.tokens  *string\[\([0-9]*\)\].*/\1/p')
ok "the vocabulary has a size" test "${vocab:-0}" -gt 3

exits 0 logits "$model" --tokens 1,2,3 --npy "$tmp/a.npy"
ok "nothing is printed" test ! -s "$tmp/out"
ok "magic and version" test "$(head -c 8 "$tmp/a.npy" | od -An -tx1 | tr -d ' \n')" = 934e554d50590100
header=$(head -c 128 "$tmp/a.npy" | tail -c +11)
ok "header: $header" test "${header%%\}*}" = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, $vocab), "
ok "size" test "$(wc -c <"$tmp/a.npy")" -eq $((128 + 3 * vocab * 4))
ok "no temporary file is left" test "$(ls "$tmp" | grep -c '\.npy')" -eq 1

exits 0 logits "$model" --tokens "1 2 3" --npy "$tmp/b.npy" --threads 3 --cpu scalar
ok "scalar kernels and 3 threads give the same bits" cmp "$tmp/a.npy" "$tmp/b.npy"
echo "1 2 3" | og logits "$model" --tokens - --npy - >"$tmp/c.npy" 2>"$tmp/err"
ok "ids through a pipe" cmp "$tmp/a.npy" "$tmp/c.npy"

# A prefix gives the first rows.
exits 0 logits "$model" --tokens 1,2 --npy "$tmp/d.npy"
tail -c +129 "$tmp/d.npy" >"$tmp/two"
tail -c +129 "$tmp/a.npy" | head -c $((2 * vocab * 4)) >"$tmp/first"
ok "logits of a prefix are the first rows" cmp "$tmp/two" "$tmp/first"

exits 0 logits "$model" --tokens 1,2 --top 4
ok "a table: its head and 4 rows a position" test "$(wc -l <"$tmp/out")" -eq 9

exits 2 logits "$model" --tokens "1,$vocab" --npy "$tmp/e.npy"
says "\"$vocab\" is not a token id"
exits 2 logits "$model" --tokens "" --npy "$tmp/e.npy"
exits 2 logits "$model" --tokens "1,x" --npy "$tmp/e.npy"
ok "no file where there was an error" test ! -e "$tmp/e.npy"
exits 1 logits "$model" --tokens 1 --npy "$tmp/none/e.npy"
says 'could not be written'
done_testing
