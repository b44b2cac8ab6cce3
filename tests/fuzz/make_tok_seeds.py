#!/usr/bin/env python3
"""Writes the seeds of fuzz_tok and fuzz_split: corpus/tok/ and corpus/split/ beside this script."""
import pathlib

CORPUS = pathlib.Path(__file__).parent / "corpus"
TEXTS = {
    "empty": b"",
    "english": b"hello world, it's the year 2024; we'll  see.\n\n    indented\r\n",
    "special": b"a<|im_start|>b<|im_end|><tool><|endoftext|></s><s><unk><|user|>",
    "scripts": "Größe Привет 我想在 नमस्ते が 안녕 🚀👍🏽 \u00a0\u3000\u2028 ½٣Ⅷ ʰ ſ".encode(),
    "broken": b"\xff\xe6\x97\xf0\x9f\x9a\xc0\xaf\xed\xa0\x80 \xe2\x96\x81 a\x00b",
    "runs": b" " * 40 + b"x" + b"a" * 70 + b"\n" * 9 + b"1234567" + b"-" * 40,
}
PATTERNS = {
    "gpt2": rb"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "groups": rb"(?i:'s|[a-k])(?:ab|c){1,3}d?+\x{65E5}{2,}(?=\P{Lu})[^\r\n\-\]]*$",
    "bad": rb"(?:a{3,2}|[b-a",
}


def write(folder, name, data):
    (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    (CORPUS / folder / name).write_bytes(data)


for name, text in TEXTS.items():
    for kind in range(4):
        write("tok", f"{name}{kind}", bytes([kind + (0x80 if name == "special" else 0)]) + text)
    for row in (0, 1, 20, 32, 40, 50):
        write("split", f"{name}{row}", bytes([row]) + text)
for name, pattern in PATTERNS.items():
    write("split", f"pattern_{name}", b"\xff" + pattern)
