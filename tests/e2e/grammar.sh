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

printf '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}' >"$tmp/s.json"
printf '{\n    "n" :\t12\n}\n' >"$tmp/good.json"
printf '{"n": "12"}' >"$tmp/bad.json"
printf '1 2' >"$tmp/two.json"
exits 0 grammar --schema "$tmp/s.json"
exits 0 grammar --schema "$tmp/s.json" --check "$tmp/good.json"
exits 0 grammar --schema "$tmp/s.json" "$tmp/good.json"
exits 1 grammar --schema "$tmp/s.json" --check "$tmp/bad.json"
exits 1 grammar --schema "$tmp/s.json" --check "$tmp/two.json"
exits 2 grammar --schema "$tmp/s.json" --check "$tmp/none.json"
exits 2 grammar --schema "$tmp/good" --check "$tmp/good.json"
printf '{"properties":{"a":{"unevaluatedItems":false}}}' >"$tmp/no.json"
exits 2 grammar --schema "$tmp/no.json" --check "$tmp/good.json"
ok "the keyword and its place are named" grep -q 'unevaluatedItems at #/properties/a' "$tmp/err"
exits 2 grammar

model=$shared/models/stories260K.gguf
if [ -f "$model" ]; then
    printf 'root ::= "Once" (" " [a-z]+){3} "."\n' >"$tmp/story.gbnf"
    exits 0 run "$model" --raw --temp 0 --grammar "$tmp/story.gbnf" "One day, "
    cp "$tmp/out" "$tmp/story"
    printf '%s' "$(cat "$tmp/story")" >"$tmp/text"
    exits 0 grammar "$tmp/story.gbnf" "$tmp/text"
    exits 1 run "$model" --grammar "$tmp/bad.gbnf" "Hi"
    printf '{"type":"object","properties":{"a":{"enum":["x","yes"]},"b":{"maxLength":5,"type":"string"}},"required":["b","a"],"maxProperties":2}' >"$tmp/o.json"
    exits 0 run "$model" --raw --temp 1.5 --seed 4 --schema "$tmp/o.json" "One day, "
    cp "$tmp/out" "$tmp/made.json"
    exits 0 grammar --schema "$tmp/o.json" --check "$tmp/made.json"
fi
done_testing
