# The chat, through a pseudo-terminal: editing, history, commands, Ctrl-C that stops the answer and not the program, ways to leave.
. "$(dirname "$0")/lib/e2e.sh"

command -v expect >/dev/null || skip "no expect (Debian package expect)"
model=$(any_model) || skip "no model: neither $shared/models nor $golden has one"
export OFFGRID_HISTORY="$tmp/history" TERM=xterm

# dialogue LABEL SCRIPT [OPTIONS...]: spawns the chat with OPTIONS, runs the expect SCRIPT; the program must leave with 0.
dialogue() {
    label=$1
    script=$2
    shift 2
    checks=$((checks + 1))
    cat >"$tmp/script" <<END
set timeout 30
proc see {pattern} {
    expect {
        -re \$pattern {}
        timeout { puts "\n-- timed out waiting for: \$pattern"; exit 101 }
        eof { puts "\n-- ended while waiting for: \$pattern"; exit 102 }
    }
}
proc leaves {} {
    expect {
        eof {}
        timeout { puts "\n-- does not leave"; exit 103 }
    }
}
eval spawn ${OG_EMULATOR:-} {$program} run {$model} \$argv
see "/help for help"
see "> "
$script
leaves
exit [lindex [wait] 3]
END
    got=0
    expect "$tmp/script" "$@" >"$tmp/log" 2>&1 || got=$?
    [ "$got" -eq 0 ] && return 0
    fail "$label: exit code $got"
    cat "$tmp/log"
}

dialogue "commands" '
send "/help\r"; see "/reset"; see "/system"; see "> "
send "/hepl\r"; see "no command /hepl; did you mean /help"; see "> "
send "/reset\r"; see "begins anew"; see "> "
send "hello\r"; see "> "
send "/stats\r"; see "answer   3 tokens"; see "stopped by: length"; see "> "
send "/quit\r"
' --temp 0 -n 3

# The second turn finds the first one and its answer, cut short, in the cache.
dialogue "a conversation through a format reuses what is there" '
send "hello\r"; see "> "
send "hello\r"; see "> "
send "/stats\r"; see "prompt   \[0-9\]+ tokens, \[1-9\]\[0-9\]* of them there already"; see "> "
send "/reset\r"; see "begins anew"; see "> "
send "hello\r"; see "> "
send "/stats\r"; see "prompt   \[0-9\]+ tokens, 0 of them there already"; see "> "
send "/system be kind\r"; see "begins anew"; see "> "
send "hello\r"; see "> "
send "/quit\r"
' --temp 0 -n 3 --chat-format chatml

dialogue "Ctrl-D leaves" 'send "\004"'

dialogue "Ctrl-C twice leaves; anything between them is a new beginning" '
send "abc\003"; see "Ctrl-C again leaves"; see "> "
send "/stats\r"; see "context"; see "> "
send "\003"; see "Ctrl-C again leaves"; see "> "
send "\003"
'

# A model whose answer is long enough to be still running: it does not end by itself, the slowest kernels, one thread, a wide context.
for model in "$model" "$golden"/*.gguf; do
    og run "$model" --temp 0 -n 600 --ctx 700 --stats --raw "once upon a time" 2>&1 >/dev/null | grep -q 'stopped by: length' && break
done
dialogue "Ctrl-C stops the answer, not the program" '
send "once upon a time\r"; sleep 0.5
send "\003"; see "> "
send "/stats\r"; see "stopped by: cancelled"; see "> "
send "/quit\r"
' --temp 0 --ctx 65536 --cpu scalar --threads 1

# Without libedit the terminal itself edits, and nothing is recalled.
if ldd "$program" 2>/dev/null | grep -q libedit; then
    dialogue "lines can be edited and recalled" '
send "/statz\177s\r"; see "context"; see "> "
send "/nothing\r"; see "no command /nothing"; see "> "
send "one two\r"; see "> "
send "\033\[A"; see "one two"; send "\025/quit\r"
' --temp 0 -n 1
    ok "the history is kept" grep -q 'one.*two' "$tmp/history"
    ok "and closed to others" test "$(stat -c %a "$tmp/history")" = 600
else
    echo "built without libedit: editing and history not tried"
fi

dialogue "a full context is announced, and /reset helps" '
send "once upon a time\r"; see "the context of 32 tokens is full"; see "/reset begins anew"; see "> "
send "and then\r"; see "does not fit|is full"; see "> "
send "/reset\r"; see "begins anew"; see "> "
send "once upon a time\r"; see "the context of 32 tokens is full"; see "> "
send "/quit\r"
' --temp 0 --ctx 32 --no-color
done_testing
