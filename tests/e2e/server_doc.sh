# Every curl command of docs/server.md works.
. "$(dirname "$0")/lib/e2e.sh"
. "$(dirname "$0")/lib/serve.sh"

model=$shared/models/stories260K.gguf
[ -f "$model" ] || skip "stories260K.gguf is not here"
serve "$model"
grep '^curl ' "$root/docs/server.md" | sed "s,http://127.0.0.1:8080,$url," >"$tmp/commands"
ok "the page has commands" test -s "$tmp/commands"
while read -r command; do
    checks=$((checks + 1))
    sh -c "$command -f" >"$tmp/body" 2>/dev/null || fail "$command"
    [ -s "$tmp/body" ] || fail "$command: no answer"
done <"$tmp/commands"
stop TERM
done_testing
