#!/usr/bin/env python3
"""Writes tiny random models with recurrent layers into tests/golden/models/ and their golden logits, as make_experts.py does.

    tests/golden/make_recurrent.py [NAME ...]
"""
import sys

import numpy as np

import make_experts
from make_experts import DIM, EMBD, FF, HEADS, KV

TAPS = 4


def trunk(m, layers, norm="output_norm"):
    m.keys(context_length=256, embedding_length=EMBD, block_count=layers, attention__layer_norm_rms_epsilon=1e-5)
    m.matrix("token_embd.weight", m.n_vocab, EMBD)
    m.vector(norm + ".weight", EMBD, mean=1)


def lfm2(m):
    kv = [0, KV, 0]
    trunk(m, len(kv), "token_embd_norm")
    m.keys(feed_forward_length=FF, attention__head_count=HEADS, rope__freq_base=1000000.0, shortconv__l_cache=3)
    m.w.add_array("lfm2.attention.head_count_kv", kv)
    for i, n in enumerate(kv):
        blk = f"blk.{i}."
        if n:
            m.attention(i)
            m.vector(blk + "attn_q_norm.weight", DIM, mean=1)
            m.vector(blk + "attn_k_norm.weight", DIM, mean=1)
        else:
            m.vector(blk + "attn_norm.weight", EMBD, mean=1)
            m.matrix(blk + "shortconv.conv.weight", EMBD, 3)
            m.matrix(blk + "shortconv.in_proj.weight", 3 * EMBD, EMBD)
            m.matrix(blk + "shortconv.out_proj.weight", EMBD, EMBD)
        m.vector(blk + "ffn_norm.weight", EMBD, mean=1)
        m.gated(i, FF)


def decays(m, blk, heads, shape):
    """What a state keeps from token to token: from little to nearly all."""
    m.w.add_tensor(blk + "ssm_a", -np.exp(m.rng.uniform(-3, 1, heads)).astype(np.float32).reshape(shape))
    m.vector(blk + "ssm_dt.bias", heads, mean=-1, spread=1)


def mamba2(m, groups):
    inner, state, heads = 2 * EMBD, 16, 8
    trunk(m, 2)
    m.keys(feed_forward_length=0, attention__head_count=0, ssm__conv_kernel=TAPS, ssm__inner_size=inner, ssm__state_size=state,
           ssm__time_step_rank=heads, ssm__group_count=groups)
    m.matrix("output.weight", m.n_vocab, EMBD)
    channels = inner + 2 * groups * state
    for i in range(2):
        blk = f"blk.{i}."
        m.vector(blk + "attn_norm.weight", EMBD, mean=1)
        m.matrix(blk + "ssm_in.weight", inner + channels + heads, EMBD)
        m.matrix(blk + "ssm_conv1d.weight", channels, TAPS)
        m.vector(blk + "ssm_conv1d.bias", channels)
        decays(m, blk, heads, (heads, 1))
        m.vector(blk + "ssm_d", heads, 1, mean=1)
        m.vector(blk + "ssm_norm.weight", groups, inner // groups, mean=1)
        m.matrix(blk + "ssm_out.weight", EMBD, inner)


def qwen35(m):
    state, heads, groups, layers = 16, 4, 2, 4
    inner, channels = heads * state, heads * state + 2 * groups * state
    trunk(m, layers)
    m.keys(feed_forward_length=FF, attention__head_count=HEADS, attention__head_count_kv=KV, attention__key_length=2 * DIM,
           attention__value_length=2 * DIM, rope__dimension_count=DIM, rope__freq_base=10000000.0, full_attention_interval=4,
           ssm__conv_kernel=TAPS, ssm__inner_size=inner, ssm__state_size=state, ssm__time_step_rank=heads, ssm__group_count=groups)
    m.w.add_array("qwen35.rope.dimension_sections", [2, 1, 1, 0])
    m.matrix("output.weight", m.n_vocab, EMBD)
    for i in range(layers):
        blk = f"blk.{i}."
        m.vector(blk + "attn_norm.weight", EMBD, mean=1)
        m.vector(blk + "post_attention_norm.weight", EMBD, mean=1)
        if i % 4 == 3:
            m.matrix(blk + "attn_q.weight", HEADS * 4 * DIM, EMBD)
            m.matrix(blk + "attn_k.weight", KV * 2 * DIM, EMBD)
            m.matrix(blk + "attn_v.weight", KV * 2 * DIM, EMBD)
            m.matrix(blk + "attn_output.weight", EMBD, HEADS * 2 * DIM)
            m.vector(blk + "attn_q_norm.weight", 2 * DIM, mean=1)
            m.vector(blk + "attn_k_norm.weight", 2 * DIM, mean=1)
        else:
            m.matrix(blk + "attn_qkv.weight", channels, EMBD)
            m.matrix(blk + "attn_gate.weight", inner, EMBD)
            m.matrix(blk + "ssm_conv1d.weight", channels, TAPS)
            decays(m, blk, heads, heads)
            m.matrix(blk + "ssm_alpha.weight", heads, EMBD)
            m.matrix(blk + "ssm_beta.weight", heads, EMBD)
            m.vector(blk + "ssm_norm.weight", state, mean=1)
            m.matrix(blk + "ssm_out.weight", EMBD, inner)
        m.gated(i, FF)


MODELS = {
    "lfm2-hybrid": ("lfm2", lfm2),
    "mamba2-one": ("mamba2", lambda m: mamba2(m, 1)),
    "mamba2-groups": ("mamba2", lambda m: mamba2(m, 2)),
    "qwen35-hybrid": ("qwen35", qwen35),
}

if __name__ == "__main__":
    make_experts.MODELS = MODELS
    for wanted in sys.argv[1:] or MODELS:
        make_experts.write_golden(wanted)
