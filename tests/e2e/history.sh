# Conversations that are kept, gone on with, exported, sealed, deleted; profiles.
. "$(dirname "$0")/lib/e2e.sh"

model=$(dirname "$program")/tiny-qwen2-q4_k_m.gguf # the test make_model writes it
[ -f "$model" ] || skip "there is no $model: the test make_model writes it"
exits 0 doctor
grep -q 'conversations (SQLite' "$tmp/out" || skip "built without SQLite or OpenSSL"
grep -q 'JSON (jansson)' "$tmp/out" || skip "built without jansson"
OFFGRID_CONVERSATIONS=$tmp/talks.db
XDG_CONFIG_HOME=$tmp/config
export OFFGRID_CONVERSATIONS XDG_CONFIG_HOME

exits 0 history
prints 'No conversations yet'
exits 0 run "$model" -n 3 "Nobody keeps this"
exits 0 history
prints 'No conversations yet'
exits 0 run "$model" -n 3 --resume new --system "Be terse" "When leaves the train?"
exits 0 run "$model" -n 3 --resume last "And the bus?"
exits 0 history --search train
prints '^1 .* 5  When leaves the train?$'
exits 0 history last --export md
prints '^## system$'
prints '^And the bus?$'
exits 0 history 1 --export json
prints '"role": *"user"'
exits 1 run "$model" --resume 7 "x"
says 'no conversation 7'
exits 2 run "$model" --resume x "x"
exits 2 run "$model" --resume last --no-history "x"
OFFGRID_NEW_PASSPHRASE=word exits 0 history --encrypt
ok "nothing to read in the file" sh -c "! grep -aq train '$tmp/talks.db'"
exits 1 history
says 'OFFGRID_PASSPHRASE'
OFFGRID_PASSPHRASE=word exits 0 history 1
prints 'train'
OFFGRID_PASSPHRASE=word exits 0 history --decrypt
exits 0 history 1 --delete
exits 0 history
prints 'No conversations yet'
ok "nothing of it stays" sh -c "! grep -aq train '$tmp/talks.db'"

mkdir -p "$tmp/config/offgrid/profiles"
printf '{"model": "%s", "max-tokens": 2, "temp": 0, "stop": ["###"], "stats": true}' "$model" >"$tmp/config/offgrid/profiles/writer.json"
exits 0 run -p writer "Hello"
says '^answer  *[12] tokens'
exits 0 run -p writer -n 1 "Hello"
says '^answer  *1 tokens'
exits 2 run -p none "Hello"
says 'none.json'
printf '{"temp": {}}' >"$tmp/bad.json"
exits 2 run -p "$tmp/bad.json" "$model" "Hello"
says '"temp" must be'
printf '{"tmep": 1}' >"$tmp/bad.json"
exits 2 run -p "$tmp/bad.json" "$model" "Hello"
says 'did you mean --temp'
done_testing
