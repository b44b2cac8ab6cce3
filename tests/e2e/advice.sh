# fit, catalog, doctor, completions: advice that is right; what is not here can be pulled, and run says how.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model is here"
exits 0 fit "$model" --ctx 256
prints 'for a context of 256 tokens: weights .*, cache .*, activations '
prints '^Rules of thumb: 4 bytes a weight in F32'
exits 0 fit 7B --ctx 4096 --quant Q8_0
prints '^7B as Q8_0: about 8\.[0-9]* GB'
exits 0 fit 70B --memory 4G
prints 'does not fit\|only when other programs'
exits 2 fit 7B --quant Q9
exits 1 fit nothing-like-it
exits 0 catalog
prints '^llama3.2:3b '
ok "every row can be pulled" sh -c "! sed -n 's/^MODEL(\"[^\"]*\", *\"\([^\"]*\)\".*/\1/p' '$root/src/store/catalogue.def' | grep -qv '^hf:[A-Za-z0-9._-]*/[A-Za-z0-9._-]*:'"
exits 1 run llama3.2:3b "Hello"
says 'offgrid pull llama3.2:3b'
exits 1 run hf:user/repo "Hello"
says 'offgrid pull hf:user/repo'
exits 2 pull nothing-like-it
says 'offgrid catalog'
# Without encryption there is no pulling from elsewhere; without libcurl there is none at all.
if og pull http://192.0.2.1/model.gguf 2>&1 | grep -q "built without libcurl"; then
    exits 1 pull http://192.0.2.1/model.gguf
else
    exits 2 pull http://192.0.2.1/model.gguf
fi
exits 0 doctor
prints '^kernels '
prints '^verdict  *everything is in order'
mkdir -p "$tmp/data/offgrid/models/names"
echo "{" >"$tmp/data/offgrid/models/names/x.json"
exits 1 doctor
says 'cannot be read'
rm "$tmp/data/offgrid/models/names/x.json"
for shell in bash zsh fish; do
    exits 0 completions $shell
    prints 'temp'
    command -v $shell >/dev/null || continue
    ok "$shell reads its completions" $shell -n "$tmp/out"
done
exits 0 completions bash
cp "$tmp/out" "$tmp/completions"
if command -v bash >/dev/null; then
    ok "bash completes commands" test "$(bash -c '. "$1"; COMP_WORDS=(offgrid tok); COMP_CWORD=1; _offgrid; echo "${COMPREPLY[@]}"' - "$tmp/completions")" = tokenize
    ok "bash completes options" test "$(bash -c '. "$1"; COMP_WORDS=(offgrid rm --par); COMP_CWORD=2; _offgrid; echo "${COMPREPLY[@]}"' - "$tmp/completions")" = --partial
fi
exits 2 completions tcsh
done_testing
