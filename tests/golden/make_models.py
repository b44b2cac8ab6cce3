#!/usr/bin/env python3
"""Writes the tiny random models of tests/golden/models/ and their golden logits (PyPI: gguf, numpy). Tests need only what it wrote.

<name>.gguf    F32 weights from a generator seeded by the name
<name>.logits  int32 n_tokens, n_rows, n_vocab; int32 ids[n_tokens]; int32 rows[n_rows]; float32 logits[n_rows][n_vocab]
"""
import pathlib
import zlib

import gguf
import numpy as np

from reference import Model

HERE = pathlib.Path(__file__).resolve().parent / "models"
SEEDS = HERE.parents[1] / "fuzz" / "corpus" / "model"  # of fuzz_model
N_TOKENS, ROWS = 80, [0, 1, 7, 8, 31, 63, 64, 65, 79]  # past one page of the cache
BASE = dict(n_embd=32, n_ff=48, n_layer=2, n_head=4, n_head_kv=2, head_dim=8, eps=1e-5, base=10000.0, tied=False, factors=False, linear=None)
VARIANTS = {
    "llama-gqa": dict(arch="llama"),
    "llama-tied": dict(arch="llama", n_head_kv=None, tied=True),
    "llama-factors": dict(arch="llama", head_dim=16, base=500000.0, factors=True),
    "llama-linear": dict(arch="llama", n_head_kv=1, linear=4.0),
    "qwen2-gqa": dict(arch="qwen2", eps=1e-6, base=1000000.0),
    "qwen2-tied": dict(arch="qwen2", eps=1e-6, base=1000000.0, tied=True),
}


def bytes_to_unicode():
    """GPT-2's printable stand-ins for bytes."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    spare = iter(range(256, 512))
    return [chr(b) if b in keep else chr(next(spare)) for b in range(256)]


def add_vocabulary(w, arch):
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    if arch == "llama":
        tokens = ["<unk>", "<s>", "</s>", "\u2581"] + letters + ["\u2581" + c for c in "aeiou"] + ["th", "he", "in", ".", ","]
        types = [2, 3, 3] + [1] * (len(tokens) - 3)
        w.add_tokenizer_model("llama")
        w.add_token_scores([0.0] * 3 + [-float(i) for i in range(len(tokens) - 3)])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
        w.add_unk_token_id(0)
    else:
        space = bytes_to_unicode()[32]
        merges = ["t h", "h e", "i n", f"{space} a", f"{space} t"]
        tokens = letters + [space, ".", ","] + [m.replace(" ", "") for m in merges] + ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        types = [1] * (len(tokens) - 3) + [3] * 3
        w.add_tokenizer_model("gpt2")
        w.add_tokenizer_pre("qwen2")
        w.add_token_merges(merges)
        w.add_eos_token_id(len(tokens) - 1)
        w.add_add_bos_token(False)
    w.add_token_list(tokens)
    w.add_token_types(types)
    return len(tokens)


def write(name, c, folder=HERE):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    w = gguf.GGUFWriter(folder / f"{name}.gguf", c["arch"])
    w.add_name(name)
    w.add_context_length(256)
    w.add_embedding_length(c["n_embd"])
    w.add_block_count(c["n_layer"])
    w.add_feed_forward_length(c["n_ff"])
    w.add_head_count(c["n_head"])
    if c["n_head_kv"]:
        w.add_head_count_kv(c["n_head_kv"])
    if c["head_dim"] * c["n_head"] != c["n_embd"]:
        w.add_key_length(c["head_dim"])
        w.add_value_length(c["head_dim"])
    w.add_rope_dimension_count(c["head_dim"])
    w.add_rope_freq_base(c["base"])
    if c["linear"]:
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(c["linear"])
    w.add_layer_norm_rms_eps(c["eps"])
    n_vocab = add_vocabulary(w, c["arch"])

    def matrix(tensor, rows, columns):
        w.add_tensor(tensor, (rng.standard_normal((rows, columns)) * 1.5 / np.sqrt(columns)).astype(np.float32))

    def vector(tensor, n, mean, spread):
        w.add_tensor(tensor, (mean + spread * rng.standard_normal(n)).astype(np.float32))

    heads, heads_kv = c["n_head"] * c["head_dim"], (c["n_head_kv"] or c["n_head"]) * c["head_dim"]
    matrix("token_embd.weight", n_vocab, c["n_embd"])
    for i in range(c["n_layer"]):
        blk = f"blk.{i}."
        vector(blk + "attn_norm.weight", c["n_embd"], 1, 0.2)
        for part, rows in (("q", heads), ("k", heads_kv), ("v", heads_kv)):
            matrix(blk + f"attn_{part}.weight", rows, c["n_embd"])
            if c["arch"] == "qwen2":
                vector(blk + f"attn_{part}.bias", rows, 0, 0.5)
        matrix(blk + "attn_output.weight", c["n_embd"], heads)
        vector(blk + "ffn_norm.weight", c["n_embd"], 1, 0.2)
        matrix(blk + "ffn_gate.weight", c["n_ff"], c["n_embd"])
        matrix(blk + "ffn_up.weight", c["n_ff"], c["n_embd"])
        matrix(blk + "ffn_down.weight", c["n_embd"], c["n_ff"])
    vector("output_norm.weight", c["n_embd"], 1, 0.2)
    if not c["tied"]:
        matrix("output.weight", n_vocab, c["n_embd"])
    if c["factors"]:
        w.add_tensor("rope_freqs.weight", np.array([1, 1, 1.3, 2.7, 5, 8, 8, 8], dtype=np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return n_vocab, rng


def write_golden(name, c):
    n_vocab, rng = write(name, c)
    ids = rng.integers(0, n_vocab, N_TOKENS)
    logits = Model(HERE / f"{name}.gguf").logits(ids)[ROWS].astype(np.float32)
    header = np.array([N_TOKENS, len(ROWS), n_vocab, *ids, *ROWS], dtype=np.int32)
    (HERE / f"{name}.logits").write_bytes(header.tobytes() + logits.tobytes())
    print(f"{name}: {n_vocab} tokens, logits' standard deviation {logits.std():.3f}")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for variant, changes in VARIANTS.items():
        write_golden(variant, BASE | changes)
    SEEDS.mkdir(parents=True, exist_ok=True)
    small = dict(n_embd=8, n_ff=8, n_layer=1, n_head=2, n_head_kv=1, head_dim=4)
    for variant in ("llama-tied", "qwen2-gqa"):
        write(variant, BASE | VARIANTS[variant] | small, SEEDS)
