# e2e.sh: what the scripts of this folder share; each sources it first. They are run as `sh SCRIPT PROGRAM`.
# OG_EMULATOR: what to run the program under, for another CPU. OG_SPARSE=N: of long lists try every Nth, where each start of the program
# is slow. Exit codes: 0 passed, 1 failed, 77 skipped.
set -u
LC_ALL=C.UTF-8
export LC_ALL
unset OFFGRID_CPU NO_COLOR || true
program=${1:?usage: sh $0 PROGRAM}
[ -f "$program" ] || {
    echo "there is no program $program" >&2
    exit 1
}
root=$(cd "$(dirname "$0")/../.." && pwd)
shared=${OG_SHARED:-$root/../shared}
golden=$root/tests/golden/models
tmp=$(mktemp -d)
XDG_DATA_HOME=$tmp/data # models and conversations of the test, not of whoever runs it
export XDG_DATA_HOME
trap 'rm -rf "$tmp"' EXIT
failures=0
checks=0

og() { ${OG_EMULATOR:-} "$program" "$@"; }

skip() {
    echo "skipped: $*"
    exit 77
}

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# ok LABEL COMMAND...: the command must succeed.
ok() {
    label=$1
    shift
    checks=$((checks + 1))
    "$@" || fail "$label"
}

# exits CODE ARGUMENTS...: runs the program; its output is in $tmp/out and $tmp/err.
exits() {
    want=$1
    shift
    checks=$((checks + 1))
    got=0
    og "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
    if [ "$got" != "$want" ]; then
        fail "offgrid $*: exit code $got, not $want"
        sed 's/^/    /' "$tmp/err"
    fi
}

# says PATTERN / prints PATTERN: stderr or stdout of the last `exits` has a line that matches.
says() {
    checks=$((checks + 1))
    grep -q -e "$1" "$tmp/err" && return 0
    fail "stderr does not say \"$1\":"
    sed 's/^/    /' "$tmp/err"
}
prints() {
    checks=$((checks + 1))
    grep -q -e "$1" "$tmp/out" && return 0
    fail "stdout does not print \"$1\":"
    sed 's/^/    /' "$tmp/out"
}

# The first model that is here: the trained one, else a tiny random one of the golden tests.
any_model() {
    for file in "$shared/models/stories260K.gguf" "$golden"/*.gguf; do
        if [ -f "$file" ]; then
            echo "$file"
            return 0
        fi
    done
    return 1
}

done_testing() {
    echo "$checks checks, $failures failed"
    [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ] || exit 1
    exit 0
}
