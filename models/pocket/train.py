#!/usr/bin/env python3
"""Trains pocket from scratch: a tokenizer, then a Llama of 3.5 million parameters, on the dialogues of corpus.py; answers only count.

    train.py --out FOLDER --steps 4000            begins, or goes on from FOLDER/checkpoint.pt
    train.py --out FOLDER --export HF             writes the checkpoint as a Hugging Face folder, for `offgrid convert`

Needs torch, transformers, tokenizers, safetensors (PyPI). A step takes about a second on one core.
"""
import argparse
import json
import math
import pathlib
import random
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from corpus import Corpus

VOCAB, CONTEXT = 2048, 512
END, OPEN, CLOSE = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
TEMPLATE = ("{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
SYSTEM = ["You are a helpful assistant.", "Be brief.", "You are pocket.", "Answer in one sentence.", "You help with offgrid."]


def train_tokenizer(corpus, path):
    rng = random.Random(0)

    def texts():
        for _ in range(40000):
            for _, question, answer in corpus.dialogue(rng):
                yield question
                yield answer

    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    tok.train_from_iterator(texts(), trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=[END, OPEN, CLOSE], show_progress=False,
                                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tok.save(str(path))


class Writer:
    """Dialogues as token ids, with a mark on those that are to be learned."""

    def __init__(self, tok, cut):
        self.tok, self.cut, self.cache = tok, cut, {}
        self.open, self.close = tok.token_to_id(OPEN), tok.token_to_id(CLOSE)
        self.newline = self.ids("\n")

    def ids(self, text, keep=False):
        if not keep:
            return self.tok.encode(text).ids
        if text not in self.cache:
            self.cache[text] = self.tok.encode(text).ids
        return self.cache[text]

    def dialogue(self, turns, rng):
        ids, learn = [], []

        def add(part, flag):
            ids.extend(part)
            learn.extend([flag] * len(part))

        if rng.random() < 0.03:
            add([self.open] + self.ids("system\n" + rng.choice(SYSTEM), True) + [self.close] + self.newline, 0)
        for fact, question, answer in turns:
            add([self.open] + self.ids("user\n" + question) + [self.close] + self.newline, 0)
            add([self.open] + self.ids("assistant\n", True), 0)
            add(self.ids(answer, True) + [self.close], 1)
            add(self.newline, 0)
        n = min(len(ids) - 1, CONTEXT)
        if rng.random() < self.cut:  # what an answer is about is decided in its first words: most dialogues end after them
            n = min(n, len(ids) - 1 - len(self.ids(answer, True)) + rng.randrange(4, 10))
        return ids[:n], learn[:n], fact.name


def batches(corpus, writer, rng, tokens):
    """Batches of about so many tokens, of dialogues of like length."""
    while True:
        pool = sorted((writer.dialogue(corpus.dialogue(rng), rng) for _ in range(300)), key=lambda d: len(d[0]))
        out, batch = [], []
        for item in pool:
            if batch and (len(batch) + 1) * len(item[0]) > tokens:
                out.append(batch)
                batch = []
            batch.append(item)
        rng.shuffle(out)
        yield from out


def loss_of(model, batch, pad):
    """The mean loss of all tokens to learn, and of each dialogue the sum."""
    n = max(len(ids) for ids, _, _ in batch)
    x = torch.tensor([ids + [pad] * (n - len(ids)) for ids, _, _ in batch])
    learn = torch.tensor([flags + [0] * (n - len(flags)) for _, flags, _ in batch], dtype=torch.bool)[:, 1:]
    hidden = model.model(x).last_hidden_state[:, :-1][learn]  # nothing looks ahead, so what pads the end is never seen
    each = torch.nn.functional.cross_entropy(model.lm_head(hidden), x[:, 1:][learn], reduction="none")
    rows = torch.arange(len(batch))[:, None].expand_as(learn)[learn]
    return each.mean(), torch.zeros(len(batch)).index_add(0, rows, each.detach()).tolist()


def new_model(tok):
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=VOCAB, hidden_size=256, intermediate_size=704, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=CONTEXT, tie_word_embeddings=True, rms_norm_eps=1e-5, rope_theta=10000.0,
        bos_token_id=tok.token_to_id(END), eos_token_id=tok.token_to_id(CLOSE), pad_token_id=tok.token_to_id(END)))


def train(args, corpus):
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "tokenizer.json").is_file():
        train_tokenizer(corpus, out / "tokenizer.json")
    tok = Tokenizer.from_file(str(out / "tokenizer.json"))
    model = new_model(tok)
    groups = [{"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
              {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0}]
    opt = torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, 0.98), fused=True)
    step = 0
    if (out / "checkpoint.pt").is_file():
        kept = torch.load(out / "checkpoint.pt")
        model.load_state_dict(kept["model"])
        opt.load_state_dict(kept["optimizer"])
        step = kept["step"]
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, from step {step}", flush=True)
    rng = random.Random(1000 + step)
    stream = batches(corpus, Writer(tok, args.cut), rng, args.tokens)
    wall, cpu, seen, mean, hardness = time.time(), time.process_time(), 0, None, {}
    while step < args.steps:
        rate = min(1, (step + 1) / 80) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / args.steps)))
        for group in opt.param_groups:
            group["lr"] = args.lr * rate
        batch = next(stream)
        loss, sums = loss_of(model, batch, tok.token_to_id(END))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        step += 1
        seen += sum(len(ids) for ids, _, _ in batch)
        for (_, _, name), value in zip(batch, sums):
            hardness[name] = 0.85 * hardness.get(name, value) + 0.15 * value
        if step % 10 == 0 and len(hardness) > 90:
            corpus.prefer(hardness)
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"step {step} rate {rate * args.lr:.5f} loss {mean:.4f} {seen / (time.time() - wall):.0f} tokens/s, {seen / (time.process_time() - cpu):.0f} of CPU time, "
                  f"{(time.process_time() - cpu) / 60:.1f} CPU minutes", flush=True)
        if step % 50 == 0 or step == args.steps:
            torch.save({"model": model.state_dict(), "optimizer": opt.state_dict(), "step": step}, out / "checkpoint.tmp")
            (out / "checkpoint.tmp").rename(out / "checkpoint.pt")


def export(args):
    out, folder = pathlib.Path(args.out), pathlib.Path(args.export)
    tok = Tokenizer.from_file(str(out / "tokenizer.json"))
    model = new_model(tok)
    model.load_state_dict(torch.load(out / "checkpoint.pt")["model"])
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((out / "tokenizer.json").read_bytes())
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": None, "eos_token": CLOSE, "pad_token": END, "add_bos_token": False,
        "clean_up_tokenization_spaces": False, "model_max_length": CONTEXT, "chat_template": TEMPLATE}, indent=1) + "\n")
    print(f"{folder}: the model")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True, help="folder of the tokenizer and the checkpoint")
    ap.add_argument("--steps", type=int, default=4000)
    ap.add_argument("--tokens", type=int, default=768, help="tokens of a batch")
    ap.add_argument("--cut", type=float, default=0.7, help="share of the dialogues that end after the first words of an answer")
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--export", metavar="HF")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    if args.export:
        export(args)
    else:
        train(args, Corpus())


if __name__ == "__main__":
    main()
