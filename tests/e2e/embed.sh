# `embed`: vectors as text, JSON, base64 and NumPy; the same whatever else is in the batch; what it refuses.
. "$(dirname "$0")/lib/e2e.sh"

model=$golden/llama-gqa.gguf
[ -f "$model" ] || skip "no $model"

exits 0 embed "$model" --pooling last abc "the cat"
ok "a line for each text" test "$(wc -l <"$tmp/out")" -eq 2
ok "of 32 numbers" test "$(head -1 "$tmp/out" | wc -w)" -eq 32
ok "of length 1" test "$(head -1 "$tmp/out" | awk '{ for (i = 1; i <= NF; i++) s += $i * $i; print (s > 0.99999 && s < 1.00001) }')" = 1
cp "$tmp/out" "$tmp/both"
exits 0 embed "$model" --pooling last "the cat" --threads 3 --cpu scalar
ok "alone, with other kernels: the same" test "$(cat "$tmp/out")" = "$(tail -1 "$tmp/both")"
printf 'abc\r\n\nthe cat' | og embed "$model" --pooling last >"$tmp/out" 2>"$tmp/err"
ok "lines of standard input, empty ones left out" cmp "$tmp/out" "$tmp/both"
printf 'abc\nthe cat\n' >"$tmp/lines"
exits 0 embed "$model" --pooling last --file "$tmp/lines" --batch 1
ok "lines of a file, one a batch" cmp "$tmp/out" "$tmp/both"

exits 0 embed "$model" --pooling last abc "the cat" --npy "$tmp/v.npy"
ok "size of the array" test "$(wc -c <"$tmp/v.npy")" -eq $((128 + 2 * 32 * 4))
exits 0 embed "$model" --pooling last abc --base64
ok "base64 is of the same bytes" test "$(tr -d '\n' <"$tmp/out" | base64 -d | od -An -tx1)" = "$(tail -c +129 "$tmp/v.npy" | head -c 128 | od -An -tx1)"
exits 0 embed "$model" --pooling mean -d 8 abc
ok "the first 8 dimensions" test "$(wc -w <"$tmp/out")" -eq 8
if ! og tokenize "$model" --json x 2>&1 | grep -q 'without JSON'; then
    exits 0 embed "$model" --pooling mean --json abc
    prints '"dimensions": *32'
fi

exits 2 embed "$model" abc
says 'name a pooling'
exits 2 embed "$model" abc --pooling sum
says 'it can be mean, cls or last'
exits 2 embed "$model" abc --pooling mean -d 33
says "vectors have 32"
exits 2 embed "$model" --pooling mean
says 'there are no texts'
exits 2 embed "$model" abc --file "$tmp/lines"
says 'not both'
long=$(printf 'a b c d e f g h %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
exits 1 embed "$model" --pooling mean abc "$long"
says 'text 2 has .* tokens, but the model reads 256'
exits 0 embed "$model" --pooling mean abc "$long" --truncate
says '1 of the texts were longer'
exits 1 rerank "$model" question answer
says 'no ranking head'
done_testing
