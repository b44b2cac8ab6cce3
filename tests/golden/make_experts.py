#!/usr/bin/env python3
"""Writes tiny random models with experts into tests/golden/models/ and their golden logits, which llama.cpp computes (PyPI: gguf, numpy,
llama-cpp-python). Files are as make_models.py describes them; positions go past sliding windows and
past the original context of YaRN.

    tests/golden/make_experts.py [NAME ...]
"""
import pathlib
import sys
import zlib

import gguf
import llama_cpp
import numpy as np

from make_models import add_vocabulary

HERE = pathlib.Path(__file__).resolve().parent / "models"
N_TOKENS, ROWS = 80, [0, 1, 7, 8, 31, 32, 63, 64, 65, 79]
EMBD, HEADS, KV, DIM, EXPERTS, USED, FF, FF_EXP, LAYERS = 32, 4, 2, 8, 6, 2, 64, 32, 2


class Maker:
    def __init__(self, name, arch, folder):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.path = folder / f"{name}.gguf"
        self.arch = arch
        self.w = gguf.GGUFWriter(self.path, arch)
        self.w.add_name(name)
        self.n_vocab = add_vocabulary(self.w, "llama")

    def keys(self, **values):
        for key, v in values.items():
            key = f"{self.arch}.{key.replace('__', '.')}"
            if isinstance(v, bool):
                self.w.add_bool(key, v)
            elif isinstance(v, int):
                self.w.add_uint32(key, v)
            elif isinstance(v, float):
                self.w.add_float32(key, v)
            else:
                self.w.add_string(key, v)

    def matrix(self, name, *shape, spread=1.5, type=None):
        """shape: rows last but one, columns last."""
        x = (self.rng.standard_normal(shape) * spread / np.sqrt(shape[-1])).astype(np.float32)
        if type is None:
            self.w.add_tensor(name, x)
        else:
            self.w.add_tensor(name, gguf.quants.quantize(x, type), raw_dtype=type)

    def vector(self, name, *shape, mean=0.0, spread=0.2):
        self.w.add_tensor(name, (mean + spread * self.rng.standard_normal(shape)).astype(np.float32))

    def common(self, kv=KV, dim=DIM, layers=LAYERS, base=10000.0):
        self.keys(context_length=256, embedding_length=EMBD, block_count=layers, feed_forward_length=FF, attention__head_count=HEADS,
                  attention__head_count_kv=kv, attention__layer_norm_rms_epsilon=1e-5, rope__freq_base=base,
                  expert_count=EXPERTS, expert_used_count=USED)
        if dim:
            self.keys(rope__dimension_count=dim, attention__key_length=dim, attention__value_length=dim)
        self.matrix("token_embd.weight", self.n_vocab, EMBD)
        self.vector("output_norm.weight", EMBD, mean=1)
        self.matrix("output.weight", self.n_vocab, EMBD)

    def yarn(self):
        self.keys(rope__scaling__type="yarn", rope__scaling__factor=4.0, rope__scaling__original_context_length=24)

    def attention(self, i, biases=False, kv=KV, dim=DIM):
        blk = f"blk.{i}."
        self.vector(blk + "attn_norm.weight", EMBD, mean=1)
        for part, rows in (("q", HEADS * dim), ("k", kv * dim), ("v", kv * dim)):
            self.matrix(blk + f"attn_{part}.weight", rows, EMBD)
            if biases:
                self.vector(blk + f"attn_{part}.bias", rows, spread=0.5)
        self.matrix(blk + "attn_output.weight", EMBD, HEADS * dim)

    def experts(self, i, ff=FF_EXP, norm="ffn_norm", biases=False, n=EXPERTS, type=None):
        blk = f"blk.{i}."
        self.vector(blk + norm + ".weight", EMBD, mean=1)
        self.matrix(blk + "ffn_gate_inp.weight", n, EMBD, spread=3)
        for part, rows, columns in (("gate", ff, EMBD), ("up", ff, EMBD), ("down", EMBD, ff)):
            self.matrix(blk + f"ffn_{part}_exps.weight", n, rows, columns, type=type)
            if biases:
                self.vector(blk + f"ffn_{part}_exps.bias", n, rows, spread=0.5)
        if biases:
            self.vector(blk + "ffn_gate_inp.bias", n, spread=1)

    def gated(self, i, ff, end=""):
        blk = f"blk.{i}."
        self.matrix(blk + f"ffn_gate{end}.weight", ff, EMBD)
        self.matrix(blk + f"ffn_up{end}.weight", ff, EMBD)
        self.matrix(blk + f"ffn_down{end}.weight", EMBD, ff)

    def done(self):
        self.w.write_header_to_file()
        self.w.write_kv_data_to_file()
        self.w.write_tensors_to_file()
        self.w.close()


def qwen2moe(m):
    m.common()
    m.keys(expert_feed_forward_length=FF_EXP, expert_shared_feed_forward_length=FF)
    for i in range(LAYERS):
        m.attention(i, biases=True)
        m.experts(i)
        m.gated(i, FF, "_shexp")
        m.vector(f"blk.{i}.ffn_gate_inp_shexp.weight", EMBD, spread=0.3)


