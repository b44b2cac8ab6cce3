#!/usr/bin/env python3
"""One run of llama.cpp for compare.py, in a process of its own: libllama through the C API of the PyPI package llama-cpp-python, flash
attention on, f16 cache. Prints JSON. The cases are those of `offgrid bench`, with the same token ids."""
import argparse
import ctypes
import json
import pathlib
import resource
import sys
import time

BATCH = 512


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("-p", type=int, default=0)
    p.add_argument("-n", type=int, default=0)
    p.add_argument("--ctx-fill", type=int, default=0)
    p.add_argument("--at-once", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--peer-libs")
    p.add_argument("--peer-cpu", default="haswell")
    return p.parse_args()


def prompt(n, n_vocab):
    """A linear congruential generator's, as `offgrid bench` has them."""
    x, ids = 1, []
    for _ in range(n):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        ids.append(x * n_vocab >> 32)
    return ids


class OtherLibrary:
    """llama_cpp's names, bound to another build of the library. Structures are the package's: both must be of one release."""

    def __init__(self, package, folder, cpu):
        self.package = package
        folder = pathlib.Path(folder)
        ggml = ctypes.CDLL(str(next(folder.glob("libggml.*so"))))
        ggml.ggml_backend_load.restype = ctypes.c_void_p
        if not ggml.ggml_backend_load(str(folder / f"libggml-cpu-{cpu}.so").encode()):
            sys.exit(f"cannot load libggml-cpu-{cpu}.so of {folder}")
        self.dll = ctypes.CDLL(str(next(folder.glob("libllama.*so"))))

    def __getattr__(self, name):
        model = getattr(self.package, name)
        if not hasattr(model, "argtypes") or isinstance(model, type):
            return model
        fn = getattr(self.dll, name)
        fn.argtypes, fn.restype = model.argtypes, model.restype
        return fn


class Peer:
    """A model and a context of libllama."""

    def __init__(self, args):
        import llama_cpp

        self.lib = lib = OtherLibrary(llama_cpp, args.peer_libs, args.peer_cpu) if args.peer_libs else llama_cpp
        self.args = args
        self.keep = llama_cpp.llama_log_callback(lambda level, text, user: None)
        lib.llama_log_set(self.keep, None)
        lib.llama_backend_init()
        mp = lib.llama_model_default_params()
        mp.n_gpu_layers = 0
        self.model = lib.llama_model_load_from_file(args.model.encode(), mp)
        if not self.model:
            sys.exit(f"llama.cpp cannot load {args.model}")
        cp = lib.llama_context_default_params()
        cp.n_seq_max = args.at_once
        cp.n_ctx = args.ctx_fill + args.p + args.n + 8 + 64 * args.at_once
        cp.kv_unified = True
        cp.n_batch = cp.n_ubatch = BATCH
        cp.n_threads = cp.n_threads_batch = args.threads
        cp.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_ENABLED
        cp.no_perf = True
        self.ctx = lib.llama_init_from_model(self.model, cp)
        if not self.ctx:
            sys.exit(f"llama.cpp cannot make a context for {args.model}")
        self.n_vocab = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(self.model))
        self.batch = lib.llama_batch_init(max(BATCH, args.at_once), 0, 1)

    def evaluate(self, ids, past):
        """Tokens of sequence 0, with logits of the last."""
        for at in range(0, len(ids), BATCH):
            piece = ids[at : at + BATCH]
            for i, token in enumerate(piece):
                self.put(i, token, past + at + i, 0, at + i == len(ids) - 1)
            self.decode(len(piece))

    def step(self, ids, past):
        """One token of each sequence, with logits of all."""
        for i, token in enumerate(ids):
            self.put(i, token, past, i, True)
        self.decode(len(ids))

    def put(self, i, token, pos, seq, wanted):
        b = self.batch
        b.token[i], b.pos[i], b.n_seq_id[i], b.seq_id[i][0], b.logits[i] = token, pos, 1, seq, wanted

    def decode(self, n):
        self.batch.n_tokens = n
        status = self.lib.llama_decode(self.ctx, self.batch)
        if status != 0:
            sys.exit(f"llama_decode of {n} tokens gives {status}")
        self.lib.llama_synchronize(self.ctx)

    def run(self):
        """Tokens per second of the prompt and of what is decoded after it; None for what is not asked for."""
        a, lib = self.args, self.lib
        ids = prompt(a.ctx_fill + a.p + a.n + a.at_once, self.n_vocab)
        lib.llama_memory_clear(lib.llama_get_memory(self.ctx), False)
        self.evaluate(ids[: a.ctx_fill], 0)
        start = time.perf_counter()
        self.evaluate(ids[a.ctx_fill : a.ctx_fill + a.p], a.ctx_fill)
        middle = time.perf_counter()
        past = a.ctx_fill + a.p
        steps = -(-a.n // a.at_once)
        for i in range(steps):
            self.step(ids[i : i + a.at_once], past + i)
        end = time.perf_counter()
        return a.p / (middle - start) if a.p else None, steps * a.at_once / (end - middle) if a.n else None


def main():
    peer = Peer(arguments())
    peer.run()
    prefill, decode = peer.run()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    features = peer.lib.llama_print_system_info().decode()
    json.dump({"prefill_tps": prefill, "decode_tps": decode, "peak_rss_mb": rss, "features": features}, sys.stdout)


if __name__ == "__main__":
    main()
