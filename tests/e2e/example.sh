# examples/simple.c, built beside the program: the published story, a chat of two turns, an error in a sentence.
. "$(dirname "$0")/lib/e2e.sh"

example=$(dirname "$program")/example_simple
model=$shared/models/stories260K.gguf
expected=$shared/models/stories260K.expected.txt
[ -x "$example" ] || skip "no $example"
[ -f "$model" ] && [ -f "$expected" ] || skip "no $model"

# shellcheck disable=SC2086 # the emulator may have options
simple() { ${OG_EMULATOR:-} "$example" "$@" >"$tmp/out" 2>"$tmp/err"; }
simple "$model" --temp 0 -n 256 ""
ok "the published text" cmp "$tmp/out" "$expected"
printf 'Once upon a time\nThe end\n' | simple "$model" --temp 0 -n 20
ok "a chat of two lines answers" test "$(wc -c <"$tmp/out")" -gt 40
ok "and says nothing but prompts besides" test "$(tr -d '\n> ' <"$tmp/err")" = ""
simple /does/not/exist.gguf x
ok "an error names the file" grep -q /does/not/exist.gguf "$tmp/err"
done_testing
