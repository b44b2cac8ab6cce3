#!/usr/bin/env python3
"""Writes the tiny random encoders of tests/golden/encoders/ and what llama.cpp makes of token lists with them (PyPI: gguf, numpy,
llama-cpp-python). Tests need only what it wrote.

<name>.gguf  F32 weights from a generator seeded by the name
<name>.embd  int32 n_texts, dim, n_poolings, pooling[n_poolings]; for each text: int32 n, ids[n]; then float32
             rows[n_poolings][n_texts][dim], as they come (not normalized)
"""
import ctypes
import pathlib
import sys
import zlib

import gguf
import llama_cpp as ll
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent / "encoders"
LENGTHS = [1, 7, 64, 65, 100]  # within a page, a whole one, past one
POOLING = {"mean": gguf.PoolingType.MEAN, "cls": gguf.PoolingType.CLS, "last": gguf.PoolingType.LAST, "rank": gguf.PoolingType.RANK}
EMBEDDINGS = [POOLING["mean"], POOLING["cls"], POOLING["last"]]
BASE = dict(n_embd=32, n_ff=48, n_layer=2, n_head=4, eps=1e-6, pooling="mean", types=0, positions=False, fused=False, bias=True, norm_bias=True,
            gate=False, post=True)
VARIANTS = {
    "bert-types": dict(arch="bert", types=2, positions=True),
    "bert-fused": dict(arch="bert", types=1, positions=True, fused=True, pooling="cls"),
    "bert-rank": dict(arch="bert", types=1, positions=True, pooling="rank"),
    "nomic-bert-gated": dict(arch="nomic-bert", types=2, fused=True, bias=False, gate=True, base=1000.0),
    "jina-bert-v2-gated": dict(arch="jina-bert-v2", types=2, gate=True),
    "jina-bert-v2-joined": dict(arch="jina-bert-v2", types=2, gate="joined", qk_norm=True, norm_2=True),
    "modern-bert-window": dict(arch="modern-bert", n_layer=4, fused=True, bias=False, norm_bias=False, gate="joined", post=False, base=160000.0,
                            pooling="cls", window=32),
}


def add_vocabulary(w):
    tokens = ["<unk>", "<s>", "</s>", "\u2581"] + [chr(c) for c in range(ord("a"), ord("z") + 1)] + ["th", "he", "in"]
    w.add_tokenizer_model("llama")
    w.add_token_list(tokens)
    w.add_token_scores([0.0] * 3 + [-float(i) for i in range(len(tokens) - 3)])
    w.add_token_types([2, 3, 3] + [1] * (len(tokens) - 3))
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    w.add_add_bos_token(True)
    w.add_add_eos_token(True)
    return len(tokens)


