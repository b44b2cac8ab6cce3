#!/usr/bin/env python3
"""Writes tests/golden/rows/<name>.golden: what tiny model of an architecture row it is, and its logits by llama.cpp (PyPI: llama-cpp-python,
numpy). The models themselves are written by test_golden_rows, from the row's tables and a fixed seed.

    tests/golden/make_rows.py [--program build-test/test_golden_rows] [NAME ...]

A name is an architecture, alone or with a dash and a variant. Lines of a file: `arch A`; `mixed` (several types of weights); `tied`;
`without WORDS` (optional tensors left out); `factors WORD` (tensors of rotary factors that are there); `key NAME TYPE VALUE`; then what this
script adds: `vocabulary N`, `tokens ...`, `logits POSITION ...`.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import zlib

import llama_cpp
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
N_TOKENS, ROWS = 100, [0, 7, 30, 65, 94, 99]  # past a page of the cache, the windows and the original contexts; the last ones decode

YARN = ["key {}.rope.scaling.type s yarn", "key {}.rope.scaling.factor f 4", "key {}.rope.scaling.original_context_length u 64"]
LONGROPE = ["factors rope_factors", "key {}.rope.scaling.attn_factor f 1.19"]
ROWS_OF = {
    "llama": [], "qwen3": [], "gemma": ["tied"], "gemma2": ["tied"], "gemma3": ["tied"], "phi2": [], "phi3": [], "olmo2": [],
    "stablelm": ["without attn_q_norm attn_k_norm"], "starcoder2": [], "starcoder": [], "falcon": ["without attn_norm_2"], "gpt2": [], "glm4": [],
    "chatglm": [], "command-r": ["tied", "without attn_q_norm attn_k_norm"], "cohere2": ["tied"], "granite": [], "minicpm": [], "exaone": [],
    "exaone4": [], "internlm2": [], "nemotron": [], "gptneox": [], "smollm3": [], "arcee": [], "ernie4_5": ["without attn_output.bias"], "seed_oss": [], "orion": [],
    "openelm": ["tied", "key {}.attention.head_count a 3,4", "key {}.attention.head_count_kv a 1,2", "key {}.feed_forward_length a 64,96"],
    "qwen2vl": ["key {}.rope.dimension_sections a 2,3,3,0"], "qwen3vl": ["key {}.rope.dimension_sections a 4,4,4,0", "key {}.n_deepstack_layers u 0"],
    "olmo": [], "xverse": [], "mistral3": YARN, "hunyuan-dense": [],
    "llama-yarn": YARN, "llama-linear": ["key {}.rope.scaling.type s linear", "key {}.rope.scaling.factor f 4"], "llama-factors": ["factors rope_freqs"],
    "phi3-long": LONGROPE + ["key {}.rope.scaling.original_context_length u 64"],
    "phi3-short": LONGROPE + ["key {}.rope.scaling.original_context_length u 512"],
    "stablelm-parallel": ["without ffn_norm attn_q_norm attn_k_norm attn_q.bias attn_k.bias attn_v.bias"],
    "stablelm-norms": ["without ffn_norm"], "falcon-two": [], "gemma3-linear": ["tied", "key {}.rope.scaling.type s linear", "key {}.rope.scaling.factor f 8"],
    "gptneox-in-turn": ["key {}.use_parallel_residual b false"], "qwen3-yarn": YARN,
}
MIXED = ["llama", "qwen3", "gemma", "gemma2", "gemma3", "phi2", "phi3", "olmo2", "stablelm", "starcoder2", "starcoder", "falcon", "gpt2", "glm4", "chatglm",
         "command-r", "cohere2", "granite", "minicpm", "exaone", "exaone4", "internlm2", "nemotron", "gptneox", "smollm3", "arcee", "ernie4_5", "seed_oss",
         "orion", "openelm", "qwen2vl", "qwen3vl", "olmo", "xverse", "mistral3", "hunyuan-dense"]
ROWS_OF |= {f"{name}-mixed": ROWS_OF[name] + ["mixed"] for name in MIXED}


def arch_of(name):
    return next((arch for arch in ("command-r", "hunyuan-dense") if name.startswith(arch)), name.split("-")[0])


def make(name, program, folder):
    path = HERE / "rows" / f"{name}.golden"
    arch = arch_of(name)
    head = [f"arch {arch}"] + [line.format(arch) for line in ROWS_OF[name]]
    model = folder / f"{name}.gguf"
    spec = folder / "spec"
    spec.write_text("\n".join(head) + "\n")
    n_vocab = int(subprocess.run([program, spec, model], check=True, capture_output=True, text=True).stdout)
    ids = np.random.default_rng(zlib.crc32(name.encode())).integers(3, n_vocab, N_TOKENS).tolist()
    llm = llama_cpp.Llama(str(model), n_ctx=256, logits_all=True, verbose=False)
    llm.eval(ids)
    logits = np.array(llm.scores[:N_TOKENS])
    lines = head + [f"vocabulary {n_vocab}", "tokens " + " ".join(map(str, ids))]
    lines += [f"logits {r} " + " ".join(f"{x:.5g}" for x in logits[r]) for r in ROWS]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    print(f"{name}: standard deviation {logits.std():.3f}")


if __name__ == "__main__":
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--program", default=HERE.parents[1] / "build-test" / "test_golden_rows")
    args.add_argument("names", nargs="*")
    args = args.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for one in args.names or ROWS_OF:
            try:
                make(one, args.program, pathlib.Path(folder))
            except Exception as error:  # go on: the list at the end says what is missing
                failed.append(f"{one}: {error}")
    sys.exit("\n".join(failed))
