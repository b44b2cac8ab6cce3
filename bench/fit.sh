#!/bin/sh
# bench/fit.sh BUILD [LIMIT]: what `offgrid fit` predicts beside the peak memory of a run, for five shapes and three contexts each. Fails if one is
# further off than LIMIT per cent (default 5). Models of random weights are made in a temporary folder (1 GB free is enough).
set -eu
build=${1:?usage: bench/fit.sh BUILD [LIMIT]}
limit=${2:-5}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
printf '%-12s %-7s %8s %12s %12s %7s\n' shape type context 'predicted MB' 'measured MB' off
for pair in tiny-llama:F16 qwen2-0.5b:Q4_0 qwen2-0.5b:Q8_0 llama-1b:Q4_0 qwen2-1.5b:Q4_K_M; do
    shape=${pair%:*} type=${pair#*:}
    "$build/make_model" --shape "$shape" --type "$type" "$tmp/m.gguf" >/dev/null
    for fill in 120 503 1527; do
        ctx=$((fill + 9))
        predicted=$("$build/offgrid" fit "$tmp/m.gguf" --ctx "$ctx" --json | jq .memory)
        measured=$("$build/offgrid" bench "$tmp/m.gguf" -p 0 -n 8 --ctx-fill "$fill" --runs 1 --packed-cache off --json | jq '.peak_rss_mb * 1000000 | floor')
        printf '%s %s %s %s %s %s\n' "$shape" "$type" "$ctx" "$predicted" "$measured" "$limit" |
            awk '{ off = 100 * ($4 - $5) / $5; printf "%-12s %-7s %8d %12.1f %12.1f %+6.1f%%\n", $1, $2, $3, $4 / 1e6, $5 / 1e6, off; exit off > $6 || off < -$6 }' || bad=$((bad + 1))
    done
done
echo "$bad of 15 further off than $limit %"
[ "$bad" -eq 0 ]
