#!/usr/bin/env python3
"""Cases for tests/golden/test_golden_samplers.c, from NumPy renderings of the definitions in the papers (and, where there is no paper, of the
authors' descriptions) that src/runtime/samplers names. Needs numpy.

    python3 tests/golden/make_samplers.py > tests/golden/samplers/cases.txt

A case is five lines: what is asked for; logits; recent tokens; tokens that are left, in order of id, with their probabilities; and, for samplers
with a memory, what it becomes if the token of that place is chosen ("-" without one)."""
import numpy as np

N = 40
rng = np.random.default_rng(20240607)


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


class State:
    def __init__(self, logits, recent):
        self.x = logits.astype(np.float64)
        self.keep = np.ones(len(logits), bool)
        self.t = 1.0
        self.recent = recent

    def p(self):
        out = np.zeros(len(self.x))
        out[self.keep] = softmax(self.x[self.keep] / self.t)
        return out

    def by_p(self):
        ids = np.flatnonzero(self.keep)
        return ids[np.lexsort((ids, -self.x[ids]))]

    def only(self, ids):
        self.keep[:] = False
        self.keep[ids] = True


def penalties(s, repeat_penalty=1.0, presence_penalty=0.0, frequency_penalty=0.0, penalty_last=64, **_):
    recent = s.recent if penalty_last < 0 else s.recent[max(0, len(s.recent) - penalty_last):]
    for t in set(recent):
        s.x[t] = s.x[t] / repeat_penalty if s.x[t] > 0 else s.x[t] * repeat_penalty
        s.x[t] -= presence_penalty + frequency_penalty * recent.count(t)


def dry(s, dry_multiplier=0.0, dry_base=1.75, dry_allowed=2, dry_last=-1, **_):
    recent = s.recent if dry_last < 0 else s.recent[max(0, len(s.recent) - dry_last):]
    for t in range(N):
        longest = 0
        for end in range(1, len(recent)):
            if recent[end] != t:
                continue
            for m in range(1, end + 1):
                if recent[end - m:end] != recent[len(recent) - m:]:
                    break
                longest = max(longest, m)
        if longest >= dry_allowed:
            s.x[t] -= dry_multiplier * dry_base ** (longest - dry_allowed)


def top_n_sigma(s, top_n_sigma=0.0, **_):
    x = s.x[s.keep]
    s.keep &= s.x >= x.max() - top_n_sigma * x.std()


def top_k(s, top_k=0, **_):
    s.only(s.by_p()[:top_k])


def typ_p(s, typical_p=1.0, **_):
    p = s.p()
    ids = np.flatnonzero(s.keep)
    entropy = -(p[ids] * np.log(p[ids])).sum()
    order = ids[np.argsort(np.abs(-np.log(p[ids]) - entropy), kind="stable")]
    held = np.cumsum(p[order])
    s.only(order[: int(np.searchsorted(held, typical_p)) + 1])


def top_p(s, top_p=1.0, **_):
    order = s.by_p()
    held = np.cumsum(s.p()[order])
    s.only(order[: int(np.searchsorted(held, top_p)) + 1])


def min_p(s, min_p=0.0, **_):
    p = s.p()
    s.keep &= p >= min_p * p.max()


def xtc(s, xtc_probability=0.0, xtc_threshold=0.1, **_):
    assert xtc_probability == 1
    p = s.p()
    top = [t for t in s.by_p() if p[t] >= xtc_threshold]
    s.keep[top[:-1]] = False


def temperature(s, temperature=1.0, temperature_range=0.0, temperature_exponent=1.0, **_):
    if temperature_range <= 0:
        s.t = temperature
        return
    p = s.p()[s.keep]
    entropy = -(p * np.log(p)).sum()
    low, high = max(0.0, temperature - temperature_range), temperature + temperature_range
    s.t = low + (high - low) * (entropy / np.log(len(p))) ** temperature_exponent


def mirostat(s, mirostat=0, mirostat_tau=5.0, mirostat_eta=0.1, **_):
    mu, p, order = 2 * mirostat_tau, s.p(), s.by_p()
    surprise = -np.log2(p)
    if mirostat == 1:
        m = min(100, len(order))
        t = np.log((np.arange(m - 1) + 2.0) / (np.arange(m - 1) + 1.0))
        b = np.log(p[order[: m - 1]] / p[order[1:m]])
        zipf = (t * b).sum() / (t * t).sum()
        e = zipf - 1
        k = ((e * 2.0**mu) / (1 - float(N) ** -e)) ** (1 / zipf)
        s.only(order[: max(1, int(round(k)))])
    else:
        kept = [t for t in order if surprise[t] <= mu]
        s.only(kept or order[:1])
    return s.p(), mu - mirostat_eta * (surprise - mirostat_tau)


