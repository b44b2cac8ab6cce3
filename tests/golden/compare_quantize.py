#!/usr/bin/env python3
"""Compares `offgrid quantize` with llama.cpp's quantizer (PyPI: llama-cpp-python, gguf, numpy).

    tests/golden/compare_quantize.py [--offgrid build/offgrid] [--types Q4_K_M,...] [--min 0.999] MODEL.gguf ...

For each model and type: whether every tensor got the same type, the relative root mean square error of either's weights, and the least
cosine between offgrid's and llama.cpp's logits (over 32 positions) of the file that offgrid wrote and of the one that llama.cpp wrote. Fails
where types differ or a cosine is below --min. What llama.cpp does not write (nan) it may still read.

Types that llama.cpp does not write without an importance matrix get one of random numbers, both programs the same, which weighs the errors too.
"""
import argparse
import ctypes
import pathlib
import subprocess
import sys
import tempfile
import time

import gguf
import llama_cpp
import numpy as np

from compare_llama_cpp import ours, theirs
from make_quant import decode

GUIDED = "IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ2_M IQ3_XXS IQ3_XS Q2_K_S".split()
TYPES = GUIDED + (
    "Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_0 Q4_1 Q5_0 Q5_1 Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K Q8_0 IQ3_S IQ3_M IQ4_NL IQ4_XS TQ1_0 TQ2_0"
    " MXFP4_MOE NVFP4 Q1_0 F16 BF16"
).split()
FTYPES = {"NVFP4": 39, "Q1_0": 40}  # of llama.h; the Python package has no names for them. Nor can gguf 0.19 read Q2_0


def importance(model):
    """By matrix, a positive number for each column."""
    rng = np.random.default_rng(7)
    names = [(t.name, int(t.shape[0])) for t in gguf.GGUFReader(model).tensors if len(t.shape) == 2]
    return {name: (rng.uniform(0.2, 1, n) ** 2).astype(np.float32) for name, n in names}


def write_importance(path, matrix):
    writer = gguf.GGUFWriter(path, None)
    writer.add_type("imatrix")
    writer.add_array("imatrix.datasets", ["random"])
    writer.add_uint32("imatrix.chunk_count", 1)
    writer.add_uint32("imatrix.chunk_size", 1)
    for name, values in matrix.items():
        writer.add_tensor(f"{name}.in_sum2", values.reshape(1, -1))
        writer.add_tensor(f"{name}.counts", np.ones((1, 1), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def peer(model, out, name, threads, matrix):
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = FTYPES.get(name) or getattr(llama_cpp, "LLAMA_FTYPE_MOSTLY_" + name)
    params.nthread = threads
    if matrix:
        entries = (llama_cpp.llama_model_imatrix_data * (len(matrix) + 1))()
        for entry, (tensor, values) in zip(entries, matrix.items()):
            entry.name, entry.size = tensor.encode(), len(values)
            entry.data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        params.imatrix = ctypes.cast(entries, ctypes.POINTER(llama_cpp.llama_model_imatrix_data))
    params.allow_requantize = True
    return llama_cpp.llama_model_quantize(str(model).encode(), str(out).encode(), ctypes.byref(params)) == 0


def weights(path):
    return {t.name: (t.tensor_type.name, t) for t in gguf.GGUFReader(path).tensors}


def values(t):
    kind = t.tensor_type.name.lower()
    if kind in ("f32", "f16", "bf16"):
        return gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float64)
    _, size = gguf.GGML_QUANT_SIZES[t.tensor_type]
    return decode(kind, np.ascontiguousarray(t.data).reshape(-1, size)).astype(np.float64).ravel()


def cosine(offgrid, path):
    llm = llama_cpp.Llama(str(path), n_ctx=32, logits_all=True, verbose=False)
    ids = np.random.default_rng(1).integers(0, llm.n_vocab(), 32).tolist()
    x, y = ours(offgrid, str(path), ids), theirs(llm, ids)
    llm.close()
    return ((x * y).sum(1) / np.sqrt((x * x).sum(1) * (y * y).sum(1))).min()


def error(reference, other, matrix):
    """Relative RMS error over all tensors whose type changed, weighted by the importance of the columns if there is any."""
    wrong = total = 0.0
    for name, (kind, t) in reference.items():
        if other[name][0] == kind:
            continue
        a, b = values(t).ravel(), values(other[name][1]).ravel()
        weight = np.resize(matrix[name], a.size) if matrix else 1
        wrong += (weight * (a - b) ** 2).sum()
        total += (weight * a**2).sum()
    return (wrong / total) ** 0.5 if total else 0.0


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--offgrid", default=pathlib.Path(__file__).resolve().parents[2] / "build" / "offgrid")
    args.add_argument("--types", default=",".join(TYPES))
    args.add_argument("--min", type=float, default=0.999)
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("models", nargs="+")
    args = args.parse_args()
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, None)
    print(f"llama-cpp-python {llama_cpp.__version__}")
    failed = False
    for model in args.models:
        reference, matrix = weights(model), importance(model)
        for name in args.types.split(","):
            with tempfile.TemporaryDirectory() as folder:
                a, b = pathlib.Path(folder) / "a.gguf", pathlib.Path(folder) / "b.gguf"
                guide, used = [], None
                if name in GUIDED:
                    guide = ["--imatrix", pathlib.Path(folder) / "random.imatrix"]
                    write_importance(guide[1], matrix)
                    used = matrix
                start = time.monotonic()
                subprocess.run([args.offgrid, "quantize", model, a, name, "-t", str(args.threads), *guide], check=True, capture_output=True)
                took = time.monotonic() - start
                start = time.monotonic()
                written = peer(model, b, name, args.threads, used)
                took_peer = time.monotonic() - start
                mine, other = weights(a), weights(b) if written else {}
                differ = [f"{n}: {mine[n][0]}, not {k}" for n, (k, _) in other.items() if mine[n][0] != k]
                bits = 8 * sum(t.n_bytes for _, t in mine.values()) / sum(int(t.n_elements) for _, t in mine.values())
                there, back = cosine(args.offgrid, a), cosine(args.offgrid, b) if written else np.nan
                print(
                    f"{pathlib.Path(model).stem:20} {name:8} {bits:6.3f} bits  error {error(reference, mine, used):.5f}, llama.cpp"
                    f" {error(reference, other, used) if written else np.nan:.5f}  cosine {there:.6f} of ours, {back:.6f} of theirs  {took:.2f} s, llama.cpp {took_peer:.2f} s"
                    f"  types {'agree' if not differ else 'DIFFER: ' + '; '.join(differ[:3])}",
                    flush=True,
                )
                failed |= bool(differ) or there < args.min or back < args.min
    return failed


if __name__ == "__main__":
    sys.exit(main())
