# offgrid grammar: good and bad grammars, texts that match and that do not, answers under a grammar.
. "$(dirname "$0")/lib/e2e.sh"

printf 'root ::= "yes" | "no" more?\nmore ::= " " [a-z]{1,3}\n' >"$tmp/g.gbnf"
printf 'yes' >"$tmp/yes"
printf 'no abcd' >"$tmp/long"
printf 'n' >"$tmp/short"
exits 0 grammar "$tmp/g.gbnf"
exits 0 grammar "$tmp/g.gbnf" "$tmp/yes"
exits 1 grammar "$tmp/g.gbnf" "$tmp/long"
ok "the byte that cannot follow is named" grep -q 'byte 7 cannot follow' "$tmp/out"
exits 1 grammar "$tmp/g.gbnf" "$tmp/short"
ok "a text that ends too early is called so" grep -q 'missing at its end' "$tmp/out"
exits 0 grammar "$tmp/g.gbnf" "$tmp/yes" --root root
exits 2 grammar "$tmp/g.gbnf" "$tmp/yes" --root none
exits 2 grammar "$tmp/none.gbnf"
printf 'root ::= "b" | root "a"\n' >"$tmp/bad.gbnf"
exits 2 grammar "$tmp/bad.gbnf"
ok "the mistake is named" grep -q 'left recursion' "$tmp/err"

model=$shared/models/stories260K.gguf
if [ -f "$model" ]; then
    printf 'root ::= "Once" (" " [a-z]+){3} "."\n' >"$tmp/story.gbnf"
    exits 0 run "$model" --raw --temp 0 --grammar "$tmp/story.gbnf" "One day, "
    cp "$tmp/out" "$tmp/story"
    printf '%s' "$(cat "$tmp/story")" >"$tmp/text"
    exits 0 grammar "$tmp/story.gbnf" "$tmp/text"
    exits 1 run "$model" --grammar "$tmp/bad.gbnf" "Hi"
fi
done_testing
