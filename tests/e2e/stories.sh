# The trained model tells its published story, byte for byte, on every instruction set this CPU has and with 1, 2 and 3 threads.
. "$(dirname "$0")/lib/e2e.sh"

model=$shared/models/stories260K.gguf
expected=$shared/models/stories260K.expected.txt
[ -f "$model" ] && [ -f "$expected" ] || skip "no $model"

og run "$model" --cpu none x 2>"$tmp/levels"
levels=$(sed -n 's/.*this CPU has: //p' "$tmp/levels" | tr -d ,)
ok "the error names the levels of this CPU" test -n "$levels"
echo "levels: $levels"
for level in $levels; do
    for threads in 1 2 3; do
        exits 0 run "$model" --temp 0 -n 256 --cpu "$level" --threads $threads ""
        ok "$level, $threads threads: the published text" cmp "$tmp/out" "$expected"
    done
done
done_testing
