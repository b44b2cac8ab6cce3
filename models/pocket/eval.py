#!/usr/bin/env python3
"""Asks the built program the held-out questions of pocket, with temperature 0, and counts the answers that contain the right fact.

    eval.py OFFGRID [MODEL]           OFFGRID: the program; MODEL: a file (default: the built-in model)

An answer is right if it contains the fact's key words (`must` in facts/). Stricter, it is "of the fact" if it is nearer to an answer written for
that fact than to those of all others. Ends with 1 if fewer than 85 % are right. Needs Python alone.
"""
import argparse
import subprocess
import sys

from corpus import Corpus


def words(text):
    return set(text.lower().replace("`", " ").replace(",", " ").replace(".", " ").split())


def nearest(corpus, answer):
    """The kind of answer that shares most words: a fact's name, or "beyond" for a refusal."""
    mine, best = words(answer), ("", -1.0)
    for fact in corpus.facts:
        for say in fact.says:
            theirs = words(say.replace("{subject}", ""))
            share = len(mine & theirs) / max(1, len(mine | theirs))
            if share > best[1]:
                best = ("beyond" if fact.beyond else fact.name, share)
    return best[0]


def ask(program, model, question):
    run = subprocess.run([program, "run", model, "--temp", "0", "-n", "120", "--packed-cache", "off", "--", question],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"eval: offgrid failed: {run.stderr}")
    return run.stdout.strip()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("model", nargs="?", default="pocket")
    ap.add_argument("--quiet", action="store_true", help="do not show what went wrong")
    args = ap.parse_args()
    corpus = Corpus()
    count = {True: [0, 0, 0], False: [0, 0, 0]}  # by whether it is beyond pocket: questions, right, of the fact
    refused = 0
    for fact in corpus.facts:
        for question in fact.tests:
            answer = ask(args.program, args.model, question)
            kind, right = nearest(corpus, answer), fact.right(answer)
            of_fact = kind == ("beyond" if fact.beyond else fact.name)
            row = count[fact.beyond]
            row[0] += 1
            row[1] += right
            row[2] += of_fact
            refused += not fact.beyond and kind == "beyond"
            if not (right and of_fact) and not args.quiet:
                print(f"{'wrong' if not right else 'near '} {fact.name} ({kind}): {question}\n    {answer}")
    total = [a + b for a, b in zip(count[True], count[False])]
    for label, (n, right, of_fact) in (("facts", count[False]), ("refusals", count[True]), ("all", total)):
        print(f"{label}: {right} of {n} contain the right fact ({100 * right / n:.1f} %); {of_fact} are its answer ({100 * of_fact / n:.1f} %)")
    print(f"refused although known: {refused} of {count[False][0]}")
    return 0 if total[1] >= 0.85 * total[0] else 1


if __name__ == "__main__":
    sys.exit(main())
