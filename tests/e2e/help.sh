# Every row of commands.def is listed by `help`, has its own --help and its page in man/, and the page names every option.
. "$(dirname "$0")/lib/e2e.sh"

commands=$(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' "$root/src/cli/commands.def")
ok "commands.def has rows" test -n "$commands"

exits 0 --version
prints '^offgrid [0-9][0-9.]*$'
exits 0 --help
cp "$tmp/out" "$tmp/help"
exits 0 help
ok "help and --help agree" cmp -s "$tmp/out" "$tmp/help"

for command in $commands; do
    page=$root/man/offgrid-$command.1
    ok "help lists $command" grep -q "^  $command " "$tmp/help"
    exits 0 "$command" --help
    prints "^Usage: offgrid $command "
    prints '^Examples:'
    prints "^  .*offgrid $command "
    cp "$tmp/out" "$tmp/one"
    exits 0 help "$command"
    ok "help $command and $command --help agree" cmp -s "$tmp/out" "$tmp/one"
    ok "man/offgrid-$command.1 is there" test -f "$page"
    ok "man/offgrid.1 names $command" grep -q "offgrid.*-$command" "$root/man/offgrid.1"
    sed 's/\\-/-/g' "$page" >"$tmp/page"
    for option in $(sed -n 's/^  \(-[a-z], \|    \)\(--[a-z0-9-]*\).*/\2/p' "$tmp/one"); do
        ok "man/offgrid-$command.1 names $option" grep -q -e "$option\b" "$tmp/page"
    done
done

for page in "$root"/man/offgrid-*.1; do
    name=${page##*/offgrid-}
    ok "$page is of a command" grep -q "^COMMAND(${name%.1}," "$root/src/cli/commands.def"
done
done_testing
