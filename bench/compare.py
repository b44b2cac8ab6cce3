#!/usr/bin/env python3
r"""Compares offgrid's speed with llama.cpp's: same file, same threads, same numbers of tokens, on this machine.

The peer is libllama as the PyPI package llama-cpp-python builds it, driven through its C API: the prompt in one llama_decode, then one
llama_decode a token, flash attention on, f16 cache. offgrid is timed by `offgrid bench`, which samples greedily besides. Every run is a
process of its own, has a warm-up that is not counted, and the two take turns (A B A B ...), so that both meet the same neighbours.

    make bench-tools                                  # build/make_model makes random-weight models in real shapes
    build/make_model --help
    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install llama-cpp-python    # builds libllama for this CPU
    /tmp/peer/bin/python bench/compare.py MODEL.gguf [MODEL.gguf ...] --threads 2

The same on a CPU with AVX2 only (the package's prebuilt libraries come one for each instruction set):

    npm install --prefix /tmp/node --ignore-scripts @node-llama-cpp/linux-x64
    OFFGRID_CPU=avx2 /tmp/peer/bin/python bench/compare.py MODEL.gguf \
        --peer-libs /tmp/node/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64 --peer-cpu haswell

Prints medians and ratios (above 1: offgrid is faster), or everything with --json. Nothing else in the project needs the package.
"""
import argparse
import ctypes
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = {"prefill_tps": "prefill", "decode_tps": "decode"}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="Needs llama-cpp-python; how to get it is told in the file's first lines.")
    p.add_argument("models", nargs="+", metavar="MODEL")
    p.add_argument("-p", "--prefill", type=int, default=512, help="tokens of the prompt (default 512)")
    p.add_argument("-n", "--decode", type=int, default=64, help="tokens decoded one by one after it (default 64)")
    p.add_argument("-t", "--threads", type=int, default=2, help="for both (default 2)")
    p.add_argument("-r", "--rounds", type=int, default=5, help="runs of each (default 5)")
    p.add_argument("--offgrid", default=str(ROOT / "build" / "offgrid"), help="the program (default build/offgrid)")
    p.add_argument("--peer-libs", metavar="DIR", help="another build of libllama, of the same release as the package's")
    p.add_argument("--peer-cpu", metavar="NAME", default="haswell", help="its libggml-cpu-NAME.so (default haswell: AVX2, no AVX-512)")
    p.add_argument("--json", action="store_true", help="print every run and the machine's limits as JSON")
    p.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)  # this process is one run of the peer
    args = p.parse_args()
    if min(args.prefill, args.decode, args.threads, args.rounds) < 1:
        p.error("-p, -n, -t and -r must be at least 1")
    return args


# ---- the peer's side: one run, in a process of its own ----


def prompt(n, n_vocab):
    """The same meaningless ids that `offgrid bench` uses (a linear congruential generator)."""
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

    def __init__(self, path, args):
        import llama_cpp

        self.lib = OtherLibrary(llama_cpp, args.peer_libs, args.peer_cpu) if args.peer_libs else llama_cpp
        llama_cpp = self.lib
        self.keep = llama_cpp.llama_log_callback(lambda level, text, user: None)
        llama_cpp.llama_log_set(self.keep, None)
        llama_cpp.llama_backend_init()
        mp = llama_cpp.llama_model_default_params()
        mp.n_gpu_layers = 0
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), mp)
        if not self.model:
            sys.exit(f"llama.cpp cannot load {path}")
        cp = llama_cpp.llama_context_default_params()
        cp.n_ctx = args.prefill + args.decode + 8
        cp.n_batch = args.prefill
        cp.n_ubatch = 512
        cp.n_threads = cp.n_threads_batch = args.threads
        cp.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
        cp.no_perf = True
        self.ctx = llama_cpp.llama_init_from_model(self.model, cp)
        if not self.ctx:
            sys.exit(f"llama.cpp cannot make a context for {path}")
        self.n_vocab = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))

    def forget(self):
        self.lib.llama_memory_clear(self.lib.llama_get_memory(self.ctx), False)

    def decode(self, ids):
        array = (self.lib.llama_token * len(ids))(*ids)
        status = self.lib.llama_decode(self.ctx, self.lib.llama_batch_get_one(array, len(ids)))
        if status != 0:
            sys.exit(f"llama_decode of {len(ids)} tokens gives {status}")
        self.lib.llama_synchronize(self.ctx)

    def run(self, prefill, decode):
        """Seconds for the prompt and for the tokens after it."""
        ids = prompt(prefill + decode, self.n_vocab)
        self.forget()
        start = time.perf_counter()
        self.decode(ids[:prefill])
        middle = time.perf_counter()
        for i in ids[prefill:]:
            self.decode([i])
        return middle - start, time.perf_counter() - middle