def qwen3moe(m):
    m.common(base=1000000.0)
    m.keys(expert_feed_forward_length=FF_EXP)
    for i in range(LAYERS):
        m.attention(i)
        m.vector(f"blk.{i}.attn_q_norm.weight", DIM, mean=1)
        m.vector(f"blk.{i}.attn_k_norm.weight", DIM, mean=1)
        m.experts(i)


def olmoe(m):
    m.common(kv=HEADS, dim=EMBD // HEADS)
    for i in range(LAYERS):
        m.attention(i, kv=HEADS, dim=EMBD // HEADS)
        m.vector(f"blk.{i}.attn_q_norm.weight", EMBD, mean=1)
        m.vector(f"blk.{i}.attn_k_norm.weight", EMBD, mean=1)
        m.experts(i, FF)


def mixtral(m):
    m.common()
    for i in range(LAYERS):
        m.attention(i)
        m.experts(i, FF)


def gpt_oss(m, type=None):
    m.common()
    m.yarn()
    m.keys(expert_feed_forward_length=FF_EXP, attention__sliding_window=24)
    for i in range(LAYERS):
        m.attention(i, biases=True)
        m.vector(f"blk.{i}.attn_output.bias", EMBD)
        m.vector(f"blk.{i}.attn_sinks.weight", HEADS, spread=1)
        m.experts(i, norm="post_attention_norm", biases=True, type=type)


def gpt_oss_mxfp4(m):
    gpt_oss(m, gguf.GGMLQuantizationType.MXFP4)


def deepseek2(m, absorbed=True, lite=False):
    rank, rot, plain, value, q_rank = 32, 8, 16, 12, 24
    m.common(kv=1 if absorbed else HEADS, dim=None)
    m.keys(attention__q_lora_rank=0 if lite else q_rank, attention__kv_lora_rank=rank, rope__dimension_count=rot, leading_dense_block_count=1,
           expert_feed_forward_length=FF_EXP, expert_shared_count=2, expert_weights_scale=1.5)
    if absorbed:
        m.keys(attention__key_length=rank + rot, attention__value_length=rank, attention__key_length_mla=plain + rot,
               attention__value_length_mla=value)
    else:
        m.keys(attention__key_length=plain + rot, attention__value_length=value)
    if not lite:
        m.yarn()
        m.keys(rope__scaling__yarn_log_multiplier=0.0707)
        m.keys(expert_gating_func=2, expert_weights_norm=True, expert_group_count=3, expert_group_used_count=2)
    for i in range(LAYERS):
        blk = f"blk.{i}."
        m.vector(blk + "attn_norm.weight", EMBD, mean=1)
        if lite:
            m.matrix(blk + "attn_q.weight", HEADS * (plain + rot), EMBD)
        else:
            m.matrix(blk + "attn_q_a.weight", q_rank, EMBD)
            m.vector(blk + "attn_q_a_norm.weight", q_rank, mean=1)
            m.matrix(blk + "attn_q_b.weight", HEADS * (plain + rot), q_rank)
        m.matrix(blk + "attn_kv_a_mqa.weight", rank + rot, EMBD)
        m.vector(blk + "attn_kv_a_norm.weight", rank, mean=1)
        if absorbed:
            m.matrix(blk + "attn_k_b.weight", HEADS, rank, plain)
            m.matrix(blk + "attn_v_b.weight", HEADS, value, rank)
        else:
            m.matrix(blk + "attn_kv_b.weight", HEADS * (plain + value), rank)
        m.matrix(blk + "attn_output.weight", EMBD, HEADS * value)
        if i == 0:
            m.vector(blk + "ffn_norm.weight", EMBD, mean=1)
            m.gated(i, FF)
            continue
        m.experts(i)
        if not lite:
            m.vector(blk + "exp_probs_b.bias", EXPERTS, spread=0.1)
        m.gated(i, 2 * FF_EXP, "_shexp")


def deepseek2_lite(m):
    deepseek2(m, absorbed=False, lite=True)


MODELS = {
    "qwen2moe-shared": ("qwen2moe", qwen2moe),
    "qwen3moe-norms": ("qwen3moe", qwen3moe),
    "olmoe-wide": ("olmoe", olmoe),
    "llama-experts": ("llama", mixtral),
    "deepseek2-absorbed": ("deepseek2", deepseek2),
    "deepseek2-lite": ("deepseek2", deepseek2_lite),
    "gpt-oss-sinks": ("gpt-oss", gpt_oss),
    "gpt-oss-mxfp4": ("gpt-oss", gpt_oss_mxfp4),
}


def write_golden(name, folder=HERE):
    arch, build = MODELS[name]
    m = Maker(name, arch, folder)
    build(m)
    m.done()
    ids = m.rng.integers(3, m.n_vocab, N_TOKENS)
    llm = llama_cpp.Llama(str(m.path), n_ctx=256, n_batch=N_TOKENS, logits_all=True, flash_attn=False, verbose=False, n_threads=1)
    llm.eval(ids.tolist())
    logits = np.array(llm.scores[:N_TOKENS], dtype=np.float32)[ROWS]
    header = np.array([N_TOKENS, len(ROWS), m.n_vocab, *ids, *ROWS], dtype=np.int32)
    (folder / f"{name}.logits").write_bytes(header.tobytes() + logits.tobytes())
    print(f"{name}: {m.path.stat().st_size} bytes, logits' standard deviation {logits.std():.3f}")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or MODELS:
        write_golden(wanted)
