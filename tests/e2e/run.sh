# One answer: prompts from arguments and pipes, limits, stop strings, seeds, a full context, closed pipes.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"
echo "model: $model"

exits 0 run "$model" --temp 0 -n 24 --raw "Once upon a time"
cp "$tmp/out" "$tmp/arg"
ok "an answer was given" test -s "$tmp/arg"
ok "nothing on stderr" test ! -s "$tmp/err"
printf 'Once upon a time\n' | og run "$model" --temp 0 -n 24 --raw >"$tmp/piped"
ok "a piped prompt, one newline dropped, gives the same" cmp "$tmp/piped" "$tmp/arg"
exits 2 run "$model" -n 4
says 'standard input holds no prompt'
exits 0 run "$model" -n 0 --raw x
ok "-n 0 prints nothing" test ! -s "$tmp/out"

# The same seed gives the same text; among many seeds some differ.
exits 0 run "$model" --seed 1 -n 16 --raw Once
cp "$tmp/out" "$tmp/seed1"
exits 0 run "$model" --seed 1 -n 16 --raw Once
ok "one seed, one text" cmp "$tmp/out" "$tmp/seed1"
differs=no
for seed in 2 3 4 5; do
    og run "$model" --seed $seed -n 16 --raw Once >"$tmp/out"
    cmp -s "$tmp/out" "$tmp/seed1" || differs=yes
done
ok "seeds matter" test $differs = yes

# A stop string taken from the middle of the answer cuts it there.
text=$(cat "$tmp/arg")
word=$(cut -c 6-9 "$tmp/arg" | head -n 1)
exits 0 run "$model" --temp 0 -n 24 --stop "$word" --raw "Once upon a time"
printf '%s' "${text%%"$word"*}" >"$tmp/want"
ok "the text ends before the stop string \"$word\"" cmp "$tmp/out" "$tmp/want"

# The context fills up: said, never silent.
exits 0 run "$model" --temp 0 --ctx 16 --raw "Once upon a time"
says 'warning: the context of 16 tokens is full'
exits 1 run "$model" --temp 0 --ctx 2 --raw "Once upon a time there was a little girl"
says 'does not fit.*--ctx'
ok "no answer to a prompt that does not fit" test ! -s "$tmp/out"

exits 0 run "$model" --temp 0 -n 4 --stats --raw x
says '^prompt .* tokens/s'
says 'stopped by: length'

# Threads and kernels change nothing.
exits 0 run "$model" --temp 0 -n 24 --threads 3 --cpu scalar --raw "Once upon a time"
ok "scalar kernels and 3 threads give the same text" cmp "$tmp/out" "$tmp/arg"

# Whoever reads may stop reading: no message, no more text.
og run "$model" --temp 0 -n 200 --raw "Once" 2>"$tmp/err" | head -c 1 >"$tmp/out"
ok "a closed pipe is no error" test ! -s "$tmp/err"
if [ -c /dev/full ]; then
    got=0
    og run "$model" --temp 0 -n 4 --raw "Once" >/dev/full 2>"$tmp/err" || got=$?
    ok "a full disk is an error" test "$got" -eq 1
    says 'could not be written'
fi
exits 1 run "$model" --memory 1K -n 4 --raw x
done_testing