def peer_run(args):
    peer = Peer(args.models[0], args)
    peer.run(args.prefill, min(args.decode, 8))
    prefill, decode = peer.run(args.prefill, args.decode)
    json.dump(
        {
            "prefill_tps": args.prefill / prefill,
            "decode_tps": args.decode / decode,
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
            "features": peer.lib.llama_print_system_info().decode(),
        },
        sys.stdout,
    )


# ---- taking turns ----


def run_json(command):
    """What the command prints, as JSON; ends this program with the command's own words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def compare(model, args):
    size = ["-p", str(args.prefill), "-n", str(args.decode), "--threads", str(args.threads)]
    sides = {
        "offgrid": [args.offgrid, "bench", model, *size, "--runs", "1", "--json"],
        "llama.cpp": [sys.executable, __file__, "--peer", model, *size],
    }
    if args.peer_libs:
        sides["llama.cpp"] += ["--peer-libs", args.peer_libs, "--peer-cpu", args.peer_cpu]
    runs = {name: [] for name in sides}
    for i in range(args.rounds):
        for name, command in sides.items():
            if sys.stderr.isatty():
                print(f"\r\033[K{model}: round {i + 1} of {args.rounds}, {name}", end="", file=sys.stderr, flush=True)
            runs[name].append(run_json(command))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    result = {"model": model, "runs": runs, "medians": {}, "ratios": {}}
    for name in sides:
        result["medians"][name] = {f: statistics.median(r[f] for r in runs[name]) for f in (*FIGURES, "peak_rss_mb")}
    for f in FIGURES:
        result["ratios"][f] = result["medians"]["offgrid"][f] / result["medians"]["llama.cpp"][f]
    for f in ("share_read", "share_int8", "read_gb_s", "int8_gmac_s"):
        result["medians"]["offgrid"][f] = statistics.median(r[f] for r in runs["offgrid"])
    return result


def print_table(result, args):
    ours, peer = result["medians"]["offgrid"], result["medians"]["llama.cpp"]
    print(f"{result['model']}, {args.threads} threads, medians of {args.rounds}")
    print(f"  {'':24}{'offgrid':>12}{'llama.cpp':>12}{'ratio':>9}   spread")
    for f, label in FIGURES.items():
        n = args.prefill if f == "prefill_tps" else args.decode
        spread = "  ".join(f"{min(r[f] for r in runs):.1f}..{max(r[f] for r in runs):.1f}" for runs in result["runs"].values())
        print(f"  {f'{label} {n}, tokens/s':24}{ours[f]:12.1f}{peer[f]:12.1f}{result['ratios'][f]:9.2f}   {spread}")
    print(f"  {'peak memory, MB':24}{ours['peak_rss_mb']:12.0f}{peer['peak_rss_mb']:12.0f}")
    print(f"  decode reaches {ours['share_read']:.0%} of {ours['read_gb_s']:.1f} GB/s, prefill {ours['share_int8']:.0%} of {ours['int8_gmac_s']:.0f} GMAC/s")
    print()


def main():
    args = arguments()
    if args.peer:
        peer_run(args)
        return
    if not pathlib.Path(args.offgrid).exists():
        sys.exit(f"{args.offgrid} is not there: run make, or name the program with --offgrid")
    results = []
    for model in args.models:
        results.append(compare(model, args))
        if not args.json:
            print_table(results[-1], args)
    if args.json:
        json.dump(results, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
