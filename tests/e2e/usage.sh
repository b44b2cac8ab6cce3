# A wrong command line: exit code 2, the culprit named, the nearest right word suggested; nothing on stdout.
. "$(dirname "$0")/lib/e2e.sh"

# wrong PATTERN ARGUMENTS...
wrong() {
    pattern=$1
    shift
    exits 2 "$@"
    says "$pattern"
    ok "offgrid $*: nothing on stdout" test ! -s "$tmp/out"
}

wrong 'a command is missing'
wrong 'unknown command "rum"; did you mean "run"?' rum
wrong 'unknown command "tokenise"; did you mean "tokenize"?' tokenise
wrong 'did you mean "offgrid run model.gguf"?' model.gguf
wrong 'unknown option "--verison"' --verison
wrong 'unknown command "inof"; did you mean "info"?' help inof
wrong 'an argument is missing' info
wrong 'unknown option "--tmep"; did you mean --temp?' run m.gguf --tmep 0
wrong 'unknown option "--tmep=0"; did you mean --temp?' run m.gguf --tmep=0
wrong 'unknown option "--xyzzyxyz"$' run m.gguf --xyzzyxyz
wrong 'unknown option "-Z"' run m.gguf -Z
wrong 'temp needs a value' run m.gguf --temp
wrong 'one argument too many: "world"' run m.gguf hello world
wrong 'stats takes no value' run m.gguf --stats=yes
wrong '--temp needs a number from 0 to 100, not "hot"' run m.gguf --temp hot
wrong '--temp needs .* not "0x1"' run m.gguf --temp 0x1
wrong '--temp needs .* not "nan"' run m.gguf --temp nan
wrong '--temp needs .* not "1e999"' run m.gguf --temp 1e999
wrong '--temp needs .* not "-1"' run m.gguf --temp -1
wrong '-n needs a whole number .* not "12a"' run m.gguf -n 12a
wrong '-n needs .* not "1.5"' run m.gguf -n1.5
wrong '-n needs .* not ""' run m.gguf -n ''
wrong '-n needs .* not " 5"' run m.gguf -n ' 5'
wrong '-n needs .* not "99999999999999999999"' run m.gguf -n 99999999999999999999
wrong '--threads needs a whole number from 1 to 1024, not "0"' run m.gguf --threads 0
wrong '-t needs .* not "-2"' run m.gguf -t -2
wrong '--top-p needs .* not "1.01"' run m.gguf --top-p 1.01
wrong '--seed needs .* not "-1"' run m.gguf --seed -1
wrong '--memory needs a size .* not "3X"' run m.gguf --memory 3X
wrong '--stop needs a text' run m.gguf --stop ''
wrong 'no such level; this CPU has: .*scalar' run m.gguf --cpu fastest x
wrong 'nothing to measure' bench m.gguf -p 0 -n 0
wrong '--runs needs .* not "0"' bench m.gguf --runs 0
wrong 'logits needs --tokens' logits m.gguf

# Right ones, with the option value glued on and after "--": only the file is missing.
exits 1 run "$tmp/none.gguf" -n5 --temp=0 -- --prompt
says "$tmp/none.gguf"
exits 1 info "$tmp/none.gguf"
says "offgrid: .*none.gguf"
exits 1 info "$tmp"
says "offgrid: .*$tmp"
done_testing
