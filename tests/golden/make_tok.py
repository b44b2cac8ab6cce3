#!/usr/bin/env python3
"""Golden data for the tokenizers: what other implementations make of the same vocabularies and patterns.

Needs: pip install tokenizers sentencepiece regex. Writes tok/*.txt beside this script, lines of blank-separated fields, text in hexadecimal:
    vocab MODEL PRE BOS EOS EOT UNK FLAGS    FLAGS: letters b (add BOS), e (add EOS), p (space prefix), w (remove extra white space), or -
    token KIND SCORE TEXT
    merge TEXT
    case FLAGS TEXT ID...                    FLAGS as of og_tok_encode
    split PRE WORD...
The vocabularies are trained here, on the text below; their size is small enough to keep in the repository.
"""
import json
import pathlib
import random
import tempfile

import regex
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).parent / "tok"
CORPUS = """The quick brown fox jumps over the lazy dog. Sphinx of black quartz, judge my vow! How are you today?
I'm here, you're there, they've gone; we'll see. It's 2024, isn't it? 1234567 and 3.14159, 100%.
int main(void) {\n\tfor (int i = 0; i < n; i++) {\n\t\tprintf("%d\\n", i);\n\t}\n    return 0;\n}
    indented    by     spaces\r\nand lines\r\n\r\nof another kind. The theory of the thing that they think through.
Größe, Übermut, naïve café, Привет мир, как дела? Γειά σου Κόσμε. 我想在苹果工作。日本語のテキスト。안녕하세요 세계. नमस्ते दुनिया. 🚀✅👍
""" * 4
PIECES = ["a", "b", "Z", " ", "  ", "    ", "\n", "\n\n", "\t", "\r\n", " the", "The ", "Hello", "'s", "'LL", "don't", "I'm", "123", "4", "1234567", "é",
          "ß", "Größe", "Привет", "我", "想在", "नमस्ते", "が", "안녕", "🚀", "👍🏽", "\u00a0", "\u3000", "\u2028", "…", "。", "¾", "٣", "Ⅷ", "ǅ", "ʰ", "_", "--", "<|", "|>",
          "½", "𝔘", "ﬁ", "=+", "$`^~|", "(", ".,!?", "/*", "\u0300", "//\n", "quick", "thing", "printf(\"%d\\n\");", "\x00", "\x7f"]
SPECIAL, USER = ["<|begin|>", "<|end|>", "<|im_start|>", "<|im_end|>"], ["<tool>", "<tool_call>"]


def sentence(rng, extra=()):
    pieces = PIECES + list(extra) * 6
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 20)))


def hexed(text):
    data = text.encode()
    return data.hex() or "-"


# ---- split patterns, as the models' makers publish them ----

def isolated(*patterns):
    return [pre_tokenizers.Split(Regex(p), behavior="isolated") for p in patterns]


