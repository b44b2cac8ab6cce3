#!/usr/bin/env python3
"""The corpus of pocket: reads facts/*.txt, checks them, and makes dialogues of them.

    corpus.py --check             sources, key words, numbers of questions, held-out questions apart from the patterns
    corpus.py --sample 20         print dialogues
    corpus.py --held-out          print the held-out questions as JSON lines

The language of the files (a line is a word and its rest; '#' begins a comment):
    fact NAME                     begins a fact; `each n = 1 3` before it makes one for each number, {n} in its lines standing for it
    from FILE: WORDS              where it is written: WORDS must occur in FILE of the project
    must A | B                    an answer contains one of these, whatever the case (several lines: all of them)
    ask PATTERN                   questions: (a|b|) is one of these, {slot} a word of slots.txt
    howto PATTERN                 the same, with all the ways to ask how to do something
    define A|B                    all the ways to ask what A or B is
    after PREFIX PATTERN          questions that are understood after one about a fact whose name begins so
    test QUESTION                 held out: never trained on
    say TEXT                      answers
    more NAME                     goes on with a fact of a file before
    beyond NAME, subject A | B    a kind of question that pocket refuses, and what its answer calls it; `slot name = a|b` are its own words
"""
import argparse
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

DEFINE = [
    "{whatis} (@)", "what (do|does) (@) {means}", "(@)", "(what is|what's) (@) (for|good for|about|used for|exactly|in short)",
    "I (don't know|never understood|want to know|would like to understand|wonder|have no idea|keep wondering) what (@) (is|are|means|mean)",
    "(@) (explained|meaning|definition|for beginners|in simple words|explanation|in a nutshell)", "how (does|do) (@) work",
    "what's the (point|use|purpose|idea) of (@)", "(do|can) you (know|explain|tell me) what (@) (is|are|means)",
    "why (is|are) there (@)", "I (read|heard|saw) (about |)(@)( somewhere|), what is (that|it|this)", "can you explain (@)( to me|)",
    "someone (mentioned|said|talked about) (@)", "what (should|must) I know about (@)", "where does (the term |)(@) come from",
    "(@), what (is|are) (that|it|those|they)",
]
HOWTO = ["{howto} @", "{howto} @", "{howto} @", "@", "(command|option|way|instructions) (for|to) @", "I (can't|cannot|don't know how to|failed to) @",
         "(is|would) it (be |)(possible|hard|easy|difficult|complicated) to @", "(please|could you|you should|let me|let's) @"]
BEFORE = ["please tell me", "can you tell me", "tell me", "hey,", "hi,", "hello,", "quick question:", "I'd like to know", "sorry,", "a question:",
          "um,", "so", "ok,", "well,", "I was wondering", "just curious:", "excuse me,", "please", "do you know", "could you tell me", "and",
          "now", "pocket,", "hey pocket,", "say,", "good morning,", "I wonder", "one more thing:", "newbie here,", "dear pocket,", "but", "also,",
          "hi there,", "by the way,", "actually,", "just tell me", "can you please tell me", "maybe you know", "honestly,", "listen,"]
BEHIND = ["please", "thanks", "then", "exactly", "here", "now", "for me", "today", "pls", "if I may ask", "again", "anyway", "by the way",
          "thank you", "in offgrid", "with offgrid", "on my machine", "really", "actually", "at all", "at home", "at the moment", "in detail", "quickly"]
STOP = set("a an the is are do does i to of for in on it can how what my me with this that you be will and or please which".split())


# ---- patterns ----

def parse(text, slots):
    """A pattern as nested lists: ('seq', parts), ('alt', choices), or a string."""
    at = 0

    def sequence(end):
        nonlocal at
        choices, parts, literal = [], [], ""
        while at < len(text) and text[at] not in end:
            c = text[at]
            at += 1
            if c == "(":
                parts += [literal, sequence(")")]
                literal = ""
                if at >= len(text) or text[at] != ")":
                    raise SystemExit(f"corpus: a ( is not closed in: {text}")
                at += 1
            elif c == "{":
                close = text.index("}", at)
                name = text[at:close]
                if name not in slots:
                    raise SystemExit(f"corpus: there is no slot {name}: {text}")
                parts += [literal, slots[name]]
                literal, at = "", close + 1
            elif c == "|" and end:
                choices.append(("seq", parts + [literal]))
                parts, literal = [], ""
            else:
                literal += c
        seq = ("seq", parts + [literal])
        return ("alt", choices + [seq]) if end else seq

    tree = sequence("")
    if at < len(text):
        raise SystemExit(f"corpus: a ) too many in: {text}")
    return tree


def draw(tree, rng):
    if isinstance(tree, str):
        return tree
    return draw(rng.choice(tree[1]), rng) if tree[0] == "alt" else "".join(draw(part, rng) for part in tree[1])


def count(tree):
    if isinstance(tree, str):
        return 1
    n = 0 if tree[0] == "alt" else 1
    for part in tree[1]:
        n = n + count(part) if tree[0] == "alt" else n * count(part)
    return n


