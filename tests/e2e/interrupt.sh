# Ctrl-C during one answer, on a terminal: what was said stays, the exit code is 130.
. "$(dirname "$0")/lib/e2e.sh"

command -v expect >/dev/null || skip "no expect (Debian package expect)"
model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"

cat >"$tmp/script" <<END
set timeout 30
eval spawn ${OG_EMULATOR:-} {$program} run {$model} \$argv
expect {
    -re {[a-z]{2,}} {}
    timeout { exit 101 }
    eof { exit 102 }
}
send "\003"
expect {
    eof {}
    timeout { exit 103 }
}
exit [lindex [wait] 3]
END
checks=1
got=0
# The slowest kernels and a wide context: the answer is long enough to be still running.
expect "$tmp/script" --temp 0 --ctx 65536 --cpu scalar --threads 1 --raw "once upon a time" >"$tmp/log" 2>&1 || got=$?
if [ "$got" -ne 130 ]; then
    fail "exit code $got, not 130"
    head -c 2000 "$tmp/log"
fi
done_testing
