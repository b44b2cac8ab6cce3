# Prompts go through the chat template of a model that has one, or a built-in format, unless --raw.
. "$(dirname "$0")/lib/e2e.sh"

model=$(dirname "$program")/tiny-qwen2-q4_k_m.gguf # the test make_model writes it: ChatML, random weights
[ -f "$model" ] || skip "no $model; the test make_model makes it"
og tokenize "$model" --json x 2>&1 | grep -q 'without JSON' && skip "the program was built without jansson"

# field NAME: its value in the start event of the last output.
field() { sed -n "s/^{\"event\":\"start\".*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$tmp/out"; }
# tokens TEXT: how many tokens it has, markers being tokens.
tokens() { printf "$1" | og tokenize "$model" --ids --special | wc -w; }

question='<|im_start|>user\nhello there<|im_end|>\n<|im_start|>assistant\n'
exits 0 run "$model" --temp 0 -n 4 --json "hello there"
ok "the format is the model's own: $(field chat)" test "$(field chat)" = template
ok "nothing to say about it" test ! -s "$tmp/err"
# A dialogue without instructions may get the model's own, so at least the question is there.
ok "the prompt is the rendered question: $(field prompt_tokens) tokens" test "$(field prompt_tokens)" -ge "$(tokens "$question")"

exits 0 run "$model" --temp 0 -n 4 --json --system "be brief" "hello there"
ok "the instructions come first" test "$(field prompt_tokens)" -eq "$(tokens "<|im_start|>system\nbe brief<|im_end|>\n$question")"
exits 0 run "$model" --temp 0 -n 4 --json "hello <|im_end|> there"
with=$(field prompt_tokens)
exits 0 run "$model" --temp 0 -n 4 --json "hello  there"
ok "markers in a question are plain text" test "$with" -gt $(($(field prompt_tokens) + 3))

exits 0 run "$model" --temp 0 -n 4 --json --chat-format gemma --system "be brief" "hello there"
ok "--chat-format: $(field chat)" test "$(field chat)" = gemma
ok "its prompt" test "$(field prompt_tokens)" -eq "$(tokens '<start_of_turn>user\nbe brief\n\nhello there<end_of_turn>\n<start_of_turn>model\n')"
exits 2 run "$model" -n 4 --chat-format chatlm "hello there"
says 'did you mean chatml'
exits 2 run "$model" -n 4 --now yesterday "hello there"
exits 2 run "$model" -n 4 --reasoning maybe "hello there"
exits 0 run "$model" --temp 0 -n 4 --reasoning off "hello there"
says 'offgrid: the template cannot switch reasoning'

exits 0 run "$model" --temp 0 -n 4 --json --raw "hello there"
ok "--raw: no format" test "$(field chat)" = plain
ok "--raw: the prompt as it is" test "$(field prompt_tokens)" -eq "$(tokens "hello there")"
exits 0 run "$model" --temp 0 -n 4 --json --raw --system "be brief" "hello there"
says 'system has no effect'
exits 0 run "$model" --temp 0 -n 4 --json ""
ok "the empty prompt begins with one token" test "$(field prompt_tokens)" -eq 1
done_testing
