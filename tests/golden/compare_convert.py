#!/usr/bin/env python3
"""Converts the golden checkpoints (make_hf.py) with the program and has llama.cpp compute what transformers did (PyPI: llama-cpp-python, numpy).

    tests/golden/compare_convert.py --offgrid build/offgrid [CASE...]
"""
import argparse
import json
import pathlib
import shutil
import struct
import subprocess
import tempfile

import llama_cpp
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent / "hf"
DTYPES = {"F32": np.float32, "F16": np.float16}


def generate(name, shape, mean, scale):
    """As make_hf.py, which needs torch."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(h) + np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    u = (x >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)
    return (np.float32(mean) + np.float32(scale) * u).reshape(shape)


def convert(program, case, folder):
    shutil.copy(HERE / case / "config.json", folder)
    for name in (HERE / case / "files").read_text().split():
        shutil.copy(HERE / "tokenizers" / name, folder)
    header, data = {}, b""
    for line in (HERE / case / "tensors").read_text().splitlines():
        name, dtype, mean, scale, *dims = line.split()
        values = generate(name, tuple(map(int, dims)), float(mean), float(scale)).astype(DTYPES[dtype]).tobytes()
        header[name] = dict(dtype=dtype, shape=[int(d) for d in dims], data_offsets=[len(data), len(data) + len(values)])
        data += values
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    subprocess.run([program, "convert", folder, folder / "out.gguf"], check=True, stdout=subprocess.DEVNULL)
    return folder / "out.gguf"


def compute(path, ids, width, hidden):
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
    params = llama_cpp.llama_context_default_params()
    params.n_ctx, params.embeddings, params.pooling_type = 64, hidden, 0 if hidden else params.pooling_type
    context = llama_cpp.llama_init_from_model(model, params)
    batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
    batch.n_tokens = len(ids)
    for i, token in enumerate(ids):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = int(token), i, 1, 0, 1
    assert (llama_cpp.llama_encode if hidden else llama_cpp.llama_decode)(context, batch) == 0
    row = llama_cpp.llama_get_embeddings_ith if hidden else llama_cpp.llama_get_logits_ith
    rows = np.array([np.ctypeslib.as_array(row(context, i), shape=(width,)).copy() for i in range(len(ids))])
    llama_cpp.llama_batch_free(batch)
    llama_cpp.llama_free(context)
    llama_cpp.llama_model_free(model)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--offgrid", required=True)
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    quiet = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    for case in args.cases or sorted(p.parent.name for p in HERE.glob("*/config.json")):
        if "BF16" in (HERE / case / "tensors").read_text():
            continue  # NumPy has no such type
        hidden = (HERE / case / "hidden").exists()
        raw = (HERE / case / ("hidden" if hidden else "logits")).read_bytes()
        n, width = struct.unpack("<ii", raw[:8])
        want = np.frombuffer(raw, np.float32, offset=8 + 4 * n).reshape(n, width)
        with tempfile.TemporaryDirectory(prefix="og_") as folder:
            got = compute(convert(args.offgrid, case, pathlib.Path(folder)), np.frombuffer(raw, np.int32, n, 8), width, hidden)
        cosine = (got * want).sum(1) / np.linalg.norm(got, axis=1) / np.linalg.norm(want, axis=1)
        print(f"{case:14} cosine >= {cosine.min():.6f}, largest difference {np.abs(got - want).max():.4f}")
        assert cosine.min() > 0.9999


if __name__ == "__main__":
    main()
