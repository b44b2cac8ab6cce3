#!/usr/bin/env python3
"""Writes the tiny random Whisper models of tests/golden/whisper/ and what transformers makes of a window with them (PyPI: torch,
transformers, numpy, safetensors). Tests need only what it wrote.

    python tests/golden/make_whisper.py

<name>/       a checkpoint as Hugging Face has them, float16
<name>.heard  little-endian: int32 n_mel, frames, n_embd, n_audio, n_vocab, n_prompt, n_text, layers, heads;
              float32 mel [frames][n_mel], encoder [n_audio][n_embd]; int32 prompt [n_prompt], text [n_text] (greedy, with the rules of times);
              float32 logits [n_prompt + n_text][n_vocab], cross attention [n_prompt + n_text][heads][layers][n_audio]
"""
import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
from transformers.generation.logits_process import (SuppressTokensAtBeginLogitsProcessor, SuppressTokensLogitsProcessor,
                                                    WhisperTimeStampLogitsProcessor)

HERE = pathlib.Path(__file__).resolve().parent / "whisper"
N_AUDIO, N_TEXT = 50, 24
CASES = {
    "multilingual-80": dict(n_mel=80, languages=["en", "de", "zh"], enc=2, dec=2),
    "multilingual-128": dict(n_mel=128, languages=["en", "de", "zh", "fr"], enc=3, dec=1),
    "english-80": dict(n_mel=80, languages=[], enc=1, dec=3),
}


def letters():
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    out, n = {b: chr(b) for b in plain}, 0
    for b in range(256):
        if b not in out:
            out[b] = chr(256 + n)
            n += 1
    return [out[b] for b in range(256)]


def vocabulary(languages):
    merges = [("t", "h"), ("th", "e"), ("\u0120", "the"), ("i", "n"), ("a", "n"), ("\u0120", "an"), ("\u0120an", "d")]
    text = letters() + [a + b for a, b in merges]
    special = ["<|endoftext|>", "<|startoftranscript|>"] + [f"<|{l}|>" for l in languages]
    special += ["<|translate|>", "<|transcribe|>"] if languages else []
    special += ["<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    special += [f"<|{i * 0.02:.2f}|>" for i in range(N_AUDIO + 1)]
    return text, special, merges


def write_tokenizer(folder, text, special, merges):
    added = [dict(id=len(text) + i, content=s, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
             for i, s in enumerate(special)]
    byte_level = dict(type="ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True)
    tok = dict(version="1.0", truncation=None, padding=None, added_tokens=added, normalizer=None, pre_tokenizer=byte_level,
               post_processor=None, decoder=byte_level,
               model=dict(type="BPE", dropout=None, unk_token=None, continuing_subword_prefix="", end_of_word_suffix="", fuse_unk=False,
                          vocab={t: i for i, t in enumerate(text)}, merges=[" ".join(m) for m in merges]))
    (folder / "tokenizer.json").write_text(json.dumps(tok, ensure_ascii=True))


def make(name, n_mel, languages, enc, dec):
    torch.manual_seed(sum(name.encode()))
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    text, special, merges = vocabulary(languages)
    ids = {t: i for i, t in enumerate(text + special)}
    cfg = WhisperConfig(vocab_size=len(ids), num_mel_bins=n_mel, d_model=32, encoder_layers=enc, decoder_layers=dec, encoder_attention_heads=4,
                        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_source_positions=N_AUDIO,
                        max_target_positions=64, pad_token_id=ids["<|endoftext|>"], bos_token_id=ids["<|endoftext|>"],
                        eos_token_id=ids["<|endoftext|>"], decoder_start_token_id=ids["<|startoftranscript|>"])
    model = WhisperForConditionalGeneration(cfg).eval()
    with torch.no_grad():
        for p_name, p in model.named_parameters():
            if "embed_positions" in p_name and "encoder" in p_name:
                continue
            if "layer_norm" in p_name:
                p.add_(torch.randn_like(p) * 0.2)
            else:
                p.copy_(torch.randn_like(p) * (0.35 if p.dim() > 1 else 0.1))
        for p in model.parameters():
            p.copy_(p.half().float())
    state = {k: v.half().contiguous() for k, v in model.state_dict().items() if k != "proj_out.weight"}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    own = cfg.to_dict()
    keep = ["vocab_size", "num_mel_bins", "d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads",
            "encoder_ffn_dim", "decoder_ffn_dim", "max_source_positions", "max_target_positions", "bos_token_id", "eos_token_id",
            "decoder_start_token_id"]
    config = dict(architectures=["WhisperForConditionalGeneration"], model_type="whisper", **{k: own[k] for k in keep})
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "generation_config.json").write_text(json.dumps(dict(alignment_heads=[[dec - 1, 1], [dec - 1, 3]])))
    write_tokenizer(folder, text, special, merges)

    mel = torch.randn(1, n_mel, 2 * N_AUDIO).half().float() * 0.6
    prompt = [ids["<|startoftranscript|>"]] + ([ids["<|en|>"], ids["<|transcribe|>"]] if languages else [])
    eot, time0 = ids["<|endoftext|>"], ids["<|0.00|>"]
    g = GenerationConfig(eos_token_id=eot, no_timestamps_token_id=time0 - 1, max_initial_timestamp_index=50)
    rules = [SuppressTokensLogitsProcessor(list(range(eot + 1, time0))), SuppressTokensAtBeginLogitsProcessor([ids["\u0120"], eot], len(prompt)),
             WhisperTimeStampLogitsProcessor(g, begin_index=len(prompt))]
    said = []
    with torch.no_grad():
        memory = model.model.encoder(mel)[0]
        while len(said) < N_TEXT:
            tokens = torch.tensor([prompt + said])
            scores = model(decoder_input_ids=tokens, encoder_outputs=(memory,)).logits[:, -1]
            for r in rules:
                scores = r(tokens, scores)
            best = scores.argmax().item()
            if best == eot:
                break
            said.append(best)
        model.config._attn_implementation = "eager"
        out = model(decoder_input_ids=torch.tensor([prompt + said]), encoder_outputs=(memory,), output_attentions=True)
    cross = torch.stack([a[0] for a in out.cross_attentions])  # [layers, heads, tokens, n_audio]
    with open(HERE / f"{name}.heard", "wb") as f:
        np.array([n_mel, 2 * N_AUDIO, 32, N_AUDIO, len(ids), len(prompt), len(said), dec, 4], "<i4").tofile(f)
        mel[0].T.numpy().astype("<f4").tofile(f)
        memory[0].numpy().astype("<f4").tofile(f)
        np.array(prompt + said, "<i4").tofile(f)
        out.logits[0].numpy().astype("<f4").tofile(f)
        cross.permute(2, 1, 0, 3).contiguous().numpy().astype("<f4").tofile(f)
    print(name, len(ids), "tokens;", said)


for name, case in CASES.items():
    make(name, **case)
