# `offgrid serve`: what needs no generation, over curl; starting and stopping.
. "$(dirname "$0")/lib/e2e.sh"
. "$(dirname "$0")/lib/serve.sh"

model=$shared/models/stories260K.gguf
[ -f "$model" ] || skip "stories260K.gguf is not here"
serve "$model"

get /health
ok "health" answers '.status == "ok"'
get /v1/models
ok "models" answers '.data[0].id == "stories260K" and .object == "list"'
post /tokenize '{"content":"Once upon a time"}'
ok "tokens" answers '.tokens == [403,407,261,378]'
post /detokenize '{"tokens":[403,407,261,378]}'
ok "and back" answers '.content == "Once upon a time"'
post /apply-template '{"messages":[{"role":"user","content":"hi"}]}'
ok "templates" answers '.prompt == "hi" and .format == "plain"'
get /api/tags
ok "Ollama's list" answers '.models[0].name == "stories260K" and .models[0].details.format == "gguf"'
post /api/show '{"model":"stories260K:latest"}'
ok "Ollama's details" answers '.model_info["general.architecture"] == "llama"'
get /metrics
ok "counters" grep -q '^offgrid_requests_total [1-9]' "$tmp/body"
get /openapi.json
ok "the description" answers '.paths["/v1/embeddings"].post.requestBody.content["application/json"].schema.required == ["input"]'

# Refusals, each in its dialect's shape, naming the field.
post /v1/embeddings '{"input":5}'
ok "OpenAI's shape" answers '.error.param == "input" and .error.type == "invalid_request_error"'
post /api/embed '{"model":"x","input":5}'
ok "Ollama's shape" answers '.error | type == "string"'
post /v1/embeddings '{"model":"none","input":"x"}'
ok "an unknown model" sh -c '[ "$1" = 404 ]' - "$status"

stop INT
ok "it ends with 0" sh -c '[ "$1" = 0 ]' - "$code"

# Other ways to listen.
serve "$model" --unix "$tmp/socket" --lazy
ok "a Unix socket" sh -c 'curl -sf --unix-socket "$1" http://localhost/health >/dev/null' - "$tmp/socket"
stop TERM
ok "the socket is gone" test ! -e "$tmp/socket"
exits 2 serve "$model" --host 0.0.0.0 --no-sandbox
says "key"
exits "$(og run "$tmp/none.gguf" x >/dev/null 2>&1; echo $?)" serve "$tmp/none.gguf"
if command -v openssl >/dev/null && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$tmp/key.pem" -out "$tmp/cert.pem" >/dev/null 2>&1; then
    echo secret >"$tmp/keys"
    serve "$model" --tls-cert "$tmp/cert.pem" --tls-key "$tmp/key.pem" --api-key-file "$tmp/keys" --lazy
    ok "HTTPS with a key" sh -c 'curl -sf --cacert "$1" -H "Authorization: Bearer secret" "$2/v1/models" >/dev/null' - "$tmp/cert.pem" "$url"
    ok "without it: 401" sh -c '[ "$(curl -s -o /dev/null -w %{http_code} --cacert "$1" "$2/v1/models")" = 401 ]' - "$tmp/cert.pem" "$url"
    stop TERM
fi
done_testing