class Maker:
    def __init__(self, name, c):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.c, self.path = c, HERE / f"{name}.gguf"
        self.w = gguf.GGUFWriter(self.path, c["arch"])

    def matrix(self, tensor, rows, columns, bias=False):
        self.w.add_tensor(tensor + ".weight", (self.rng.standard_normal((rows, columns)) * 1.5 / np.sqrt(columns)).astype(np.float32))
        if bias:
            self.vector(tensor + ".bias", rows, 0, 0.3)

    def vector(self, tensor, n, mean, spread):
        self.w.add_tensor(tensor, (mean + spread * self.rng.standard_normal(n)).astype(np.float32))

    def norm(self, tensor, n, bias):
        self.vector(tensor + ".weight", n, 1, 0.2)
        if bias:
            self.vector(tensor + ".bias", n, 0, 0.2)

    def metadata(self):
        w, c = self.w, self.c
        w.add_name(self.path.stem)
        w.add_context_length(128)
        w.add_embedding_length(c["n_embd"])
        w.add_block_count(c["n_layer"])
        w.add_feed_forward_length(c["n_ff"])
        w.add_head_count(c["n_head"])
        w.add_layer_norm_eps(c["eps"])
        w.add_causal_attention(False)
        w.add_pooling_type(POOLING[c["pooling"]])
        if "base" in c:
            w.add_rope_freq_base(c["base"])
        if "window" in c:
            w.add_sliding_window(c["window"])
            w.add_float32(f"{c['arch']}.rope.freq_base_swa", 10000.0)
        if c["types"]:
            w.add_token_type_count(c["types"])
        return add_vocabulary(w)

    def attention(self, blk):
        c, e = self.c, self.c["n_embd"]
        if c["fused"]:
            self.matrix(blk + "attn_qkv", 3 * e, e, c["bias"])
        else:
            for part in "qkv":
                self.matrix(blk + f"attn_{part}", e, e, c["bias"])
        if c.get("qk_norm"):
            self.norm(blk + "attn_q_norm", e, True)
            self.norm(blk + "attn_k_norm", e, True)
        self.matrix(blk + "attn_output", e, e, c["bias"])

    def ffn(self, blk):
        c, e, f = self.c, self.c["n_embd"], self.c["n_ff"]
        if c["gate"] is True:
            self.matrix(blk + "ffn_gate", f, e)
        self.matrix(blk + "ffn_up", 2 * f if c["gate"] == "joined" else f, e, c["bias"] and not c["gate"])
        self.matrix(blk + "ffn_down", e, f, c["bias"])

    def tensors(self, n_vocab):
        c, e = self.c, self.c["n_embd"]
        self.matrix("token_embd", n_vocab, e)
        if c["types"]:
            self.matrix("token_types", c["types"], e)
        if c["positions"]:
            self.matrix("position_embd", 128, e)
        self.norm("token_embd_norm", e, c["norm_bias"])
        for i in range(c["n_layer"]):
            blk = f"blk.{i}."
            if not c["post"] and i > 0:
                self.norm(blk + "attn_norm", e, c["norm_bias"])
            self.attention(blk)
            if c["post"]:
                self.norm(blk + "attn_output_norm", e, True)
            else:
                self.norm(blk + "ffn_norm", e, c["norm_bias"])
            if c.get("norm_2"):
                self.norm(blk + "attn_norm_2", e, True)
            self.ffn(blk)
            if c["post"]:
                self.norm(blk + "layer_output_norm", e, True)
        if not c["post"]:
            self.norm("output_norm", e, c["norm_bias"])
        if c["pooling"] == "rank":
            self.matrix("cls", e, e, True)
            self.matrix("cls.output", 1, e, True)

    def write(self):
        n_vocab = self.metadata()
        self.tensors(n_vocab)
        self.w.write_header_to_file()
        self.w.write_kv_data_to_file()
        self.w.write_tensors_to_file()
        self.w.close()
        return n_vocab


def evaluate(path, texts, pooling, width):
    """What llama.cpp makes of each token list by itself."""
    model = ll.llama_model_load_from_file(str(path).encode(), ll.llama_model_default_params())
    params = ll.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = 128
    params.embeddings = True
    params.pooling_type = pooling
    ctx = ll.llama_init_from_model(model, params)
    rows = []
    for ids in texts:
        batch = ll.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = int(token), i, 1, True
            batch.seq_id[i][0] = 0
        if ll.llama_get_memory(ctx):
            ll.llama_memory_clear(ll.llama_get_memory(ctx), True)
        if ll.llama_decode(ctx, batch) != 0:
            raise SystemExit(f"{path}: llama.cpp cannot evaluate {len(ids)} tokens")
        rows.append(np.ctypeslib.as_array(ll.llama_get_embeddings_seq(ctx, 0), (width,)).copy())
        ll.llama_batch_free(batch)
    ll.llama_free(ctx)
    ll.llama_model_free(model)
    return np.stack(rows)


def write_golden(name, path, n_vocab, rng, poolings, width):
    texts = [rng.integers(3, n_vocab, n).astype(np.int32) for n in LENGTHS]
    data = np.array([len(texts), width, len(poolings), *poolings], np.int32).tobytes()
    for ids in texts:
        data += np.array([len(ids), *ids], np.int32).tobytes()
    for pooling in poolings:
        rows = evaluate(path, texts, int(pooling), width)
        print(f"{name}: {path.stat().st_size} bytes, pooling {pooling.name}, standard deviation {rows.std():.3f}")
        data += rows.astype(np.float32).tobytes()
    (HERE / f"{name}.embd").write_bytes(data)


if __name__ == "__main__":
    silent = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda level, text, user: None)
    if "-v" not in sys.argv:
        ll.llama_log_set(silent, None)
    ll.llama_backend_init()
    HERE.mkdir(exist_ok=True)
    for variant, changes in VARIANTS.items():
        maker = Maker(variant, BASE | changes)
        n = maker.write()
        rank = maker.c["pooling"] == "rank"
        write_golden(variant, maker.path, n, maker.rng, [POOLING["rank"]] if rank else EMBEDDINGS, 1 if rank else maker.c["n_embd"])
    for decoder in ("llama-gqa", "qwen2-gqa"):
        path = HERE.parent / "models" / f"{decoder}.gguf"
        write_golden(decoder, path, 30, np.random.default_rng(1), EMBEDDINGS[::2], BASE["n_embd"])
