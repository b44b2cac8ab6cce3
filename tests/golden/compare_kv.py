#!/usr/bin/env python3
"""What a cache of fewer bits costs, in offgrid and in llama.cpp (PyPI llama-cpp-python, its C API): the logits of `n` positions with q8_0 and
q4_0 caches against each engine's own with f16. Loss: root of the mean square difference over that of the f16 logits; KL: mean divergence.

    python3 tests/golden/compare_kv.py build/offgrid model.gguf -n 128

The bound in tests/unit/test_kv_types.c comes from this, run on `make_model --shape llama-1b --type Q8_0`."""
import argparse
import subprocess
import sys
import tempfile

import llama_cpp as lib
import numpy as np


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("model")
    p.add_argument("-n", type=int, default=128)
    return p.parse_args()


def prompt(n, n_vocab):
    x, ids = 1, []
    for _ in range(n):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        ids.append(x * n_vocab >> 32)
    return ids


def peer(model, ids, n_vocab, kv):
    cp = lib.llama_context_default_params()
    cp.n_ctx = cp.n_batch = cp.n_ubatch = len(ids)
    cp.n_threads = cp.n_threads_batch = 2
    cp.type_k = cp.type_v = kv
    cp.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_ENABLED
    ctx = lib.llama_init_from_model(model, cp)
    if not ctx:
        sys.exit("llama.cpp cannot make this cache")
    batch = lib.llama_batch_init(len(ids), 0, 1)
    for i, token in enumerate(ids):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, True
    batch.n_tokens = len(ids)
    if lib.llama_decode(ctx, batch) != 0:
        sys.exit("llama_decode fails")
    out = np.stack([np.ctypeslib.as_array(lib.llama_get_logits_ith(ctx, i), (n_vocab,)).copy() for i in range(len(ids))])
    lib.llama_batch_free(batch)
    lib.llama_free(ctx)
    return out


def ours(program, model, ids, kv):
    with tempfile.NamedTemporaryFile(suffix=".npy") as f:
        text = ",".join(map(str, ids))
        subprocess.run([program, "logits", model, "--tokens", text, "--npy", f.name, "--kv-type", kv], check=True, stdout=subprocess.DEVNULL)
        return np.load(f.name)


def log_softmax(x):
    x = x.astype(np.float64)
    x -= x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def report(name, kv, exact, got):
    loss = np.sqrt(((exact - got) ** 2).mean() / (exact**2).mean())
    p, q = log_softmax(exact), log_softmax(got)
    print(f"{name:10} {kv:5} loss {loss:.5f}  KL {(np.exp(p) * (p - q)).sum(-1).mean():.3e}")


def main():
    a = arguments()
    quiet = lib.llama_log_callback(lambda level, text, user: None)
    lib.llama_log_set(quiet, None)
    mp = lib.llama_model_default_params()
    mp.n_gpu_layers = 0
    model = lib.llama_model_load_from_file(a.model.encode(), mp)
    n_vocab = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))
    ids = prompt(a.n, n_vocab)
    exact = peer(model, ids, n_vocab, lib.GGML_TYPE_F16)
    for kv, kind in (("q8_0", lib.GGML_TYPE_Q8_0), ("q4_0", lib.GGML_TYPE_Q4_0)):
        report("llama.cpp", kv, exact, peer(model, ids, n_vocab, kind))
    lib.llama_model_free(model)
    exact = ours(a.program, a.model, ids, "f16")
    for kv in ("q8_0", "q4_0"):
        report("offgrid", kv, exact, ours(a.program, a.model, ids, kv))


if __name__ == "__main__":
    main()
