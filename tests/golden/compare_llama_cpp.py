#!/usr/bin/env python3
"""Compares logits with llama.cpp's (PyPI: llama-cpp-python, numpy), position by position.

    tests/golden/compare_llama_cpp.py [--offgrid build/offgrid] [--min 0.9999] [--tokens 80] [MODEL.gguf ...]

Without models: the tiny ones beside this script. Prints, for each, the least cosine over positions and the largest difference; fails below --min.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import llama_cpp
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def ours(program, model, ids):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "logits.npy"
        subprocess.run([program, "logits", model, "--tokens", ",".join(map(str, ids)), "--npy", out], check=True)
        return np.load(out).astype(np.float64)


def theirs(llm, ids):
    llm.reset()
    llm.eval(ids)
    return np.array(llm.scores[: len(ids)], dtype=np.float64)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--offgrid", default=HERE.parents[1] / "build" / "offgrid")
    args.add_argument("--min", type=float, default=0.9999)
    args.add_argument("--tokens", type=int, default=80)
    args.add_argument("models", nargs="*", default=sorted(HERE.glob("models/*.gguf")))
    args = args.parse_args()
    print(f"llama-cpp-python {llama_cpp.__version__}")
    failed = False
    for model in args.models:
        llm = llama_cpp.Llama(str(model), n_ctx=args.tokens, logits_all=True, verbose=False)
        ids = np.random.default_rng(1).integers(0, llm.n_vocab(), args.tokens).tolist()
        a, b = ours(args.offgrid, model, ids), theirs(llm, ids)
        cosine = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))
        failed |= not cosine.min() > args.min
        print(f"{pathlib.Path(model).name:24} least cosine {cosine.min():.8f}, largest difference {abs(a - b).max():.2e}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
