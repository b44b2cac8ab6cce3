#!/usr/bin/env python3
"""Golden data for the quant formats: blocks and what the PyPI package `gguf` decodes them to. For formats that it does not decode it is the
C library of llama.cpp, from the PyPI package `llama-cpp-python`; Q8_1, which that does not decode either, is d * q by its definition.

Needs: pip install gguf numpy llama-cpp-python. Writes quant/<name>.bin beside this script:
    4 bytes "OGQ1", uint32 number of blocks, the blocks, then the decoded float32 values (little-endian).
Blocks: random bytes under random scales; all zero; all ones under the largest, the most negative and the smallest binary16 scales.
"""
import ctypes
import pathlib
import struct

import llama_cpp
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, dequantize

# name: byte offsets of the binary16 fields of a block
FORMATS = {
    "q4_0": (0,),
    "q4_1": (0, 2),
    "q5_0": (0,),
    "q5_1": (0, 2),
    "q8_0": (0,),
    "q2_k": (80, 82),
    "q3_k": (108,),
    "q4_k": (0, 2),
    "q5_k": (0, 2),
    "q6_k": (208,),
    "iq4_nl": (0,),
    "iq4_xs": (0,),
    "tq1_0": (52,),
    "tq2_0": (64,),
    "mxfp4": (),
    "q8_1": (0, 2),
    "q8_k": (),
    "iq1_s": (0,),
    "iq1_m": (),
    "iq2_xxs": (0,),
    "iq2_xs": (0,),
    "iq2_s": (0,),
    "iq3_xxs": (0,),
    "iq3_s": (0,),
    "nvfp4": (),
    "q1_0": (0,),
    "q2_0": (0,),
}
# What gguf lacks or, for Q8_1, has by its size of old.
SIZES = {**{t.name.lower(): v for t, v in GGML_QUANT_SIZES.items()}, "q8_1": (32, 36), "q2_0": (64, 18)}
MAX, MIN, TINY, SUBNORMAL = 0x7BFF, 0xFBFF, 0x0001, 0x83FF


def blocks_of(name: str, rng: np.random.Generator) -> np.ndarray:
    _, size = SIZES[name]
    n_random = 11 if size < 50 else 1
    edges = [(0x00, 0x0000), (0xFF, MAX), (0xFF, MIN), (0xFF, TINY), (0x80, SUBNORMAL)]
    blocks = rng.integers(0, 256, (n_random + len(edges), size), dtype=np.uint8)
    for at in FORMATS[name]:
        blocks[:n_random, at : at + 2] = rng.normal(0, 0.02, n_random).astype("<f2").view(np.uint8).reshape(-1, 2)
    if name == "mxfp4":  # byte 0 is an exponent: keep the values finite, and reach into the subnormals
        blocks[:, 0] = np.linspace(0, 252, len(blocks)).astype(np.uint8)
        return blocks
    if name == "q8_k":  # bytes 0 to 3 are a float
        scales = np.concatenate([rng.normal(0, 0.02, n_random), [0, 3.4e38 / 128, -3.4e38 / 128, 1e-45, -1e-38]])
        blocks[:, :4] = scales.astype("<f4").view(np.uint8).reshape(-1, 4)
        return blocks
    if name == "iq1_m":  # the binary16 number is spread over the high nibbles of four words
        halves = [*rng.normal(0, 0.02, n_random).astype("<f2").view(np.uint16), *(half for _, half in edges)]
        for i, half in enumerate(halves):
            for j in range(4):
                blocks[i, 49 + 2 * j] = blocks[i, 49 + 2 * j] & 15 | (int(half) >> (4 * j) & 15) << 4
        return blocks
    for i, (fill, half) in enumerate(edges):
        blocks[n_random + i] = fill
        for at in FORMATS[name]:
            blocks[n_random + i, at : at + 2] = np.frombuffer(struct.pack("<H", half), np.uint8)
    return blocks


def decode(name: str, blocks: np.ndarray) -> np.ndarray:
    if name == "q8_1":
        return blocks[:, :2].copy().view("<f2").astype(np.float32) * blocks[:, 4:].view(np.int8).astype(np.float32)
    if name not in ("q8_k", "q1_0", "q2_0"):
        return dequantize(blocks, Type[name.upper()])
    library = ctypes.CDLL(str(pathlib.Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"))
    values = np.empty(len(blocks) * SIZES[name][0], np.float32)
    function = getattr(library, f"dequantize_row_{name.replace('_k', '_K')}")
    function(blocks.ctypes.data_as(ctypes.c_void_p), values.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(values.size))
    return values


def main() -> None:
    folder = pathlib.Path(__file__).parent / "quant"
    folder.mkdir(exist_ok=True)
    for name in FORMATS:
        blocks = blocks_of(name, np.random.default_rng(list(name.encode())))
        values = decode(name, blocks).astype("<f4")
        assert np.isfinite(values).all(), name
        (folder / f"{name}.bin").write_bytes(b"OGQ1" + struct.pack("<I", len(blocks)) + blocks.tobytes() + values.tobytes())


if __name__ == "__main__":
    main()
