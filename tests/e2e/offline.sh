# Everything but `pull` works where the kernel denies networking: a namespace without interfaces, not even loopback.
. "$(dirname "$0")/lib/e2e.sh"

command -v unshare >/dev/null || skip "there is no unshare"
if unshare -n true 2>/dev/null; then
    alone="unshare -n"
elif unshare -rn true 2>/dev/null; then
    alone="unshare -rn"
else
    skip "this system lets nobody make a network namespace"
fi
model=$(any_model) || skip "no model is here"
og() { $alone ${OG_EMULATOR:-} "$program" "$@"; }

ok "there is no network in there" sh -c "! $alone sh -c 'echo >/dev/udp/127.0.0.1/9' 2>/dev/null"
exits 0 import "$model" --name m
exits 0 run m --raw -n 3 --temp 0 "Once"
exits 0 info m
exits 0 tokenize m "Once"
exits 0 logits m --tokens 1,2
exits 0 bench m -p 8 -n 4 --runs 1
exits 0 quantize m "$tmp/q.gguf" Q8_0
exits 0 fit m --ctx 256
exits 0 catalog
exits 0 doctor
exits 0 show m --verify
exits 0 list
exits 0 du
exits 0 completions bash
exits 0 rm m
exits 1 pull https://huggingface.co/x.gguf
says "is there a network\|built without libcurl"
done_testing
