"""Trains pocket-ear and writes it as a GGUF file. It can be stopped and goes on where it was.

    python train.py WORK [--minutes N] [--utterances N]   trains; WORK keeps the speech and the state
    python train.py WORK --write pocket-ear.gguf          writes the model as it is
    python train.py WORK --evaluate                       word error rate on held-out speech

Needs espeak-ng, and PyTorch, NumPy and gguf from PyPI."""
import argparse
import os
import pickle
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import speech

WIDTH, HEADS, LAYERS, N_CTX, N_AUDIO = 128, 4, 2, 64, speech.SECONDS * 50


# ---- vocabulary: bytes, pairs of them until every word is one token, then Whisper's special tokens ----


def byte_letters():
    """How GPT-2 writes the 256 bytes."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {b: chr(b) for b in plain}
    n = 0
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + n)
            n += 1
    return letters


def make_vocabulary():
    letters = byte_letters()
    tokens = [letters[b] for b in sorted(letters, key=lambda b: (b not in range(33, 256), b))]
    parts = [[letters[32]] + list(w) for w in speech.words()]
    merges = []
    while any(len(p) > 1 for p in parts):
        count = {}
        for p in parts:
            for pair in zip(p, p[1:]):
                count[pair] = count.get(pair, 0) + 1
        best = max(count, key=lambda pair: (count[pair], pair))
        merges.append(best)
        tokens.append(best[0] + best[1])
        for p in parts:
            i = 0
            while i + 1 < len(p):
                if (p[i], p[i + 1]) == best:
                    p[i : i + 2] = [best[0] + best[1]]
                i += 1
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|nospeech|>", "<|startofprev|>", "<|notimestamps|>"]
    special += [f"<|{i * 0.02:.2f}|>" for i in range(N_AUDIO + 1)]
    return tokens, merges, special


TOKENS, MERGES, SPECIAL = make_vocabulary()
ID = {t: i for i, t in enumerate(TOKENS + SPECIAL)}
EOT, SOT, NO_SPEECH, NO_TIMES = (ID[t] for t in ("<|endoftext|>", "<|startoftranscript|>", "<|nospeech|>", "<|notimestamps|>"))
TIME0 = ID["<|0.00|>"]
N_VOCAB = len(ID)
WORDS = {w: ID["\u0120" + w] for w in speech.words()}
WORD_OF = {i: w for w, i in WORDS.items()}
CTC = {w: i + 1 for i, w in enumerate(WORDS)}


# ---- the model: Whisper's (Radford et al. 2022, section 2.2), small ----


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.v, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.k = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x, memory=None, causal=False):
        memory = x if memory is None else memory
        split = lambda t: t.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        y = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(memory)), split(self.v(memory)), is_causal=causal)
        return self.out(y.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, cross):
        super().__init__()
        self.attn_norm, self.attn = nn.LayerNorm(WIDTH), Attention()
        self.cross_norm, self.cross = (nn.LayerNorm(WIDTH), Attention()) if cross else (None, None)
        self.ffn_norm, self.up, self.down = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, memory=None):
        x = x + self.attn(self.attn_norm(x), causal=memory is not None)
        if memory is not None:
            x = x + self.cross(self.cross_norm(x), memory)
        return x + self.down(F.gelu(self.up(self.ffn_norm(x))))


def sinusoids():
    t = np.exp(-np.log(10000) / (WIDTH // 2 - 1) * np.arange(WIDTH // 2))
    a = np.arange(N_AUDIO)[:, None] * t[None]
    return torch.tensor(np.concatenate([np.sin(a), np.cos(a)], 1) * 0.1, dtype=torch.float32)  # quiet, so that sound is heard from the start


class Ear(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(speech.N_MEL, WIDTH, 3, padding=1), nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.enc = nn.ModuleList(Block(False) for _ in range(LAYERS))
        self.dec = nn.ModuleList(Block(True) for _ in range(LAYERS))
        self.enc_norm, self.dec_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.embd = nn.Embedding(N_VOCAB, WIDTH)
        nn.init.normal_(self.embd.weight, std=0.05)
        self.pos = nn.Parameter(torch.randn(N_CTX, WIDTH) * 0.02)
        self.register_buffer("sines", sinusoids())
        self.ctc = nn.Linear(WIDTH, len(CTC) + 1)  # helps the encoder at first; no part of the result

    def encode(self, mel):
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2) + self.sines
        for b in self.enc:
            x = b(x)
        return self.enc_norm(x)

    def decode(self, ids, memory):
        x = self.embd(ids) + self.pos[: ids.shape[1]]
        for b in self.dec:
            x = b(x, memory)
        return self.dec_norm(x) @ self.embd.weight.T


# ---- data ----


def targets(text, begins, ends, times):
    ids = [WORDS[w] for w in text.split()]
    if times:
        return [SOT, TIME0 + round(begins * 50)] + ids + [TIME0 + round(ends * 50), EOT]
    return [SOT, NO_TIMES] + ids + [EOT]


def batch(data, rng, size):
    mel, rows, spoken = [], [], []
    for _ in range(size):
        if rng.random() < 0.04:  # nobody speaks
            x = rng.standard_normal(speech.SECONDS * speech.RATE).astype(np.float32) * 10 ** rng.uniform(-5, -1)
            rows.append([SOT, NO_SPEECH, EOT])
            spoken.append([])
        else:
            text, samples = data[rng.integers(len(data))]
            x, begins, ends = speech.window(samples, rng)
            rows.append(targets(text, begins, ends, rng.random() < 0.5))
            spoken.append([CTC[w] for w in text.split()])
        m = speech.log_mel(x)
        mel.append(m)
    n = max(map(len, rows))
    ids = torch.full((size, n), EOT)
    label = torch.full((size, n), -100)
    for i, r in enumerate(rows):
        ids[i, : len(r)] = torch.tensor(r)
        label[i, : len(r) - 1] = torch.tensor(r[1:])
    return torch.tensor(np.stack(mel)), ids, label, spoken


def speech_of(work, n, seed, variants, name):
    path = os.path.join(work, name)
    if not os.path.exists(path):
        data = speech.utterances(n, seed, variants)
        with open(path + ".part", "wb") as f:
            pickle.dump(data, f)
        os.rename(path + ".part", path)
    with open(path, "rb") as f:
        return pickle.load(f)


def train(work, minutes, n):
    model = Ear()
    opt = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
    state = os.path.join(work, "state.pt")
    step = 0
    if os.path.exists(state):
        s = torch.load(state)
        model.load_state_dict(s["model"])
        opt.load_state_dict(s["opt"])
        step = s["step"]
    data = speech_of(work, n, 1, speech.VARIANTS, f"train-{n}.pickle")
    start = saved = time.time()
    rate = float(os.environ.get("RATE", "2e-3"))
    while time.time() - start < minutes * 60:
        left = 1 - (time.time() - start) / (minutes * 60)
        for g in opt.param_groups:
            g["lr"] = rate * min(1, (step + 1) / 200, max(0.02, left * 4))
        mel, ids, label, spoken = batch(data, np.random.default_rng(step + 1000), 16)
        memory = model.encode(mel)
        loss = F.cross_entropy(model.decode(ids, memory).flatten(0, 1), label.flatten(), label_smoothing=0.02)
        lengths = torch.tensor([len(s) for s in spoken])
        flat = torch.tensor([i for s in spoken for i in s])
        c = F.ctc_loss(F.log_softmax(model.ctc(memory), -1).transpose(0, 1), flat, torch.full((len(spoken),), N_AUDIO), lengths,
                       zero_infinity=True)
        opt.zero_grad()
        (loss + 0.5 * c).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        step += 1
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} ctc {c.item():.3f} {time.time() - start:.0f} s", flush=True)
        if time.time() - saved > 60:
            save(model, opt, step, state)
            saved = time.time()
    save(model, opt, step, state)


def save(model, opt, step, path):
    torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "step": step}, path + ".part")
    os.rename(path + ".part", path)


def load(work):
    model = Ear()
    model.load_state_dict(torch.load(os.path.join(work, "state.pt"))["model"])
    return model.eval()


def errors(a, b):
    """Edit distance of two lists of words."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, last + (x != y))
    return row[-1]


