#!/usr/bin/env python3
"""Seeds for fuzz_gguf: small GGUF files, right and slightly wrong, written to corpus/gguf/ beside this script. Needs nothing but Python."""
import pathlib
import struct

FOLDER = pathlib.Path(__file__).parent / "corpus" / "gguf"
U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
FIXED = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}


def string(s: bytes) -> bytes:
    return struct.pack("<Q", len(s)) + s


def value(kind: int, v) -> bytes:
    return string(v) if kind == STRING else struct.pack("<" + FIXED[kind], v)


def meta(key: str, kind: int, v) -> bytes:
    return string(key.encode()) + struct.pack("<I", kind) + value(kind, v)


def array(key: str, kind: int, items: list) -> bytes:
    return string(key.encode()) + struct.pack("<IIQ", ARRAY, kind, len(items)) + b"".join(value(kind, v) for v in items)


def tensor(name: str, kind: int, dims: list, offset: int) -> bytes:
    return string(name.encode()) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)


def gguf(metas: list = (), tensors: list = (), data: int = 0, version: int = 3, alignment: int = 32) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metas)) + b"".join(metas) + b"".join(tensors)
    return head + (b"\0" * (-len(head) % alignment) + bytes(i % 251 for i in range(data)) if tensors else b"")


def parts(*files: bytes) -> bytes:
    return b"PARTS" + bytes([len(files) - 1]) + b"".join(struct.pack("<H", len(f)) for f in files) + b"".join(files)


def split(number: int, count: int, total: int, name: str) -> bytes:
    metas = [meta("split.no", U16, number), meta("split.count", U16, count), meta("split.tensors.count", I32, total)]
    return gguf(metas, [tensor(name, 0, [8], 0)], 32)


scalars = [meta(f"s{kind}", kind, 1) for kind in FIXED] + [meta("text", STRING, b"gr\xc3\xbc\xc3\x9f")]
arrays = [array(f"a{kind}", kind, [0, 1, 1]) for kind in FIXED] + [array("words", STRING, [b"one", b"", b"t\0\xff"]), array("none", STRING, [])]
four = [tensor("f32", 0, [8, 2], 0), tensor("q8_0", 8, [32, 2], 64), tensor("q4_k", 12, [256], 160), tensor("f16", 1, [2, 2, 2, 2], 320)]

SEEDS = {
    "empty": gguf(),
    "version2": gguf(scalars, version=2),
    "scalars": gguf(scalars),
    "arrays": gguf(arrays),
    "tensors": gguf([], four, 352),
    "unsorted": gguf([], [tensor("b", 0, [8], 32), tensor("a", 0, [8], 0)], 64),
    "scalar_tensor": gguf([], [tensor("x", 24, [], 0)], 1),
    "aligned": gguf([meta("general.alignment", U32, 128)], [tensor("a", 0, [3], 0), tensor("b", 0, [3], 128)], 256, alignment=128),
    "vocabulary": gguf([
        meta("general.architecture", STRING, b"llama"),
        array("tokenizer.ggml.tokens", STRING, [b"<s>", b"</s>", b"a", b"b", b"ab"]),
        array("tokenizer.ggml.scores", F32, [0.0, 0.0, -1.0, -2.0, -3.0]),
        array("tokenizer.ggml.token_type", I32, [3, 3, 1, 1, 1]),
    ]),
    "split": parts(split(0, 3, 3, "a"), split(1, 3, 3, "b"), split(2, 3, 3, "c")),
    "split_twice": parts(split(0, 2, 2, "a"), split(1, 2, 2, "a")),
    "split_cycle": parts(split(0, 2, 2, "a"), split(0, 2, 2, "b")),
    "overlap": gguf([], [tensor("a", 0, [16], 0), tensor("b", 0, [8], 32)], 64),
    "twice": gguf([meta("k", U32, 1), meta("k", U32, 1)]),
    "type": gguf([], [tensor("a", 99, [8], 0)], 32),
    "past_end": gguf([], [tensor("a", 0, [64], 0)], 32),
    "overflow": gguf([], [tensor("a", 0, [2**32, 2**31], 0)], 32),
    "nested": b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string(b"n") + struct.pack("<IIQ", ARRAY, ARRAY, 1) + struct.pack("<IQ", U8, 0),
    "bomb_tensors": b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0) + b"\0" * 136,
    "bomb_array": b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string(b"n") + struct.pack("<IIQ", ARRAY, U64, 2**62),
    "bomb_string": b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string(b"n") + struct.pack("<IQ", STRING, 2**64 - 1),
    "version1": b"GGUF" + struct.pack("<III", 1, 0, 0),
    "big_endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in SEEDS.items():
        (FOLDER / name).write_bytes(content)
