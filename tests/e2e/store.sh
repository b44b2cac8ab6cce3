# Models by name: import, list, show, rm, du, and names wherever a MODEL is taken.
. "$(dirname "$0")/lib/e2e.sh"

model=$(any_model) || skip "no model is here"
OFFGRID_MODELS=$tmp/models
export OFFGRID_MODELS

exits 0 list
prints 'No models yet'
exits 0 import "$model" --name mine:small
prints 'offgrid run mine:small'
exits 0 list
prints '^mine:small '
exits 0 show mine:small --verify
prints 'verified  every byte'
exits 0 show mine:small --path
ok "the path is the model" cmp -s "$(cat "$tmp/out")" "$model"
exits 0 run mine:small --raw -n 3 --temp 0 "Once"
cp "$tmp/out" "$tmp/by_name"
exits 0 run "$model" --raw -n 3 --temp 0 "Once"
ok "a name and its path answer alike" cmp -s "$tmp/out" "$tmp/by_name"
exits 0 info mine:small
exits 0 tokenize mine:small "Once"
exits 0 quantize mine:small "$tmp/none.gguf" Q8_0 --dry-run
exits 1 run mine:smal "Hello"
says 'no file and no model named "mine:smal"; did you mean mine:small'
exits 1 info nothing:like-it
says 'offgrid list'
exits 2 import "$model" --sha256 12
says '64 hexadecimal digits'
exits 1 import "$model" --name other --sha256 0000000000000000000000000000000000000000000000000000000000000000
says 'not the file that was meant'
echo "no model" >"$tmp/text.gguf"
exits 1 import "$tmp/text.gguf"
exits 0 import "$model" --name twin
exits 0 du
prints '^models '
exits 0 rm mine:small
prints '^0 B freed'
exits 0 rm twin
ok "the blobs are gone" test -z "$(ls "$tmp/models/blobs")"
exits 2 rm twin
says 'no model named "twin"'
cp "$model" "$tmp/own.gguf"
exits 0 import "$tmp/own.gguf" --link
exits 0 show own
exits 0 rm own
ok "the original stays" cmp -s "$tmp/own.gguf" "$model"
done_testing