@torch.no_grad()
def transcribe(model, x):
    memory = model.encode(torch.tensor(speech.log_mel(x))[None])
    ids = [SOT, NO_TIMES]
    while len(ids) < 20:
        best = model.decode(torch.tensor([ids]), memory)[0, -1, : EOT + 1].argmax().item()
        if best == EOT:
            break
        ids.append(best)
    return [WORD_OF.get(i, "?") for i in ids[2:]]


def evaluate(work):
    model = load(work)
    for name, variants, seed in (("voices heard in training", speech.VARIANTS, 2), ("voices never heard", speech.HELD_OUT_VARIANTS, 3)):
        data = speech_of(work, 300, seed, variants, f"held-out-{seed}.pickle")
        rng, wrong, total = np.random.default_rng(seed), 0, 0
        for text, samples in data:
            said = transcribe(model, speech.window(samples, rng)[0])
            wrong += errors(said, text.split())
            total += len(text.split())
        print(f"{name}: {wrong} errors in {total} words, {100 * wrong / total:.2f} %")


# ---- writing ----


def write(work, path):
    import gguf

    model = load(work)
    w = gguf.GGUFWriter(path, "whisper")
    w.add_name("pocket-ear")
    w.add_license("MIT")
    w.add_context_length(N_CTX)
    w.add_embedding_length(WIDTH)
    w.add_block_count(2 * LAYERS)
    w.add_feed_forward_length(4 * WIDTH)
    w.add_head_count(HEADS)
    w.add_layer_norm_eps(1e-5)
    w.add_uint32("whisper.encoder.block_count", LAYERS)
    w.add_uint32("whisper.encoder.context_length", N_AUDIO)
    w.add_uint32("whisper.encoder.mel_count", speech.N_MEL)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("gpt-2")
    w.add_token_list(TOKENS + SPECIAL)
    w.add_token_types([1] * len(TOKENS) + [3] * len(SPECIAL))
    w.add_token_merges([" ".join(m) for m in MERGES])
    w.add_eos_token_id(EOT)
    w.add_bos_token_id(SOT)
    half = lambda name, t: w.add_tensor(name, t.detach().half().numpy())
    full = lambda name, t: w.add_tensor(name, t.detach().float().numpy())

    def both(name, layer):
        half(name + ".weight", layer.weight)
        if layer.bias is not None:
            full(name + ".bias", layer.bias)

    def norm(name, layer):
        full(name + ".weight", layer.weight)
        full(name + ".bias", layer.bias)

    def attention(name, a):
        both(name + "_q", a.q)
        both(name + "_k", a.k)
        both(name + "_v", a.v)
        both(name + "_output", a.out)

    for name, conv in (("enc.conv1", model.conv1), ("enc.conv2", model.conv2)):
        half(name + ".weight", conv.weight.transpose(1, 2).flatten(1))  # [out, tap, in]
        full(name + ".bias", conv.bias)
    full("enc.position_embd.weight", model.sines)
    norm("enc.output_norm", model.enc_norm)
    half("token_embd.weight", model.embd.weight)
    full("position_embd.weight", model.pos)
    norm("output_norm", model.dec_norm)
    for i, b in enumerate(list(model.enc) + list(model.dec)):
        norm(f"blk.{i}.attn_norm", b.attn_norm)
        attention(f"blk.{i}.attn", b.attn)
        if b.cross is not None:
            norm(f"blk.{i}.cross_attn_norm", b.cross_norm)
            attention(f"blk.{i}.cross_attn", b.cross)
        norm(f"blk.{i}.ffn_norm", b.ffn_norm)
        both(f"blk.{i}.ffn_up", b.up)
        both(f"blk.{i}.ffn_down", b.down)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work")
    a.add_argument("--minutes", type=float, default=60)
    a.add_argument("--utterances", type=int, default=6000)
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--write")
    a.add_argument("--evaluate", action="store_true")
    args = a.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    os.makedirs(args.work, exist_ok=True)
    if args.write:
        write(args.work, args.write)
    elif args.evaluate:
        evaluate(args.work)
    else:
        train(args.work, args.minutes, args.utterances)


if __name__ == "__main__":
    main()
