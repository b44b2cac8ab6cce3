#!/usr/bin/env python3
"""Golden data for the quant formats: blocks and what the PyPI package `gguf` decodes them to.

Needs: pip install gguf numpy. Writes quant/<name>.bin beside this script:
    4 bytes "OGQ1", uint32 number of blocks, the blocks, then the decoded float32 values (little-endian).
Blocks: random bytes under random scales; all zero; all ones under the largest, the most negative and the smallest binary16 scales.
"""
import pathlib
import struct

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
}
MAX, MIN, TINY, SUBNORMAL = 0x7BFF, 0xFBFF, 0x0001, 0x83FF


def blocks_of(name: str, rng: np.random.Generator) -> np.ndarray:
    _, size = GGML_QUANT_SIZES[Type[name.upper()]]
    n_random = 11 if size < 50 else 1
    edges = [(0x00, 0x0000), (0xFF, MAX), (0xFF, MIN), (0xFF, TINY), (0x80, SUBNORMAL)]
    blocks = rng.integers(0, 256, (n_random + len(edges), size), dtype=np.uint8)
    for at in FORMATS[name]:
        blocks[:n_random, at : at + 2] = rng.normal(0, 0.02, n_random).astype("<f2").view(np.uint8).reshape(-1, 2)
    if name == "mxfp4":  # byte 0 is an exponent: keep the values finite, and reach into the subnormals
        blocks[:, 0] = np.linspace(0, 252, len(blocks)).astype(np.uint8)
        return blocks
    for i, (fill, half) in enumerate(edges):
        blocks[n_random + i] = fill
        for at in FORMATS[name]:
            blocks[n_random + i, at : at + 2] = np.frombuffer(struct.pack("<H", half), np.uint8)
    return blocks


def main() -> None:
    folder = pathlib.Path(__file__).parent / "quant"
    folder.mkdir(exist_ok=True)
    for name in FORMATS:
        blocks = blocks_of(name, np.random.default_rng(list(name.encode())))
        values = dequantize(blocks, Type[name.upper()]).astype("<f4")
        assert np.isfinite(values).all(), name
        (folder / f"{name}.bin").write_bytes(b"OGQ1" + struct.pack("<I", len(blocks)) + blocks.tobytes() + values.tobytes())


if __name__ == "__main__":
    main()