CASES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LLAMA3 = CASES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + TAIL
QWEN2 = CASES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + TAIL
O200K = "|".join([rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CASES}?", rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CASES}?", r"\p{N}{1,3}",
                  r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
TEKKEN = "|".join([rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+", rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*", r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                   r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
# ByteLevel's own pattern, so that the bytes are mapped once only.
BYTE_SPLIT = pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), behavior="isolated")
SPLITS = {
    "gpt-2": [BYTE_LEVEL],
    "starcoder": [pre_tokenizers.Digits(individual_digits=True), BYTE_LEVEL],
    "llama-bpe": isolated(LLAMA3),
    "qwen2": isolated(QWEN2),
    "qwen35": isolated(CASES + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + TAIL),
    "gpt-4o": isolated(O200K),
    "tekken": isolated(TEKKEN),
    "deepseek-v3": isolated(r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+",
                            r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|" + TAIL),
    "seed-coder": isolated(CASES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|" + TAIL),
}
# Possessive quantifiers mean something else in the library above.
CL100K = regex.compile(r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\Z|\s*[\r\n]|\s+(?!\S)|\s")


def words(splitters, text):
    spans = [(0, len(text))]
    for s in splitters:
        spans = [(a + i, a + j) for a, b in spans for _, (i, j) in s.pre_tokenize_str(text[a:b])]
    assert "".join(text[a:b] for a, b in spans) == text
    return [text[a:b] for a, b in spans]


def write_splits(rng):
    with open(OUT / "splits.txt", "w") as f:
        for name in [*SPLITS, "cl100k"]:
            for _ in range(60):
                text = sentence(rng)
                parts = words(SPLITS[name], text) if name in SPLITS else CL100K.findall(text)
                assert "".join(parts) == text
                print("split", name, *map(hexed, parts), file=f)


# ---- byte-level BPE ----

def write_bpe(name, pre, splitters, whole_words, rng):
    def pipeline(tok, added):
        tok.pre_tokenizer = pre_tokenizers.Sequence([*splitters, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        tok.decoder = decoders.ByteLevel()
        tok.add_tokens([AddedToken(t, normalized=False, special=t in SPECIAL) for t in added])
        return tok

    trainer = trainers.BpeTrainer(vocab_size=560, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    trained = pipeline(Tokenizer(models.BPE()), [])
    trained.train_from_iterator([CORPUS], trainer)
    model = json.loads(trained.to_str())["model"]
    vocab, merges = model["vocab"], [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in model["merges"]]
    if whole_words:  # words that no merges lead to
        for word in ["quartz", "Ġsphinx"]:
            vocab[word] = len(vocab)
    make = lambda added: pipeline(Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=whole_words)), added)
    n = len(vocab)
    # Adding all in the same order keeps the ids; without the special ones, theirs are taken by names that no text contains.
    everything = make(SPECIAL + USER)
    plain = make([f"\U0010fffd{i}" for i in range(len(SPECIAL))] + USER)
    with open(OUT / f"{name}.txt", "w") as f:
        print("vocab gpt2", pre, n, n + 1, n + 3, -1, "-", file=f)
        for token, _ in sorted(vocab.items(), key=lambda t: t[1]):
            print("token 1 0", hexed(token), file=f)
        for token in SPECIAL + USER:
            print("token", 3 if token in SPECIAL else 4, 0, hexed(token), file=f)
        for left, right in merges:
            print("merge", hexed(f"{left} {right}"), file=f)
        for i in range(120):
            text = sentence(rng, [*SPECIAL, *USER, "quartz", " sphinx"])
            flags = 2 * (i % 2)
            print("case", flags, hexed(text), *(everything if flags else plain).encode(text, add_special_tokens=False).ids, file=f)


# ---- SentencePiece ----

def write_spm(name, flags, rng, **options):
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "corpus.txt"
        text.write_text(CORPUS)
        sentencepiece.SentencePieceTrainer.train(input=str(text), model_prefix=f"{folder}/m", model_type="bpe", normalization_rule_name="identity",
                                                 control_symbols=["<|user|>"], hard_vocab_limit=False, minloglevel=2, num_threads=1, **options)
        sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/m.model")
    with open(OUT / f"{name}.txt", "w") as f:
        print("vocab llama - ", sp.bos_id(), sp.eos_id(), -1, sp.unk_id(), flags, file=f)
        for i in range(sp.get_piece_size()):
            kind = 2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 6 if sp.is_byte(i) else 5 if sp.is_unused(i) else 1
            print("token", kind, repr(sp.get_score(i)), hexed(sp.id_to_piece(i)), file=f)
        for i in range(120):
            text = sentence(rng, ["<s>", "<|user|>", " ", "   "]).replace("\x00", "")
            print("case 0", hexed(text), *sp.encode(text), file=f)


def main():
    OUT.mkdir(exist_ok=True)
    rng = random.Random(20240501)
    write_splits(rng)
    write_bpe("bpe-gpt2", "gpt-2", [BYTE_SPLIT], False, rng)
    write_bpe("bpe-llama3", "llama-bpe", isolated(LLAMA3), True, rng)
    write_bpe("bpe-qwen2", "qwen2", isolated(QWEN2), False, rng)
    write_spm("spm-llama", "bp", rng, vocab_size=700, byte_fallback=True, remove_extra_whitespaces=False)
    write_spm("spm-gemma", "b", rng, vocab_size=700, byte_fallback=True, remove_extra_whitespaces=False, add_dummy_prefix=False,
              allow_whitespace_only_pieces=True)
    write_spm("spm-unknown", "bpw", rng, vocab_size=400, byte_fallback=False, remove_extra_whitespaces=True, character_coverage=0.98)


if __name__ == "__main__":
    main()
