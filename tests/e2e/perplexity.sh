# `imatrix` and `perplexity`: from a text to an importance matrix, a model quantized with it, and what that cost.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"

# A text that the model's vocabulary can spell: its own tokens, over and over.
i=0
while [ $i -lt 40 ]; do
    echo "once upon a time there was a little dog who liked to play in the park all day"
    i=$((i + 1))
done >"$tmp/text.txt"

exits 0 imatrix "$model" "$tmp/text.txt" -o "$tmp/a.imatrix" --ctx 64 --threads 1
prints 'chunks of 64 tokens'
exits 0 imatrix "$model" "$tmp/text.txt" -o "$tmp/b.imatrix" --ctx 64 --threads 3 --cpu scalar
ok "the same file whatever computes it" cmp "$tmp/a.imatrix" "$tmp/b.imatrix"
exits 0 info "$tmp/a.imatrix"
prints '^  general.type  *string  *imatrix$'
prints '^  imatrix.chunk_size  *u32  *64$'
prints '^  imatrix.datasets  *string\[1\]  *\[text.txt\]'
exits 2 imatrix "$model" - -o "$tmp/none" --ctx 64
says 'less than one chunk of 64'
exits 2 imatrix "$model" "$tmp/text.txt"
says 'imatrix needs --output'
exits 1 imatrix "$model" "$tmp/no-such-text" -o "$tmp/none"
ok "no file where there was an error" test ! -e "$tmp/none"

exits 0 quantize "$model" "$tmp/q.gguf" Q4_0 --imatrix "$tmp/a.imatrix"
exits 0 info "$tmp/q.gguf"
prints '^  quantize.imatrix.file  *string  *a.imatrix$'
prints '^  quantize.imatrix.dataset  *string  *text.txt$'

exits 0 perplexity "$model" "$tmp/text.txt" --ctx 64 --chunks 2
prints '^perplexity  *[0-9.]* +- [0-9.]*  *(62 tokens in 2 chunks of 64)$'
exits 0 perplexity "$model" "$tmp/text.txt" --ctx 64 --chunks 2 --against "$model"
prints '^divergence  *0.000000 +- 0.000000 '
prints '^same top token  *100.000 %'
exits 0 perplexity "$tmp/q.gguf" "$tmp/text.txt" --ctx 64 --chunks 2 --against "$model"
divergence=$(sed -n 's/^divergence  *\([0-9.]*\).*/\1/p' "$tmp/out")
ok "a quantized model is near, but not the same: $divergence" awk "BEGIN { exit !($divergence > 0 && $divergence < 0.5) }"
exits 2 perplexity "$model" "$tmp/text.txt" --ctx 4096
says 'less than one chunk of 4096'
done_testing
