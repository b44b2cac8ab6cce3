# `convert`: a checkpoint becomes a model that runs; what cannot be converted is named; whole or not at all.
. "$(dirname "$0")/lib/e2e.sh"
command -v python3 >/dev/null || skip "no python3, which writes the weights here"

# lay_out CASE: a folder with the golden checkpoint's files and weights of small numbers.
lay_out() {
    rm -rf "$tmp/m"
    mkdir "$tmp/m"
    cp "$root/tests/golden/hf/$1/config.json" "$tmp/m"
    while read -r file; do cp "$root/tests/golden/hf/tokenizers/$file" "$tmp/m"; done <"$root/tests/golden/hf/$1/files"
    python3 - "$root/tests/golden/hf/$1/tensors" "$tmp/m/model.safetensors" "${2:-}" "${3:-}" <<'PY'
import json, math, struct, sys
lines, out, drop, bad = sys.argv[1:]
head, data = {}, b""
for line in open(lines):
    name, _, _, _, *dims = line.split()
    n = math.prod(map(int, dims))
    if name == drop:
        continue
    values = [math.sin(i + len(data)) for i in range(n)]
    if name == bad:
        values[5] = math.nan
    head[name] = dict(dtype="F32", shape=[int(d) for d in dims], data_offsets=[len(data), len(data) + 4 * n])
    data += struct.pack(f"<{n}f", *values)
head = json.dumps(head).encode()
open(out, "wb").write(struct.pack("<Q", len(head)) + head + data)
PY
}

lay_out llama
exits 0 convert "$tmp/m" "$tmp/a.gguf"
prints '^blk.0.attn_q.weight  *F32  *F32'
exits 0 info "$tmp/a.gguf"
prints '^  general.architecture  *string  *llama'
prints '^  general.name  *string  *m$'
prints '^  general.file_type  *u32  *0$'
prints '^  tokenizer.ggml.pre  *string  *qwen2'
exits 0 run "$tmp/a.gguf" --raw "the hen" --temp 0 -n 3
exits 0 convert "$tmp/m" "$tmp/b.gguf" --type Q8_0 --threads 2
exits 0 quantize "$tmp/a.gguf" "$tmp/c.gguf" Q8_0 --threads 1
ok "converting to Q8_0 is converting and then quantizing" cmp "$tmp/b.gguf" "$tmp/c.gguf"
exits 0 convert "$tmp/m" "$tmp/none.gguf" --type F16 --dry-run
ok "a dry run writes nothing" test ! -e "$tmp/none.gguf"
exits 2 convert "$tmp/m" "$tmp/none.gguf" --type Q4_X
exits 2 convert "$tmp/m" "$tmp/m/model.safetensors"
says 'could be a file of a checkpoint'

# What is wrong gets a name, and nothing is left behind.
lay_out llama model.layers.1.mlp.up_proj.weight
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says "tensor 'model.layers.1.mlp.up_proj.weight' is missing"
lay_out llama "" model.layers.0.self_attn.k_proj.weight
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says 'tensor blk.0.attn_k.weight: the weight in row 0, column 5 is NaN or infinite'
lay_out llama
sed -i 's/LlamaForCausalLM/ElephantForCausalLM/' "$tmp/m/config.json"
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says "architecture 'ElephantForCausalLM'.*LlamaForCausalLM"
lay_out llama
sed -i 's/"intermediate_size": 48/"intermediate_size": 40/' "$tmp/m/config.json"
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says "tensor 'blk.0.ffn_gate.weight' is \[32, 48, 1, 1\], expected \[n_embd = 32, n_ff = 40\]"
sed -i 's/"num_hidden_layers": 2/"num_hidden_layers": 1/; s/"intermediate_size": 40/"intermediate_size": 48/' "$tmp/m/config.json"
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says "tensor 'model.layers.1.* has no place in a llama model of 1 layers"
rm "$tmp/m/model.safetensors"
: >"$tmp/m/pytorch_model.bin"
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says 'pytorch_model.bin: Python pickles can run any code'
rm "$tmp/m/config.json"
exits 1 convert "$tmp/m" "$tmp/none.gguf"
says 'config.json'
exits 1 convert "$tmp/nowhere" "$tmp/none.gguf"
ok "no file is left behind" test -z "$(ls "$tmp" | grep none)"
done_testing
