# offgrid template: exact renderings, options of white space, the clock, a model's own template, errors.
. "$(dirname "$0")/lib/e2e.sh"

printf '%s' '{"messages": [{"role": "user", "content": "hi"}], "t": true}' >"$tmp/c.json"
printf '{%% for m in messages %%}\n  {%% if t %%}\n{{ m.role }}: {{ m.content }}\n  {%% endif %%}\n{%% endfor %%}\n' >"$tmp/t.jinja"

# renders EXPECTED ARGUMENTS...: standard output is exactly EXPECTED (with printf's escapes).
renders() {
    checks=$((checks + 1))
    printf "$1" >"$tmp/expected"
    shift
    og template "$@" >"$tmp/rendered" || fail "template $*: exit code $?"
    cmp -s "$tmp/expected" "$tmp/rendered" || fail "template $*: got \"$(cat "$tmp/rendered")\""
}

renders 'user: hi\n' "$tmp/t.jinja" "$tmp/c.json"
renders '\n  \nuser: hi\n  \n' "$tmp/t.jinja" "$tmp/c.json" --trim-blocks 0 --lstrip-blocks 0
renders '  user: hi\n  ' "$tmp/t.jinja" "$tmp/c.json" --lstrip-blocks 0
printf 'x{{ strftime_now("%%d %%B %%Y %%H:%%M") }}\n' >"$tmp/now.jinja"
renders 'x10 July 2025 12:34' "$tmp/now.jinja" "$tmp/c.json" --now 2025-07-10T12:34:56
renders 'x10 July 2025 12:34\n' "$tmp/now.jinja" "$tmp/c.json" --now 2025-07-10T12:34:56 --keep-trailing-newline

exits 2 template "$tmp/t.jinja" "$tmp/c.json" --trim-blocks 2
exits 2 template
exits 1 template "$tmp/t.jinja" "$tmp/none.json"
printf 'a\n{{ raise_exception("no such role") }}' >"$tmp/refuse.jinja"
exits 1 template "$tmp/refuse.jinja" "$tmp/c.json"
ok "the template's reason and line are named" grep -q 'line 2: the template refuses: no such role' "$tmp/err"
exits 1 template --model "$shared/none.gguf" "$tmp/c.json"
done_testing
