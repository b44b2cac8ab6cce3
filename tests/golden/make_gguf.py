#!/usr/bin/env python3
"""Golden GGUF files, written by the PyPI package `gguf` and read back by tests/unit/test_gguf_golden.c, which repeats the values below.

Needs: pip install gguf numpy. Writes gguf/all.gguf, gguf/split-0000N-of-00003.gguf and gguf/big-endian.gguf beside this script.
"""
import pathlib

import numpy as np
from gguf import GGMLQuantizationType, GGUFEndian, GGUFValueType as T, GGUFWriter, quantize

FOLDER = pathlib.Path(__file__).parent / "gguf"

SCALARS = {
    "u8": (T.UINT8, 250),
    "i8": (T.INT8, -100),
    "u16": (T.UINT16, 60000),
    "i16": (T.INT16, -30000),
    "u32": (T.UINT32, 4000000000),
    "i32": (T.INT32, -2000000000),
    "u64": (T.UINT64, 18446744073709551615),
    "i64": (T.INT64, -9223372036854775808),
    "f32": (T.FLOAT32, 0.1),
    "f64": (T.FLOAT64, 0.1),
    "yes": (T.BOOL, True),
    "no": (T.BOOL, False),
}
ARRAYS = {
    "array.u8": (T.UINT8, [0, 128, 255]),
    "array.i8": (T.INT8, [-128, 0, 127]),
    "array.u16": (T.UINT16, [1, 65535]),
    "array.i16": (T.INT16, [-32768, 32767]),
    "array.u32": (T.UINT32, [1, 4294967295]),
    "array.i32": (T.INT32, [-2147483648, 2147483647]),
    "array.u64": (T.UINT64, [9223372036854775808, 1]),
    "array.i64": (T.INT64, [-1, 1]),
    "array.f32": (T.FLOAT32, [0.5, -1.25]),
    "array.f64": (T.FLOAT64, [1e-300, 3.0]),
    "array.bool": (T.BOOL, [True, False, True]),
    "array.string": (T.STRING, ["first", "gr\u00fc\u00df", "\u65e5\u672c", "with\0zero"]),
}


def write(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def everything() -> None:
    writer = GGUFWriter(FOLDER / "all.gguf", "golden")
    writer.add_custom_alignment(64)
    writer.add_string("text", "gr\u00fc\u00df dich")
    for key, (kind, value) in SCALARS.items():
        writer.add_key_value(key, value, kind)
    for key, (kind, values) in ARRAYS.items():
        writer.add_key_value(key, values, T.ARRAY, sub_type=kind)
    writer.add_tensor("vector.f32", np.arange(5, dtype=np.float32) / 4)
    writer.add_tensor("cube.f16", np.arange(24, dtype=np.float16).reshape(4, 3, 2))
    writer.add_tensor("ids.i32", np.array([-7, 7, 2000000000], dtype=np.int32))
    whole = np.arange(128, dtype=np.float32).reshape(2, 64) % 32 * 4 + 3  # 3, 7, ..., 127: Q8_0 has them exactly
    writer.add_tensor("matrix.q8_0", quantize(whole, GGMLQuantizationType.Q8_0), raw_dtype=GGMLQuantizationType.Q8_0)
    write(writer)


def split() -> None:
    writer = GGUFWriter(FOLDER / "split.gguf", "golden", split_max_tensors=2)
    writer.add_string("text", "in three parts")
    for i in range(5):
        writer.add_tensor(f"t{i}", np.full((2, 3), i, dtype=np.float32))
    write(writer)


def big_endian() -> None:
    writer = GGUFWriter(FOLDER / "big-endian.gguf", "golden", endianess=GGUFEndian.BIG)
    writer.add_uint32("number", 1)
    write(writer)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    everything()
    split()
    big_endian()
