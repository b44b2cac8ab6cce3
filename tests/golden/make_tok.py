#!/usr/bin/env python3
"""Golden data for the tokenizers: what other implementations make of the same vocabularies and patterns.

Needs: pip install tokenizers sentencepiece regex. Writes tok/*.txt beside this script, lines of blank-separated fields, text in hexadecimal:
    vocab MODEL PRE BOS EOS EOT UNK FLAGS    FLAGS: letters b (add BOS), e (add EOS), p (space prefix), w (remove extra white space),
                                             l (lower case), a (strip accents), or -
    charsmap TEXT
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
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

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


# Patterns with more than the library above understands.
SPLITS_MORE = {
    "kimi-k2": [regex.compile("|".join([
        r"[\p{Han}]+", rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER[1:-1]}--\p{{Han}}]*[{LOWER[1:-1]}--\p{{Han}}]+{CASES}?",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER[1:-1]}--\p{{Han}}]+[{LOWER[1:-1]}--\p{{Han}}]*{CASES}?", r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"]), regex.V1)],
    "laguna": [regex.compile(r"[^\n]+|[\n]+"), regex.compile(QWEN2)],
    "ufakzeka": [regex.compile(QWEN2.removeprefix(CASES + "|"))],
}


def write_more_splits(rng):
    with open(OUT / "splits-more.txt", "w") as f:
        for name, levels in SPLITS_MORE.items():
            for _ in range(60):
                parts = [text := sentence(rng, ["中文", "𠀀", "々x", "ー", "가", "a中b"])]
                for level in levels:
                    parts = [word for part in parts for word in level.findall(part)]
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


# What full-width letters, ligatures and other blanks become.
RULES = {"\uff21": "A", "\uff42\uff43": "bc", "\ufb01": "fi", "\u00a0": " ", "\u3000": " ", "\t": " ", "\n": " ", "\u0300": "", "\u2026": "...", "\u00e9": "e\u0301"}


def write_unigram(name, flags, rng, rules=None, **options):
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "corpus.txt"
        text.write_text(CORPUS)
        if rules:
            tsv = pathlib.Path(folder) / "rules.tsv"
            tsv.write_text("".join(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in rules.items()))
            options["normalization_rule_tsv"] = str(tsv)
        else:
            options["normalization_rule_name"] = "identity"
        sentencepiece.SentencePieceTrainer.train(input=str(text), model_prefix=f"{folder}/m", model_type="unigram", hard_vocab_limit=False, minloglevel=2,
                                                 num_threads=1, **options)
        sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/m.model")
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(f"{folder}/m.model").read_bytes())
    with open(OUT / f"{name}.txt", "w") as f:
        print("vocab t5 -", sp.bos_id(), sp.eos_id(), -1, sp.unk_id(), flags, file=f)
        if model.normalizer_spec.precompiled_charsmap:
            print("charsmap", model.normalizer_spec.precompiled_charsmap.hex(), file=f)
        for i, piece in enumerate(model.pieces):
            print("token", piece.type, repr(piece.score), hexed(piece.piece), file=f)
        for i in range(120):
            text = sentence(rng, [" ", "   ", "zzz", "\U00010348", *RULES]).replace("\x00", "")
            print("case 0", hexed(text), *sp.encode(text), file=f)


# ---- BPE over characters ----

def write_bpe_chars(name, rng):
    tok = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tok.normalizer = normalizers.Replace(" ", "\u2581")
    tok.pre_tokenizer = pre_tokenizers.Split(Regex("\u2581*[^\u2581\n]+|\u2581+|\n+"), behavior="isolated")
    special = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{i:02X}>" for i in range(256)]
    tok.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=700, special_tokens=special, show_progress=False))
    model = json.loads(tok.to_str())["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in model["merges"]]
    tok = Tokenizer(models.BPE(vocab=model["vocab"], merges=merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tok.normalizer = normalizers.Replace(" ", "\u2581")  # and nothing is cut
    with open(OUT / f"{name}.txt", "w") as f:
        print("vocab gemma4 -", 2, 1, -1, 3, "-", file=f)
        for token, i in sorted(model["vocab"].items(), key=lambda t: t[1]):
            print("token", 2 if i == 3 else 3 if i < 3 else 6 if i < 260 else 1, 0, hexed(token), file=f)
        for left, right in merges:
            print("merge", hexed(f"{left} {right}"), file=f)
        for i in range(120):
            text = sentence(rng, [" ", "   ", "\n\n\n", " \n", "\U00010348"])
            print("case 0", hexed(text), *tok.encode(text, add_special_tokens=False).ids, file=f)


# ---- WordPiece ----

def write_wordpiece(name, lower, accents, rng):
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tok.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=accents, lowercase=lower)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator([CORPUS], trainers.WordPieceTrainer(vocab_size=400, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False))
    vocab = sorted(tok.get_vocab().items(), key=lambda t: t[1])
    with open(OUT / f"{name}.txt", "w") as f:
        print("vocab bert -", 2, 3, -1, 1, ("l" if lower else "") + ("a" if accents else "") or "-", file=f)
        for token, i in vocab:  # as the files have them: words begin with U+2581, what follows does not with ##
            spelling = token if i < 4 else token[2:] if token.startswith("##") else "\u2581" + token
            print("token", 3 if i < 4 else 1, 0, hexed(spelling), file=f)
        extra = [" ", "the", "Über", "İI", "각", "한", "豈", "\u200b", "\x0b", "\ufffd", "x" * 50, "ǅ", "Ⅷ", "e\u0301", "\u212b", "unthinkable", "[CLS]", "ᾳ"]
        for i in range(120):
            text = sentence(rng, extra)
            print("case 2", hexed(text), *tok.encode(text, add_special_tokens=False).ids, file=f)


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
    rng = random.Random(20261123)
    write_unigram("unigram-rules", "pw", rng, rules=RULES, vocab_size=400, character_coverage=0.99)
    write_unigram("unigram-bytes", "p", rng, vocab_size=600, byte_fallback=True, remove_extra_whitespaces=False)
    write_wordpiece("wordpiece-uncased", True, True, rng)
    write_wordpiece("wordpiece-cased", False, False, rng)
    write_bpe_chars("bpe-chars", rng)
    write_more_splits(rng)


if __name__ == "__main__":
    main()
