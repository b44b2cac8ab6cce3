# `info` shows what is in a file, and refuses damaged ones with a sentence that names the file.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"
exits 0 info "$model"
prints 'GGUF version [23],'
prints '^  general.architecture  *string  *[a-z0-9]*$'
prints '^  tokenizer.ggml.tokens  *string\[[0-9]*\]  *\[.*, \.\.\.\]$'
prints '^Model$'
prints '^  family  *[a-z0-9]*$'
prints '^  quantization  *mostly [A-Z0-9_]*, [0-9.]* bits per weight$'
prints '^  memory  *.* for a context of [0-9]* tokens: weights .*, cache .*, activations '
exits 0 info "$model" --ctx 100
prints '^  memory  *.* for a context of 100 tokens: '
chatty=$(dirname "$program")/tiny-qwen2-q4_k_m.gguf # the test make_model writes it
if [ -f "$chatty" ]; then
    exits 0 info "$chatty"
    prints "^  chat  *the file's own template$"
    prints '^  tools  *yes$'
    # An architecture that nobody has, of the same length: it is named, and those that are known.
    sed 's/qwen2/qwen_/g' "$chatty" >"$tmp/unknown.gguf"
    exits 0 info "$tmp/unknown.gguf"
    prints "^  does not run  *.*architecture 'qwen_'; it knows .*llama"
    exits 1 run "$tmp/unknown.gguf" x
    says "architecture 'qwen_'; it knows .*llama"
fi
exits 0 info "$model" --tensors
prints '^  token_embd.weight  *[A-Z0-9_]*  *[0-9]* x [0-9]* .* at [0-9]*$'
exits 0 info "$model" --meta general.architecture
ok "--meta prints the value alone" test "$(wc -l <"$tmp/out")" -eq 1
exits 0 info "$model" --meta tokenizer.ggml.tokens
n=$(og info "$model" | sed -n 's/^  tokenizer.ggml.tokens  *string\[\([0-9]*\)\].*/\1/p')
ok "--meta prints every element" test "$(wc -l <"$tmp/out")" -ge "$n"
exits 2 info "$model" --meta general.nothing
says 'no metadata "general.nothing"'

# damaged NAME: $tmp/NAME is refused by every command, in words about it.
damaged() {
    exits 1 info "$tmp/$1"
    says "^offgrid: .*$1"
    exits 1 tokenize "$tmp/$1" x
    says "^offgrid: .*$1"
    exits 1 run "$tmp/$1" x
    says "^offgrid: .*$1"
}
: >"$tmp/empty.gguf"
damaged empty.gguf
printf 'GGUF' >"$tmp/magic.gguf"
damaged magic.gguf
head -c 4096 /dev/zero >"$tmp/zeros.gguf"
damaged zeros.gguf
size=$(wc -c <"$model")
for part in 20 200 2000; do
    head -c $part "$model" >"$tmp/cut$part.gguf"
    damaged cut$part.gguf
done
head -c $((size - 100)) "$model" >"$tmp/short.gguf"
damaged short.gguf
# counts of tensors and of keys far beyond the file
{ head -c 8 "$model" && printf '\377\377\377\377\377\377\377\177' && tail -c +17 "$model"; } >"$tmp/tensors.gguf"
damaged tensors.gguf
{ head -c 16 "$model" && printf '\377\377\377\377\377\377\377\177' && tail -c +25 "$model"; } >"$tmp/keys.gguf"
damaged keys.gguf
# the length of the first key
{ head -c 24 "$model" && printf '\377\377\377\377\377\377\377\377' && tail -c +33 "$model"; } >"$tmp/string.gguf"
damaged string.gguf
done_testing