def bare(text):
    """A text without case, blanks and signs: what two questions must differ in."""
    return re.sub(r"[^a-z0-9+*=/äöüçéñ]", "", text.lower())


def regex(tree):
    if isinstance(tree, str):
        return re.escape(bare(tree))
    return "(?:" + "|".join(map(regex, tree[1])) + ")" if tree[0] == "alt" else "".join(map(regex, tree[1]))


# ---- facts ----

class Fact:
    def __init__(self, name):
        self.name, self.sources, self.must, self.says, self.tests, self.subjects = name, [], [], [], [], [""]
        self.patterns, self.after, self.beyond, self.weight = [], [], False, 1.0

    def answer(self, rng):
        return rng.choice(self.says).replace("{subject}", rng.choice(self.subjects))

    def right(self, answer):
        low = answer.lower()
        return all(any(word.lower() in low for word in words) for words in self.must)


def gigabytes(n, bits):
    value = n * bits / 8
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def bits_of(name):
    row = re.search(rf"^\| {name} \| ([0-9.]+) \|", (ROOT / "docs/quantization.md").read_text(), re.M)
    return float(row.group(1))


def numbers(n):
    ram = next(r for most, r in ((1, 4), (3, 8), (8, 16), (13, 32), (32, 64), (70, 64)) if n <= most)
    return {"n": str(n), "q4": gigabytes(n, bits_of("Q4_K_M")), "q8": gigabytes(n, bits_of("Q8_0")), "f16": gigabytes(n, 16), "ram": str(ram)}


