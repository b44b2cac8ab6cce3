# Output for programs is JSON, one object a line where it is a stream.
. "$(dirname "$0")/lib/e2e.sh"

command -v jq >/dev/null || skip "no jq (Debian package jq)"
model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"
exits 0 tokenize --help
og tokenize "$model" --json x 2>&1 | grep -q 'without JSON' && skip "the program was built without jansson"

# holds FILTER: it is true of $tmp/out.
holds() {
    checks=$((checks + 1))
    jq -e -s "$1" "$tmp/out" >"$tmp/jq" || fail "jq '$1' of $(head -c 1000 "$tmp/out")"
}

exits 0 run "$model" --temp 0 -n 16 --json --raw "once upon"
holds 'map(type == "object" and has("event")) | all'
holds '.[0].event == "start" and .[-1].event == "end" and (.[1:-1] | map(.event == "text") | all)'
holds '.[-1].tokens == 16 and .[-1].stop == "length" and .[-1].stop_string == null and .[-1].decode_tps > 0'
jq -j 'select(.event == "text").text' "$tmp/out" >"$tmp/text"
og run "$model" --temp 0 -n 16 --raw "once upon" >"$tmp/plain"
ok "the events hold the text" cmp "$tmp/text" "$tmp/plain"

exits 0 run "$model" --temp 0 --ctx 16 --json --raw "once upon"
holds 'map(select(.event == "warning")) | length == 1'
holds '.[-1].stop == "context"'

# The seed that was drawn gives the text again.
exits 0 run "$model" -n 16 --json --raw "Once"
seed=$(jq -r 'select(.event == "start").seed' "$tmp/out")
jq -j 'select(.event == "text").text' "$tmp/out" >"$tmp/text"
og run "$model" -n 16 --seed "$seed" --raw "Once" >"$tmp/plain"
ok "the shown seed gives the text again" cmp "$tmp/text" "$tmp/plain"

exits 1 run "$tmp/none.gguf" --json x
holds 'length == 1 and .[0].event == "error" and (.[0].text | contains("none.gguf")) and (.[0].status | length > 0)'
says 'none.gguf'

exits 0 tokenize "$model" --json "once upon"
holds '.[0].ids | length > 1'
holds '(.[0].ids | length) == (.[0].pieces | length)'
exits 0 tokenize "$model" --json --detokenize "$(og tokenize "$model" --ids --no-bos "once upon")"
holds '.[0].text == "once upon"'

exits 0 logits "$model" --tokens 1,2 --top 3 --json
holds '.[0].positions == 2 and (.[0].top | map(length) == [3, 3])'
holds '.[0].top | map(.[0].logit >= .[1].logit) | all'

exits 0 info "$model" --json
holds '.[0].version >= 2 and (.[0].tensors | length > 0) and (.[0].metadata["tokenizer.ggml.tokens"] | length > 0)'
holds '(.[0].tensors | map(.bytes) | add) == .[0].tensor_bytes'
exits 0 info "$model" --json --meta general.architecture
holds '.[0] | type == "string"'

exits 0 bench "$model" -p 32 -n 8 --runs 3 --threads 2 --json
for key in prefill_tps decode_tps read_gb_s int8_gmac_s share_read share_int8; do
    holds ".[0] | .$key > 0 and .${key}_min <= .$key and .$key <= .${key}_max"
done
holds '.[0] | .peak_rss_mb > 0 and .threads == 2 and .runs == 3 and .prefill == 32 and .decode == 8'
exits 0 bench "$model" -p 0 -n 4 --runs 1 --ctx-fill 20 --json
holds '.[0] | .prefill_tps == null and .share_int8 == null and .decode_tps > 0'
done_testing
