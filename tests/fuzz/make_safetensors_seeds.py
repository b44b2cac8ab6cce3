#!/usr/bin/env python3
"""Writes the seeds of fuzz_safetensors: good files, and one for each kind of damage that a header can have."""
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent / "corpus" / "safetensors"
A = '"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}'
B = '"model.b.weight":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}'
SEEDS = {
    "two": ('{"__metadata__":{"format":"pt"},' + A + "," + B + "}  ", 26),
    "none": ("{}", 0),
    "empty_tensor": ('{"n":{"dtype":"I8","shape":[0,7],"data_offsets":[0,0]},' + A + "}", 24),
    "escapes": ('{"\\u00e9\\"":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}', 3),
    "overlap": ("{" + A + ',"c":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}}', 24),
    "hole": ('{"c":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}}', 6),
    "twice": ("{" + A + "," + A + "}", 24),
    "past_end": ("{" + A + "," + B + "}", 20),
    "overflow": ('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,24]}}', 24),
    "deep": ('{"__metadata__":{"a":' + "[" * 250, 0),
    "number": ('{"a":{"dtype":"F32","shape":[1e3,-1.5],"data_offsets":[0,24]}}', 24),
}

if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    for name, (header, data) in SEEDS.items():
        (HERE / name).write_bytes(struct.pack("<Q", len(header.encode())) + header.encode() + bytes(range(data)))
    (HERE / "long").write_bytes(struct.pack("<Q", 1 << 40) + b"{}")
