# `offgrid serve`: answers, in every dialect, whole and streamed, are the model's own.
. "$(dirname "$0")/lib/e2e.sh"
. "$(dirname "$0")/lib/serve.sh"

model=$shared/models/stories260K.gguf
[ -f "$model" ] || skip "stories260K.gguf is not here"
exits 0 run "$model" --temp 0 -n 12 --raw "Once upon a time"
expected=$(tr -d '\n' <"$tmp/out")
serve "$model"

# streamed FILTER: the texts that jq finds in the events of the last answer, put together.
streamed() { sed -n 's/^data: //p' "$tmp/body" | grep -v '^\[DONE\]' | jq -j "$1"; }
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: \"$2\" is not \"$3\""
}
whole() { same "$1" "$(jq -j "$2" "$tmp/body")" "$text"; }

text=$(printf '%s' "$expected" | sed 's/^Once upon a time//')
post /v1/completions '{"prompt":"Once upon a time","max_tokens":12,"temperature":0}'
text=$(jq -j '.choices[0].text' "$tmp/body")
ok "the answer is what run says" sh -c 'case $1 in *"$2"*) ;; *) exit 1 ;; esac' - "$expected" "$text"

ask='"messages":[{"role":"user","content":"Once upon a time"}],"temperature":0'
post /v1/chat/completions "{$ask,\"max_completion_tokens\":12}"
whole "chat" '.choices[0].message.content'
ok "counted" answers '.usage.completion_tokens == 12 and .choices[0].finish_reason == "length" and .offgrid.stop == "length"'
post /v1/chat/completions "{$ask,\"max_tokens\":12,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
same "chat, streamed" "$(streamed '.choices[0].delta.content // empty')" "$text"
ok "it ends as OpenAI's" grep -q '^data: \[DONE\]' "$tmp/body"
post /v1/messages "{\"model\":\"\",$ask,\"max_tokens\":12}"
whole "messages" '.content[0].text'
post /v1/messages "{\"model\":\"\",$ask,\"max_tokens\":12,\"stream\":true}"
same "messages, streamed" "$(streamed '.delta.text // empty')" "$text"
post /v1/responses '{"input":"Once upon a time","temperature":0,"max_output_tokens":12}'
whole "responses" '.output[0].content[0].text'
id=$(jq -r .id "$tmp/body")
post /v1/responses "{\"input\":\"and\",\"previous_response_id\":\"$id\",\"max_output_tokens\":4}"
ok "it goes on from the earlier one" answers '.usage.input_tokens > 17'
get "/v1/responses/$id"
whole "the earlier one" '.output[0].content[0].text'
post /v1/responses '{"input":"Once upon a time","temperature":0,"max_output_tokens":12,"stream":true}'
same "responses, streamed" "$(streamed 'select(.type == "response.output_text.delta").delta')" "$text"
post /api/generate '{"model":"stories260K","prompt":"Once upon a time","options":{"temperature":0,"num_predict":12}}'
same "Ollama's, streamed" "$(jq -j '.response' "$tmp/body")" "$text"
post /api/chat "{\"model\":\"stories260K\",$(printf '%s' "$ask" | sed 's/,"temperature":0//'),\"stream\":false,\"options\":{\"temperature\":0,\"num_predict\":12}}"
whole "Ollama's chat" '.message.content'
post /completion '{"prompt":"Once upon a time","temperature":0,"n_predict":12}'
whole "llama-server's" '.content'

# In a form; the same seed; several; stopped.
post /v1/chat/completions "{$ask,\"max_tokens\":100,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,2]}},\"required\":[\"a\"],\"additionalProperties\":false}}}}"
ok "a schema is kept" answers '.choices[0].message.content | fromjson | .a == 1 or .a == 2'
post /v1/chat/completions "{$ask,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"objekt\"}}}}"
ok "one that cannot be is refused" answers '.error.type == "invalid_request_error"'
post /v1/completions '{"prompt":"Once","n":3,"seed":7,"max_tokens":9}'
ok "three answers" answers '.choices | length == 3'
cp "$tmp/body" "$tmp/three"
post /v1/completions '{"prompt":"Once","n":1,"seed":8,"max_tokens":9}'
ok "the second's seed is the next" sh -c '[ "$(jq .choices[1].text "$1")" = "$(jq .choices[0].text "$2")" ]' - "$tmp/three" "$tmp/body"
post /v1/completions '{"prompt":"Once upon a time","temperature":0,"stop":["little"],"max_tokens":50}'
ok "it stops before a word" answers '.choices[0].finish_reason == "stop" and (.choices[0].text | contains("little") | not) and .offgrid.stop_string == "little"'
post /v1/completions '{"prompt":"Once upon a time","max_tokens":1,"echo":true,"logprobs":2}'
ok "echo, with how likely each was" answers '.choices[0].logprobs.tokens[2] == " upon" and .choices[0].logprobs.token_logprobs[0] == null'

# Refused with the numbers, in the dialect's own words.
long=$(awk 'BEGIN { for (i = 0; i < 3000; i++) printf "word " }')
post /v1/chat/completions "{\"messages\":[{\"role\":\"user\",\"content\":\"$long\"}]}"
ok "too long" answers '.error.code == "context_length_exceeded" and (.error.message | test("[0-9]{4}"))'
post /v1/chat/completions '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:"}}]}]}'
ok "no pictures" answers '.error.message | test("cannot see")'
post /v1/chat/completions '{"messages":[{"role":"user"}],"temperature":"hot"}'
ok "a wrong type names its field" answers '.error.param == "temperature"'
post /v1/messages '{"messages":[],"model":"x"}'
ok "as Anthropic's do" answers '.type == "error" and .error.type == "invalid_request_error" and (.error.message | test("max_tokens"))'
post /v1/chat/completions '{"messages":[{"role":"user","content":"x"}],"no_such_field":1,"max_tokens":1}'
ok "fields unknown are passed over" answers '.choices | length == 1'
stop TERM
ok "it ends with 0" sh -c '[ "$1" = 0 ]' - "$code"
done_testing