class Corpus:
    def __init__(self, folder=HERE / "facts"):
        self.slots, self.same, self.facts = {}, {}, []
        self.beyond = {"say": [], "must": [], "from": []}
        for line in self.lines(folder / "slots.txt"):
            if line.startswith("same "):
                words = line.split()[1:]
                for word in words:
                    self.same.setdefault(word, []).extend(w for w in words if w != word)
            else:
                name, rest = line.split("=", 1)
                self.slots[name.strip()] = parse("(" + rest.strip() + ")", self.slots)
        for path in sorted(folder.glob("*.txt")):
            if path.name != "slots.txt":
                self.read(path)
        self.weights = [fact.weight for fact in self.facts]
        self.held_out = {bare(q) for fact in self.facts for q in fact.tests}

    @staticmethod
    def lines(path):
        return [line.rstrip("\n") for line in open(path, encoding="utf-8") if line.strip() and not line.startswith("#")]

    def read(self, path):
        group, each, local = [], None, self.slots
        for line in self.lines(path):
            word, _, rest = line.partition(" ")
            if word == "each":
                each = [int(v) for v in rest.split("=")[1].split()]
            elif word in ("fact", "beyond"):
                group = [(Fact(self.fill(rest, v)), v) for v in (each or [None])]
                for fact, _ in group:
                    fact.beyond = word == "beyond"
                    if fact.beyond:
                        fact.weight = 2.0
                    elif each:
                        fact.weight = 0.7
                    self.facts.append(fact)
                each, local = None, dict(self.slots)
            elif word == "more":
                group = [(next(f for f in self.facts if f.name == rest), None)]
            elif word.endswith("-beyond"):
                self.beyond[word[:-7]].append(rest)
            elif word == "slot":
                name, words = rest.split("=", 1)
                local[name.strip()] = parse("(" + words.strip() + ")", local)
            else:
                for fact, value in group:
                    self.add(fact, word, self.fill(rest, value), local)
        for fact in self.facts:
            if fact.beyond and not fact.says:
                fact.says, fact.sources = list(self.beyond["say"]), [s for s in self.beyond["from"]]
                fact.must = [[w.strip() for w in m.split("|")] for m in self.beyond["must"]]

    @staticmethod
    def fill(text, n):
        for key, value in (numbers(n) if n else {}).items():
            text = text.replace("{" + key + "}", value)
        return text

    @staticmethod
    def add(fact, word, rest, slots):
        if word == "from":
            fact.sources.append(rest)
        elif word == "must":
            fact.must.append([w.strip() for w in rest.split(" | ")])
        elif word == "ask":
            fact.patterns.append(parse(rest, slots))
        elif word == "howto":
            fact.patterns += [parse(p.replace("@", rest), slots) for p in HOWTO]
        elif word == "define":
            fact.patterns += [parse(p.replace("@", rest), slots) for p in DEFINE]
        elif word == "after":
            prefix, _, pattern = rest.partition(" ")
            fact.after.append((prefix, parse(pattern, slots)))
        elif word == "test":
            fact.tests.append(rest)
        elif word == "say":
            fact.says.append(rest)
        elif word == "subject":
            fact.subjects = [s.strip() for s in rest.split("|")]
        else:
            raise SystemExit(f"corpus: {fact.name}: what is \"{word}\"?")

    # ---- checks ----

    def check(self):
        wrong = []
        for fact in self.facts:
            for source in fact.sources:
                name, _, words = source.partition(": ")
                file = ROOT / name
                if not file.is_file():
                    wrong.append(f"{fact.name}: there is no {name}")
                elif words not in file.read_text(encoding="utf-8").replace("\\", ""):  # of man pages: their escapes
                    wrong.append(f"{fact.name}: {name} does not say \"{words}\"")
            if not fact.sources or not fact.must or len(fact.says) < 2:
                wrong.append(f"{fact.name}: wants a source, key words and two answers")
            for say in fact.says:
                if not fact.right(say):
                    wrong.append(f"{fact.name}: an answer lacks its key words: {say}")
            if sum(map(count, fact.patterns)) < 12:
                wrong.append(f"{fact.name}: fewer than 12 questions")
            if len(fact.tests) < 3:
                wrong.append(f"{fact.name}: fewer than 3 held-out questions")
        begin = "(?:" + "|".join(bare(b) for b in BEFORE) + ")*"
        end = "(?:" + "|".join(bare(b) for b in BEHIND) + ")*"
        for fact in self.facts:
            for tree in fact.patterns:
                form = re.compile(begin + regex(tree) + end)
                for held in self.held_out:
                    if form.fullmatch(held):
                        wrong.append(f"{fact.name}: a pattern makes the held-out question {held}")
        return wrong

    # ---- dialogues ----

    def typo(self, text, rng):
        words = text.split(" ")
        long = [i for i, w in enumerate(words) if len(w) > 3 and w.isalpha()]
        if not long:
            return text
        i = rng.choice(long)
        w, k = words[i], rng.randrange(1, len(words[i]) - 1)
        words[i] = rng.choice([w[:k] + w[k + 1:], w[:k] + w[k + 1] + w[k] + w[k + 2:], w[:k] + w[k] + w[k:],
                               w[:k] + rng.choice("etaoinsr") + w[k + 1:]])
        return " ".join(words)

    def vary(self, text, rng):
        text = re.sub(r" +", " ", text).strip()
        if rng.random() < 0.5:
            text = " ".join(rng.choice(self.same[w]) if w in self.same and rng.random() < 0.25 else w for w in text.split(" "))
        words = text.split(" ")
        if len(words) > 4 and rng.random() < 0.06:
            del words[rng.randrange(len(words))]
        if len(words) > 4 and rng.random() < 0.04:
            words = [w for w in words if w.lower() not in STOP] or words
            if rng.random() < 0.3:
                rng.shuffle(words)
        text = " ".join(words)
        if rng.random() < 0.12:
            text = rng.choice(BEFORE) + " " + text
        if rng.random() < 0.07:
            text += " " + rng.choice(BEHIND)
        for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 2))):
            text = self.typo(text, rng)
        case = rng.random()
        if case < 0.45:
            text = text[:1].upper() + text[1:]
        elif case < 0.75:
            text = text.lower()
        elif case < 0.78:
            text = text.upper()
        if not text.endswith(("?", "!", ".", "=")):
            text += rng.choice(("?", "?", "?", "?", "", "", ".") if rng.random() < 0.9 else (" ?", "...", "?!", "!", "??"))
        return text

    def question(self, tree, rng):
        while True:
            text = self.vary(draw(tree, rng), rng)
            if bare(text) not in self.held_out:
                return text

    def pick(self, rng):
        return rng.choices(self.facts, self.weights)[0]

    def prefer(self, hardness):
        """Draws facts more often that are answered worse: hardness is a loss by the fact's name."""
        mean = sum(hardness.values()) / max(1, len(hardness))
        self.weights = [f.weight * min(4.0, max(0.3, hardness.get(f.name, mean) / mean)) for f in self.facts]

    def turn(self, rng, before=None):
        fact = self.pick(rng)
        if before and rng.random() < 0.35:
            follow = [(f, tree) for f in self.facts for prefix, tree in f.after if before.name.startswith(prefix)]
            if follow:
                fact, tree = rng.choice(follow)
                return fact, self.question(tree, rng), fact.answer(rng)
        return fact, self.question(rng.choice(fact.patterns), rng), fact.answer(rng)

    def dialogue(self, rng):
        """A list of (fact, question, answer): one turn mostly, sometimes two or three."""
        turns, fact = [], None
        for _ in range(rng.choices((1, 2, 3), (86, 12, 2))[0]):
            fact, question, answer = self.turn(rng, fact)
            turns.append((fact, question, answer))
        return turns


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--sample", type=int, metavar="N")
    ap.add_argument("--held-out", action="store_true")
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    corpus = Corpus()
    if args.check:
        wrong = corpus.check()
        print("\n".join(wrong))
        questions = sum(count(t) for f in corpus.facts for t in f.patterns)
        print(f"{len(corpus.facts)} facts, {sum(len(f.patterns) for f in corpus.facts)} patterns of {questions} questions, "
              f"{sum(len(f.tests) for f in corpus.facts)} held-out questions, {len(wrong)} faults")
        return 1 if wrong else 0
    rng = random.Random(args.seed)
    for _ in range(args.sample or 0):
        for _, question, answer in corpus.dialogue(rng):
            print(f"> {question}\n{answer}")
        print()
    if args.held_out:
        for fact in corpus.facts:
            for question in fact.tests:
                print(json.dumps({"fact": fact.name, "question": question, "must": fact.must, "beyond": fact.beyond}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
