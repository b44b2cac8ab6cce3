# Published vectors: every text of a vocabulary gives exactly its ids, and for byte-level vocabularies the ids give the text.
. "$(dirname "$0")/lib/e2e.sh"

vectors=$shared/vectors/tokenizers
[ -d "$vectors" ] || skip "no $vectors"

# check_text VOCABULARY FILE_WITH_TEXT IDS ROUND_TRIP
check_text() {
    checks=$((checks + 1))
    got=$(og tokenize "$1" --ids --no-bos <"$2") || got="exit code $?"
    if [ "$got" != "$3" ]; then
        fail "$(basename "$1"), text \"$(cat "$2")\": got \"$got\", not \"$3\""
        return
    fi
    [ "$4" = yes ] || return 0
    og tokenize "$1" --detokenize "$3" >"$tmp/back"
    cmp -s "$tmp/back" "$2" || fail "$(basename "$1"): \"$3\" gives \"$(cat "$tmp/back")\", not \"$(cat "$2")\""
}

# check_set FOLDER ROUND_TRIP
check_set() {
    gguf=$vectors/$1/ggml-vocab-$1.gguf
    [ -f "$gguf" ] || {
        echo "no $gguf"
        return
    }
    # Texts are apart by a line of their own and may hold newlines: one file each, without the newline before the separator.
    rm -rf "$tmp/texts"
    mkdir "$tmp/texts"
    awk -v dir="$tmp/texts" '
        /^__ggml_vocab_test__$/ { printf "%s", text > sprintf("%s/%03d", dir, n++); close(sprintf("%s/%03d", dir, n - 1)); text = ""; lines = 0; next }
        { text = text (lines++ ? "\n" : "") $0 }' "$gguf.inp"
    n=0
    while read -r ids; do
        text=$(printf '%s/texts/%03d' "$tmp" "$n")
        n=$((n + 1))
        [ -f "$text" ] || {
            fail "$1: fewer texts than ids"
            return
        }
        [ $((n % ${OG_SPARSE:-1})) -ne 0 ] || check_text "$gguf" "$text" "$ids" "$2"
    done <"$gguf.out"
    echo "$1: $n texts${OG_SPARSE:+, every ${OG_SPARSE}th tried}"
}

check_set gpt-2 yes
check_set qwen2 yes
check_set phi-3 no

# The other ways of asking, on one vocabulary.
gguf=$vectors/gpt-2/ggml-vocab-gpt-2.gguf
exits 0 tokenize "$gguf" "Hello world" --ids
prints '^15496 995$'
exits 0 tokenize "$gguf" "Hello world"
prints '^15496  Hello$'
prints '^  995  Ġworld$'
exits 0 tokenize "$gguf" "" --ids --no-bos
ok "an empty text gives an empty line" test "$(wc -c <"$tmp/out")" -eq 1
exits 0 tokenize "$gguf" "a<|endoftext|>" --ids --no-bos --special
prints ' 50256$'
exits 0 tokenize "$gguf" --detokenize "[15496, 995]"
ok "detokenize adds nothing" test "$(cat "$tmp/out"; echo .)" = "Hello world."
exits 0 tokenize "$gguf" --detokenize "64 50256" --special
prints '^a<|endoftext|>$'
exits 2 tokenize "$gguf" --detokenize "1 -5"
says '"-5" is not a token id of this vocabulary: ids are 0 to 50256'
exits 2 tokenize "$gguf" --detokenize "50257"
exits 2 tokenize "$gguf" --detokenize "1.5"
exits 0 tokenize "$shared/vectors/tokenizers/phi-3/ggml-vocab-phi-3.gguf" "Hello" --ids
prints '^1 [0-9 ]*$'
done_testing
