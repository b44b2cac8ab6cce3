# `offgrid prove`: what the kernel refuses.
. "$(dirname "$0")/lib/e2e.sh"
[ -z "${OG_SERVE_OPTIONS:-}" ] || skip "a leak check at the end needs what is given up"
[ -z "${OG_EMULATOR:-}" ] || skip "the filter is for programs that no emulator runs"
grep -q '^Seccomp:' /proc/self/status || skip "this kernel has no seccomp"
model=$(any_model) || skip "there is no model"
exits 0 prove "$model"
if grep -q 'does not let this process give up' "$tmp/err"; then skip "$(cat "$tmp/err")"; fi
prints '^connect 127.0.0.1:9   Operation not permitted$'
prints '^make a socket         Operation not permitted$'
prints '^run /bin/true         Operation not permitted$'
prints '^open /etc/passwd      Permission denied$'
prints '^sockets open          0$'
done_testing
