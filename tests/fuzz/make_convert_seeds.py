#!/usr/bin/env python3
"""Writes the seeds of fuzz_convert from the golden checkpoints: configurations and tokenizers, each after the letter that says what it is."""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden" / "hf"

if __name__ == "__main__":
    out = HERE / "corpus" / "convert"
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(GOLDEN.glob("*/config.json")):
        (out / f"config-{path.parent.name}").write_bytes(b"c" + path.read_bytes())
    for path in sorted((GOLDEN / "tokenizers").glob("*/tokenizer.*")):
        (out / f"{path.suffix[1:]}-{path.parent.name}").write_bytes((b"s" if path.suffix == ".model" else b"t") + path.read_bytes())
