# The official clients of OpenAI, Anthropic and Ollama, unmodified, against `offgrid serve` (tests/clients).
. "$(dirname "$0")/lib/e2e.sh"
. "$(dirname "$0")/lib/serve.sh"

story=$shared/models/stories260K.gguf
tiny=$(dirname "$program")/tiny-qwen2-q4_k_m.gguf
[ -f "$story" ] || skip "stories260K.gguf is not here"
[ -f "$tiny" ] || skip "make_model has not been run"
command -v node >/dev/null || skip "node is not here"
node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || skip "node is older than 20"
serve story="$story" tiny="$tiny" embed="$root/tests/golden/encoders/bert-types.gguf"

# The packages are got once, by the lock file, into a build folder.
folder=$root/build-clients
mkdir -p "$folder"
cp "$root"/tests/clients/* "$folder/"
if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.offgrid-lock"; then
    (cd "$folder" && npm ci --silent --no-audit --no-fund >"$tmp/npm" 2>&1 && cp package-lock.json node_modules/.offgrid-lock) ||
        skip "npm cannot get the clients: $(tail -n 1 "$tmp/npm")"
fi
checks=1
(cd "$folder" && OG_URL=$url timeout 300 node --test --test-reporter=tap clients.test.mjs) >"$tmp/clients" 2>&1 || fail "a client is not content"
grep -E '^(not )?ok |^# (tests|pass|fail) ' "$tmp/clients"
[ "$failures" -eq 0 ] || cat "$tmp/clients"
stop TERM
ok "the server ends with 0" sh -c '[ "$1" = 0 ]' - "$code"
done_testing
