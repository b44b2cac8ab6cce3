#!/usr/bin/env python3
"""Compares the encoders of all block formats with llama.cpp's (PyPI: llama-cpp-python, gguf, numpy), as a table.

    tests/golden/compare_encoders.py [--offgrid build/offgrid] [--types Q4_K,...] [--stories stories260K.gguf]

Rows: normally distributed; Student's t with 4 degrees of freedom, which has heavy tails; and the matrices of a trained model, cut into rows
of 256. Errors are relative root mean squares, offgrid's then llama.cpp's; where llama.cpp wants importance it gets ones. The last two are
weighted by random importance, which both are given. Speeds: million weights a second of processor time, one thread, reading and writing
included for offgrid. Fails where offgrid's error is larger.
"""
import argparse
import ctypes
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import gguf
import llama_cpp
import numpy as np

from compare_quantize import write_importance
from make_quant import SIZES, decode

IDS = {**{t.name: int(t) for t in gguf.GGMLQuantizationType}, "Q2_0": 42}
TYPES = (
    "Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K IQ2_S IQ2_XS Q2_0 IQ2_XXS TQ2_0 IQ1_M TQ1_0"
    " IQ1_S Q1_0"
).split()
COLUMNS = 1024


def library():
    lib = ctypes.CDLL(str(pathlib.Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"))
    lib.ggml_quantize_chunk.restype = ctypes.c_size_t
    size, pointer = ctypes.c_int64, ctypes.c_void_p
    lib.ggml_quantize_chunk.argtypes = [ctypes.c_int, pointer, pointer, size, size, size, pointer]
    return lib


def theirs(lib, kind, x, weight):
    block, size = SIZES[kind.lower()]
    out = np.zeros((x.size // block, size), np.uint8)
    lib.ggml_quantize_init(IDS[kind])
    start = time.process_time()
    lib.ggml_quantize_chunk(IDS[kind], x.ctypes.data, out.ctypes.data, 0, *x.shape, None if weight is None else weight.ctypes.data)
    return decode(kind.lower(), out).ravel(), x.size / (time.process_time() - start) / 1e6


def processor_seconds():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def ours(args, kind, sets, matrix):
    """Quantizes and decodes by the program; returns the values by name and the speed."""
    with tempfile.TemporaryDirectory() as folder:
        source, coded, back, guide = (str(pathlib.Path(folder) / name) for name in ("in.gguf", "out.gguf", "back.gguf", "imatrix"))
        writer = gguf.GGUFWriter(source, "none")
        for name, x in sets.items():
            writer.add_tensor(name, x)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        command = [args.offgrid, "quantize", source, coded, "Q8_0", "-t", "1", "--tensor", f"*={kind}"]
        if matrix:
            write_importance(guide, matrix)
            command += ["--imatrix", guide]
        start = processor_seconds()
        subprocess.run(command, check=True, capture_output=True)
        took = processor_seconds() - start
        subprocess.run([args.offgrid, "quantize", coded, back, "F32"], check=True, capture_output=True)
        values = {t.name: np.array(t.data).ravel() for t in gguf.GGUFReader(back).tensors}
    return values, sum(x.size for x in sets.values()) / took / 1e6


def error(x, y, weight=None):
    w = 1 if weight is None else np.resize(weight, x.size).astype(np.float64)
    x = x.ravel().astype(np.float64)
    return np.sqrt((w * (x - y) ** 2).sum() / (w * x * x).sum())


def trained(path):
    tensors = [t for t in gguf.GGUFReader(path).tensors if len(t.shape) == 2]
    x = np.concatenate([np.array(t.data, np.float32).ravel() for t in tensors])
    return np.ascontiguousarray(x[: x.size // 256 * 256].reshape(-1, 256))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--offgrid", default=pathlib.Path(__file__).resolve().parents[2] / "build" / "offgrid")
    args.add_argument("--types", default=",".join(TYPES))
    args.add_argument("--stories")
    args.add_argument("--rows", type=int, default=256)
    args = args.parse_args()
    lib, rng, failed = library(), np.random.default_rng(1), False
    sets = {
        "gaussian": rng.normal(0, 0.03, (args.rows, COLUMNS)).astype(np.float32),
        "heavy": (rng.standard_t(4, (args.rows, COLUMNS)) * 0.02).astype(np.float32),
    }
    if args.stories:
        sets["trained"] = trained(args.stories)
    weight = (rng.uniform(0.2, 1, COLUMNS) ** 2).astype(np.float32)
    print("| type | bits |", " | ".join(f"{name} | llama.cpp" for name in [*sets, "weighted"]), "| M/s | llama.cpp |")
    for kind in args.types.split(","):
        block, size = SIZES[kind.lower()]
        ones = kind[:3] in ("IQ1", "IQ2")
        mine, speed = ours(args, kind, sets, None)
        cells = [kind, f"{8 * size / block:.4g}"]
        for name, x in sets.items():
            peer, peer_speed = theirs(lib, kind, x, np.ones(x.shape[1], np.float32) if ones else None)
            a, b = error(x, mine[name]), error(x, peer)
            cells += [f"{a:.3g}", f"{b:.3g}"]
            failed |= a > b * 1.0001  # the same, but for rounding
            if name == "gaussian":
                their_speed = peer_speed
        x = sets["gaussian"]
        mine, _ = ours(args, kind, {"gaussian": x}, {"gaussian": weight})
        a, b = error(x, mine["gaussian"], weight), error(x, theirs(lib, kind, x, weight)[0], weight)
        failed |= a > b * 1.0001
        print("|", " | ".join([*cells, f"{a:.3g}", f"{b:.3g}", f"{speed:.3g}", f"{their_speed:.3g}"]), "|", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
