# serve.sh: what tests of the server share: starting one, asking it with curl, stopping it.
command -v curl >/dev/null || skip "curl is not here"
command -v jq >/dev/null || skip "jq is not here"
og serve --help >/dev/null || skip "there is no serve"
server_pid=

# serve ARGUMENTS...: starts a server at a free port; its address is in $url.
serve() {
    : >"$tmp/server"
    # Under a sanitizer the checks at the end need what the sandbox takes away.
    # shellcheck disable=SC2086 # a list of words
    ${OG_EMULATOR:-} "$program" serve --port 0 ${OG_SERVE_OPTIONS:-} "$@" >"$tmp/server" 2>"$tmp/server-err" &
    server_pid=$!
    trap 'kill -9 $server_pid 2>/dev/null; rm -rf "$tmp"' EXIT
    tries=0
    while ! grep -q '^listening at ' "$tmp/server"; do
        if grep -q 'built without' "$tmp/server-err"; then skip "this program was built without the server's libraries"; fi
        tries=$((tries + 1))
        if [ $tries -gt 200 ] || ! kill -0 "$server_pid" 2>/dev/null; then
            cat "$tmp/server-err"
            fail "the server did not start"
            done_testing
        fi
        sleep 0.05
    done
    url=$(sed -n 's/^listening at //p' "$tmp/server")
}

# get PATH [curl's options...], post PATH BODY [curl's options...]: the answer is in $tmp/body, its status in $status.
get() {
    path=$1
    shift
    status=$(curl -sS -m 60 -o "$tmp/body" -w '%{http_code}' "$@" "$url$path")
}
post() {
    path=$1 body=$2
    shift 2
    printf '%s' "$body" >"$tmp/asked"
    status=$(curl -sS -m 60 -o "$tmp/body" -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "@$tmp/asked" "$@" "$url$path")
}

# answers FILTER: jq finds the filter true of the last answer.
answers() {
    jq -e "$1" "$tmp/body" >/dev/null && return 0
    head -c 2000 "$tmp/body"
    echo
    return 1
}

# stop SIGNAL: its exit code is in $code.
stop() {
    kill "-$1" "$server_pid"
    code=0
    wait "$server_pid" || code=$?
    trap 'rm -rf "$tmp"' EXIT
}
