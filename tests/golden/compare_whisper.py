#!/usr/bin/env python3
"""Compares offgrid with whisper.cpp on a Whisper of random weights, in turns: time of the encoder for a window, of the decoder for a token,
peak memory. (PyPI: pywhispercpp, which brings libwhisper, and numpy.)

    python tests/golden/compare_whisper.py OFFGRID VOCABULARY.bin [SHAPE [THREADS [ROUNDS]]]

VOCABULARY.bin: a file of whisper.cpp with the header and the vocabulary of a multilingual model (for-tests-ggml-tiny.bin); SHAPE: tiny or base."""
import os
import re
import struct
import subprocess
import sys
import tempfile
import wave

import numpy as np

SHAPES = {"tiny": (384, 6, 4), "base": (512, 8, 6)}


def head_of(path, state, heads, layers):
    d = bytearray(open(path, "rb").read())
    for i, v in ((2, 1500), (3, state), (4, heads), (5, layers), (6, 448), (7, state), (8, heads), (9, layers), (11, 1)):
        struct.pack_into("<i", d, 4 * i, v)
    return bytes(d)


def tensors(s, layers, n_vocab):
    yield "encoder.positional_embedding", (1500, s), 0
    for c, i in (("conv1", 80), ("conv2", s)):
        yield f"encoder.{c}.weight", (s, i, 3), 1
        yield f"encoder.{c}.bias", (s, 1), 0

    def both(name, *shape):
        yield name + ".weight", shape, 1 if len(shape) == 2 else 0
        yield name + ".bias", (shape[0],), 0

    def attention(p):
        for x in ("query", "value", "out"):
            yield from both(f"{p}.{x}", s, s)
        yield f"{p}.key.weight", (s, s), 1

    for side in ("encoder", "decoder"):
        for i in range(layers):
            p = f"{side}.blocks.{i}"
            yield from both(f"{p}.attn_ln", s)
            yield from attention(f"{p}.attn")
            if side == "decoder":
                yield from both(f"{p}.cross_attn_ln", s)
                yield from attention(f"{p}.cross_attn")
            yield from both(f"{p}.mlp_ln", s)
            yield from both(f"{p}.mlp.0", 4 * s, s)
            yield from both(f"{p}.mlp.2", s, 4 * s)
    yield from both("encoder.ln_post", s)
    yield "decoder.positional_embedding", (448, s), 0
    yield "decoder.token_embedding.weight", (n_vocab, s), 1
    yield from both("decoder.ln", s)


def write_model(path, vocabulary, shape):
    state, heads, layers = SHAPES[shape]
    rng = np.random.default_rng(1)
    head = head_of(vocabulary, state, heads, layers)
    n_vocab = struct.unpack_from("<i", head, 4)[0]
    with open(path, "wb") as f:
        f.write(head)
        for name, shape, kind in tensors(state, layers, n_vocab):
            x = rng.standard_normal(shape, dtype=np.float32) * (0.5 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.02)
            if name.endswith(("ln.weight", "ln_post.weight")):
                x += 1
            f.write(struct.pack("<iii", len(shape), len(name), kind) + struct.pack(f"<{len(shape)}i", *shape[::-1]) + name.encode())
            f.write(x.astype("<f2" if kind else "<f4").tobytes())


THEIRS = r"""
import ctypes, glob, resource, sys, time
import numpy as np
import _pywhispercpp
model, threads = sys.argv[1], int(sys.argv[2])
here = _pywhispercpp.__file__.rsplit("/", 1)[0]
lib = ctypes.CDLL(sorted(glob.glob(here + "/libwhisper.so*") + glob.glob(here + "/pywhispercpp.libs/libwhisper*"))[0])
lib.whisper_init_from_file.restype = ctypes.c_void_p
lib.whisper_init_from_file.argtypes = [ctypes.c_char_p]
for f in ("whisper_set_mel", "whisper_encode", "whisper_decode"):
    getattr(lib, f).restype = ctypes.c_int
ctx = ctypes.c_void_p(lib.whisper_init_from_file(model.encode()))
mel = (np.random.default_rng(2).standard_normal((80, 3000)) * 0.3).astype(np.float32)
lib.whisper_set_mel(ctx, mel.ctypes.data_as(ctypes.c_void_p), 3000, 80)
enc = []
for _ in range(4):
    t = time.time(); lib.whisper_encode(ctx, 0, threads); enc.append(time.time() - t)
ids = (ctypes.c_int * 1)(50258)
dec = []
for i in range(200):
    t = time.time(); lib.whisper_decode(ctx, ids, 1, i, threads); dec.append(time.time() - t)
print(min(enc[1:]), sorted(dec)[len(dec) // 2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def theirs(model, threads):
    r = subprocess.run([sys.executable, "-c", THEIRS, model, str(threads)], capture_output=True, text=True, check=True)
    return [float(x) for x in r.stdout.split()[-3:]]


def ours(offgrid, model, sound, threads):
    p = subprocess.Popen([offgrid, "transcribe", model, sound, "-l", "en", "-t", str(threads), "--stats", "--temperature-step", "0"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    err = p.stderr.read()
    _, _, usage = os.wait4(p.pid, 0)
    m = re.search(r"encoder ([\d.]+) s in (\d+) windows, decoder ([\d.]+) s for (\d+) tokens", err)
    return float(m[1]) / int(m[2]), float(m[3]) / int(m[4]), usage.ru_maxrss / 1024


def main():
    offgrid, vocabulary = sys.argv[1:3]
    shape = sys.argv[3] if len(sys.argv) > 3 else "tiny"
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    with tempfile.TemporaryDirectory() as d:
        model, sound = os.path.join(d, "model.bin"), os.path.join(d, "sound.wav")
        write_model(model, vocabulary, shape)
        with wave.open(sound, "wb") as w:
            w.setnchannels(1)
            w.setsampwidth(2)
            w.setframerate(16000)
            w.writeframes((np.random.default_rng(3).standard_normal(16000 * 90) * 3000).astype("<i2").tobytes())
        best = None
        for i in range(rounds):
            a, b = theirs(model, threads), ours(offgrid, model, sound, threads)
            print(f"round {i + 1}: whisper.cpp encoder {a[0]:.3f} s, decoder {1e3 * a[1]:.2f} ms, {a[2]:.0f} MiB; "
                  f"offgrid {b[0]:.3f} s, {1e3 * b[1]:.2f} ms, {b[2]:.0f} MiB", flush=True)
            best = [min(x, y) for x, y in zip(best or list(a) + list(b), list(a) + list(b))]
        print(f"{shape}, {threads} threads, best of {rounds}: encoder {best[0] / best[3]:.2f}x, decoder {best[1] / best[4]:.2f}x, "
              f"memory {best[5]:.0f} against {best[2]:.0f} MiB (theirs with Python's)")


main()
