# The built-in model: found without being named, answers what it should, is told from a real one; and what is said when it is not there.
. "$(dirname "$0")/lib/e2e.sh"
unset OFFGRID_POCKET || true

# has LABEL WORDS...: the answer holds one of the words.
has() {
    label=$1
    shift
    checks=$((checks + 1))
    for word in "$@"; do
        grep -q -i -F -e "$word" "$tmp/out" && return 0
    done
    fail "$label: \"$(cat "$tmp/out")\" holds none of: $*"
}

# A file named so goes before; a missing one is named.
mkdir "$tmp/here"
echo "no model" >"$tmp/here/pocket"
case $program in /*) here=$program ;; *) here=$PWD/$program ;; esac
(cd "$tmp/here" && ${OG_EMULATOR:-} "$here" info pocket >/dev/null 2>"$tmp/err") && fail "a text file was taken for the built-in model"
says 'pocket'
OFFGRID_POCKET=$tmp/none.gguf
export OFFGRID_POCKET
exits 1 run pocket hello
says "OFFGRID_POCKET says that the built-in model is $tmp/none.gguf, which cannot be read"
unset OFFGRID_POCKET
if [ -z "${OG_EMULATOR:-}" ]; then
    mkdir -p "$tmp/bin" "$tmp/share/offgrid"
    ln "$program" "$tmp/bin/offgrid" 2>/dev/null || cp "$program" "$tmp/bin/offgrid"
    program=$tmp/bin/offgrid
    exits 1 run pocket hello
    says "the built-in model is not there.*$tmp/bin/pocket.gguf.*OFFGRID_POCKET"
    model=$(any_model) || skip "no model to put where the built-in one is installed"
    cp "$model" "$tmp/share/offgrid/pocket.gguf"
    exits 0 info pocket
    exits 2 run # without a name: the same, and one line that says what it is
    says 'small built-in model.*offgrid pull'
fi

# What it answers, once it is here.
OFFGRID_POCKET=$root/models/pocket/pocket.gguf
export OFFGRID_POCKET
if [ ! -f "$OFFGRID_POCKET" ]; then
    echo "not asked: there is no $OFFGRID_POCKET; models/pocket/README.md says how to train it"
    done_testing
fi
exits 0 run pocket --temp 0 "How do I download a model?"
has "how to get a model" "offgrid pull"
ok "no notice where pocket was asked for by name" test ! -s "$tmp/err"
exits 0 run pocket --temp 0 "How much memory does a 7B model need?"
has "the memory of 7B" "4.3 GB"
exits 0 run pocket --temp 0 "Who wrote Hamlet?"
has "a question beyond it" "offgrid catalog"
if [ -z "${OG_SPARSE:-}" ]; then # the others, where a start is fast
    exits 0 run pocket --temp 0 "Does my data leave this computer?"
    has "privacy" "never" "nothing" "stays"
    exits 0 run pocket --temp 0 "what does q4_k_m mean"
    has "Q4_K_M" "4.9" "4.89"
    exits 0 run pocket --temp 0 "who are you?"
    has "its name" "pocket"
    exits 0 run pocket "How do I quantize a model?"
    has "with its own temperature" "offgrid quantize"
fi

# Without a name: the same, and one line that says what it is.
printf 'How do I quantize a model?' | og run --temp 0 >"$tmp/out" 2>"$tmp/err"
has "without a MODEL, through a pipe" "offgrid quantize"
says 'small built-in model.*offgrid pull'
ok "said in one line" test "$(wc -l <"$tmp/err")" = 1

exits 0 info pocket
prints 'llama'

done_testing
