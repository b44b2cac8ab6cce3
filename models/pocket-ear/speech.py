"""What pocket-ear is taught: phrases, their synthesis by espeak-ng, noise, and the log-mel spectrogram of the Whisper paper."""
import random
import subprocess

import numpy as np

RATE = 16000
SECONDS = 3  # of a window: 150 positions of the encoder
N_MEL = 80
UNITS = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
THINGS = "light lamp fan music radio door window".split()
COMMANDS = (
    [f"turn {s} the {t}" for s in ("on", "off") for t in THINGS[:5]]
    + [f"{s} the {t}" for s in ("open", "close") for t in THINGS[5:]]
    + ["start", "stop", "play", "pause", "next", "yes", "no", "go left", "go right", "volume up", "volume down", "call home",
       "play music", "stop the music", "start the timer", "stop the timer"]
)
VOICES = ["en-us", "en-gb", "en-gb-scotland", "en-029"]
VARIANTS = ["", "+m1", "+m2", "+m3", "+m4", "+m7", "+f1", "+f2", "+f3", "+f4"]
HELD_OUT_VARIANTS = ["+m5", "+f5"]  # voices that training never hears


def number(n):
    if n < 10:
        return UNITS[n]
    if n < 20:
        return TEENS[n - 10]
    if n < 100:
        return TENS[n // 10 - 2] + (" " + UNITS[n % 10] if n % 10 else "")
    return UNITS[n // 100] + " hundred" + (" " + number(n % 100) if n % 100 else "")


def phrase(rng):
    kind = rng.random()
    if kind < 0.25:
        return " ".join(rng.choice(UNITS) for _ in range(rng.randint(1, 6)))
    if kind < 0.5:
        return " ".join(number(rng.choice([rng.randint(0, 19), rng.randint(20, 99)])) for _ in range(rng.randint(1, 2)))
    if kind < 0.6:
        return number(rng.randint(100, 999))
    if kind < 0.75:
        return "set timer for " + number(rng.choice([rng.randint(1, 20), rng.randint(21, 99)])) + rng.choice([" minutes", " seconds"])
    if kind < 0.9:
        return rng.choice(COMMANDS)
    return rng.choice(COMMANDS[-16:]) + " " + rng.choice([rng.choice(UNITS), rng.choice(COMMANDS[-16:])])


def words():
    every = set()
    for n in range(1000):
        every.update(number(n).split())
    for c in COMMANDS + ["set timer for minutes seconds"]:
        every.update(c.split())
    return sorted(every)


def synthesize(text, voice, speed, pitch):
    """float32 at 16 kHz, without the silence around it; None if it is longer than a window has room for."""
    wav = subprocess.run(["espeak-ng", "--stdout", "-v", voice, "-s", str(speed), "-p", str(pitch), text], check=True,
                         capture_output=True).stdout
    x = np.frombuffer(wav[44:], dtype="<i2").astype(np.float32) / 32768
    n = len(x) * 320 // 441  # 22050 Hz to 16 kHz, in the frequency domain
    x = np.fft.irfft(np.fft.rfft(x)[: n // 2 + 1], n).astype(np.float32) * (n / len(x))
    loud = np.flatnonzero(np.abs(x) > 0.01)
    if len(loud) == 0:
        return None
    x = x[max(0, loud[0] - 320) : loud[-1] + 320]
    return x if len(x) <= int((SECONDS - 0.2) * RATE) else None


def utterances(n, seed, variants):
    """n utterances as (text, samples), the same for the same seed."""
    rng = random.Random(seed)
    out = []
    while len(out) < n:
        text = phrase(rng)
        x = synthesize(text, rng.choice(VOICES) + rng.choice(variants), rng.randint(125, 215), rng.randint(20, 80))
        if x is not None:
            out.append((text, (x * 32767).astype(np.int16)))
    return out


def window(x, rng, noise=True):
    """The samples somewhere in a window, with gain and, mostly, noise. Also where they begin and end, in seconds."""
    out = np.zeros(SECONDS * RATE, dtype=np.float32)
    x = x.astype(np.float32) / 32768
    at = rng.integers(0, len(out) - len(x))
    out[at : at + len(x)] = x * rng.uniform(0.2, 1.0)
    if noise and rng.random() < 0.8:
        snr = rng.uniform(8, 35)
        level = np.sqrt(np.mean(out[at : at + len(x)] ** 2)) * 10 ** (-snr / 20)
        n = rng.standard_normal(len(out)).astype(np.float32)
        if rng.random() < 0.5:  # pink: 1 / sqrt(f)
            f = np.fft.rfft(n)
            n = np.fft.irfft(f / np.sqrt(np.arange(1, len(f) + 1)), len(out)).astype(np.float32)
        out += n * (level / np.sqrt(np.mean(n**2)))
    return out, at / RATE, (at + len(x)) / RATE


def mel_filters(n_mel=N_MEL):
    """[n_mel, 201], triangles on the Slaney scale, each of area 1."""
    f_to_m = lambda f: np.where(f < 1000, 3 * f / 200, 15 + 27 * np.log(np.maximum(f, 1e-9) / 1000) / np.log(6.4))
    m = np.linspace(0, f_to_m(np.float64(8000)), n_mel + 2)
    f = np.where(m < 15, 200 * m / 3, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)))
    bins = np.arange(201) * 40.0
    up = (bins - f[:-2, None]) / (f[1:-1] - f[:-2])[:, None]
    down = (f[2:, None] - bins) / (f[2:] - f[1:-1])[:, None]
    return np.maximum(0, np.minimum(up, down)) * (2 / (f[2:] - f[:-2]))[:, None]


FILTERS = mel_filters().astype(np.float32)
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)


def log_mel(x):
    """[n_mel, 100 a second] of a window of samples."""
    x = np.pad(x, 200, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, 400)[::160][:-1]
    power = np.abs(np.fft.rfft(frames * HANN)) ** 2
    m = np.log10(np.maximum(FILTERS @ power.T.astype(np.float32), 1e-10))
    return ((np.maximum(m, m.max() - 8) + 4) / 4).astype(np.float32)