def adaptive(s, adaptive_target=-1.0, adaptive_decay=0.9, **_):
    p = s.p()
    total, weight = adaptive_target / (1 - adaptive_decay), 1 / (1 - adaptive_decay)
    target = min(1.0, max(0.0, 2 * adaptive_target - total / weight))
    x = np.abs(p - target) / 0.3
    out = np.zeros(N)
    out[s.keep] = softmax((5 - 10 * x**2 / (1 + x))[s.keep])
    return out, p + adaptive_decay * total


USUAL = [penalties, dry, top_n_sigma, top_k, typ_p, top_p, min_p, xtc, temperature]
CASES = [
    dict(),
    dict(temperature=0.7),
    dict(top_k=7),
    dict(top_p=0.8),
    dict(min_p=0.1),
    dict(typical_p=0.6),
    dict(typical_p=0.2),
    dict(top_n_sigma=1.0),
    dict(top_n_sigma=1.5, temperature=2.5),
    dict(xtc_probability=1.0, xtc_threshold=0.08),
    dict(xtc_probability=1.0, xtc_threshold=0.45),
    dict(temperature=1.0, temperature_range=0.6),
    dict(temperature=0.5, temperature_range=0.8, temperature_exponent=2.0, top_k=12),
    dict(repeat_penalty=1.3, presence_penalty=0.4, frequency_penalty=0.2, penalty_last=9),
    dict(dry_multiplier=0.8),
    dict(dry_multiplier=1.1, dry_base=1.4, dry_allowed=1, dry_last=20),
    dict(top_k=20, typical_p=0.9, top_p=0.9, min_p=0.02, temperature=1.4),
    dict(order="temperature;top_p", temperature=3.0, top_p=0.6),
    dict(order="min_p;penalties;xtc", min_p=0.03, repeat_penalty=1.5, xtc_probability=1.0, xtc_threshold=0.05),
    dict(order="top_k;dry;typ_p", top_k=15, dry_multiplier=2.0, dry_allowed=1, typical_p=0.7),
    dict(mirostat=1, mirostat_tau=1.5),
    dict(mirostat=2, mirostat_tau=1.5),
    dict(mirostat=2, mirostat_tau=1.0, mirostat_eta=0.3, temperature=1.7),
    dict(adaptive_target=0.3),
    dict(adaptive_target=0.6, adaptive_decay=0.5, min_p=0.05),
]
OFF = dict(penalties="repeat_penalty presence_penalty frequency_penalty", dry="dry_multiplier", top_n_sigma="top_n_sigma", top_k="top_k",
           typ_p="typical_p", top_p="top_p", min_p="min_p", xtc="xtc_probability", temperature="temperature temperature_range")


def wanted(step, case):
    return any(name in case for name in OFF[step.__name__].split())


def main():
    for case in CASES:
        for _ in range(3):
            logits = rng.normal(0, 2.2, N).astype(np.float32)
            phrase = [int(t) for t in rng.integers(0, N, 6)]
            recent = [int(t) for t in rng.integers(0, N, 8)] + phrase + [int(t) for t in rng.integers(0, N, 3)] + phrase[: int(rng.integers(2, 6))]
            s = State(logits, recent)
            order = [globals()[name] for name in case["order"].split(";")] if "order" in case else USUAL
            for step in order:
                if wanted(step, case):
                    step(s, **case)
            memory = None
            p = s.p()
            if "mirostat" in case:
                p, memory = mirostat(s, **case)
            if "adaptive_target" in case:
                p, memory = adaptive(s, **case)
            ids = np.flatnonzero(s.keep)
            print("case", " ".join(f"{k}={v}" for k, v in case.items()))
            print("logits", " ".join(f"{v:.9g}" for v in logits))
            print("recent", " ".join(str(t) for t in recent))
            print("left", " ".join(f"{i}:{p[i]:.9g}" for i in ids))
            print("memory", "-" if memory is None else " ".join(f"{memory[i]:.9g}" for i in ids))


main()
