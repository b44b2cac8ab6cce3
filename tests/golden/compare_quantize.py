#!/usr/bin/env python3
"""Compares `offgrid quantize` with llama.cpp's quantizer (PyPI: llama-cpp-python, gguf, numpy).

    tests/golden/compare_quantize.py [--offgrid build/offgrid] [--types Q4_K_M,...] [--min 0.999] MODEL.gguf ...

For each model and type: whether every tensor got the same type, the relative root mean square error of either's weights, and the least
cosine between offgrid's and llama.cpp's logits of the file that offgrid wrote (over 32 positions). Fails where types differ or a cosine
is below --min.
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

TYPES = "Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_0 Q4_1 Q5_0 Q5_1 Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K Q8_0 IQ4_NL IQ4_XS TQ1_0 TQ2_0 F16 BF16".split()


def peer(model, out, name, threads):
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = getattr(llama_cpp, "LLAMA_FTYPE_MOSTLY_" + name)
    params.nthread = threads
    params.allow_requantize = True
    code = llama_cpp.llama_model_quantize(str(model).encode(), str(out).encode(), ctypes.byref(params))
    if code:
        raise RuntimeError(f"llama_model_quantize gives {code}")


def weights(path):
    return {t.name: (t.tensor_type.name, t) for t in gguf.GGUFReader(path).tensors}


def error(reference, other):
    """Relative RMS error over all tensors whose type changed."""
    wrong = total = 0.0
    for name, (kind, t) in reference.items():
        if other[name][0] == kind:
            continue
        a = gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float64)
        b = gguf.quants.dequantize(other[name][1].data, other[name][1].tensor_type).astype(np.float64)
        wrong += ((a - b) ** 2).sum()
        total += (a**2).sum()
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
        reference = weights(model)
        for name in args.types.split(","):
            with tempfile.TemporaryDirectory() as folder:
                a, b = pathlib.Path(folder) / "a.gguf", pathlib.Path(folder) / "b.gguf"
                start = time.monotonic()
                subprocess.run([args.offgrid, "quantize", model, a, name, "-t", str(args.threads)], check=True, capture_output=True)
                took = time.monotonic() - start
                start = time.monotonic()
                peer(model, b, name, args.threads)
                took_peer = time.monotonic() - start
                mine, other = weights(a), weights(b)
                differ = [f"{n}: {mine[n][0]}, not {k}" for n, (k, _) in other.items() if mine[n][0] != k]
                bits = 8 * sum(t.n_bytes for _, t in mine.values()) / sum(int(t.n_elements) for _, t in mine.values())
                llm = llama_cpp.Llama(str(a), n_ctx=32, logits_all=True, verbose=False)
                ids = np.random.default_rng(1).integers(0, llm.n_vocab(), 32).tolist()
                x, y = ours(args.offgrid, str(a), ids), theirs(llm, ids)
                llm.close()
                cosine = ((x * y).sum(1) / np.sqrt((x * x).sum(1) * (y * y).sum(1))).min()
                print(
                    f"{pathlib.Path(model).stem:20} {name:8} {bits:6.3f} bits  error {error(reference, mine):.5f}, llama.cpp"
                    f" {error(reference, other):.5f}  cosine {cosine:.6f}  {took:.2f} s, llama.cpp {took_peer:.2f} s"
                    f"  types {'agree' if not differ else 'DIFFER: ' + '; '.join(differ[:3])}",
                    flush=True,
                )
                failed |= bool(differ) or not cosine >= args.min
    return failed


if __name__ == "__main__":
    sys.exit(main())
