#!/usr/bin/env python3
"""Writes the golden data of conversion (PyPI: torch, transformers, tokenizers, sentencepiece, safetensors, numpy). Tests need only what it wrote.

hf/<case>/      a checkpoint but for its weights: configuration files as save_pretrained writes them, and
                tensors   a line for each tensor of the checkpoint: name dtype mean scale dimensions...
                logits    int32 n_tokens, n_vocab; int32 ids[n_tokens]; float32 logits[n_tokens][n_vocab], computed by transformers in F32;
                hidden    the same of an encoder: its last rows
                files     tokenizer files that belong to it: paths below hf/tokenizers/
hf/tokenizers/  tiny tokenizers, and <name>.ids: lines "text TAB ids", encoded by Hugging Face's tokenizers or sentencepiece

Weights are not stored: element i of a tensor is mean + scale * (u / 2^24 - 1/2) in F32, rounded to the tensor's dtype, where u is the upper
24 bits of SplitMix64's output i + 1 from the FNV-1a hash of the name. tests/golden/test_golden_convert.c makes the same.

hf/<case>-lora/ an adapter of that checkpoint (PyPI: peft), in the same form; its logits are those of both together

    tests/golden/make_hf.py [tokenizers] [CASE...]
"""
import json
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent / "hf"
N_VOCAB, N_TOKENS = 96, 12
SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=N_VOCAB,
             max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None)
LLAMA3 = dict(rope_type="llama3", rope_theta=5000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
# case: class, configuration beside SMALL, dtype, tokenizer, tensors that are stored as differences to 1
CASES = {
    "llama": ("LlamaForCausalLM", dict(), "float32", "bpe"),
    "llama-rope3": ("LlamaForCausalLM", dict(rope_parameters=LLAMA3, head_dim=16, tie_word_embeddings=True), "bfloat16", "bpe"),
    "llama-linear": ("LlamaForCausalLM", dict(rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0)), "float16", "spm"),
    "mistral": ("MistralForCausalLM", dict(sliding_window=None, head_dim=16), "float32", "spm-json"),
    "qwen3": ("Qwen3ForCausalLM", dict(head_dim=12), "float32", "bpe"),
    "olmo2": ("Olmo2ForCausalLM", dict(), "float32", "bpe"),
    "granite": ("GraniteForCausalLM", dict(attention_multiplier=0.2, embedding_multiplier=3.0, residual_multiplier=0.7, logits_scaling=2.0), "float32", "bpe"),
    "phi3": ("Phi3ForCausalLM", dict(sliding_window=None, pad_token_id=0), "float32", "bpe"),
    "gemma": ("GemmaForCausalLM", dict(head_dim=16), "float32", "spm"),
    "gemma2": ("Gemma2ForCausalLM", dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=8), "float32", "spm"),
    "gemma3": ("Gemma3ForCausalLM", dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=8, num_hidden_layers=7), "float32", "spm"),
    "starcoder2": ("Starcoder2ForCausalLM", dict(sliding_window=None), "float32", "bpe"),
    "bert": ("BertModel", dict(), "float32", "wordpiece"),
    "gpt2": ("GPT2LMHeadModel", dict(n_embd=32, n_layer=2, n_head=4, n_positions=256), "float32", "bpe"),
    "mixtral": ("MixtralForCausalLM", dict(num_local_experts=4, num_experts_per_tok=2, sliding_window=None), "float32", "spm"),
    "qwen2moe": ("Qwen2MoeForCausalLM", dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, shared_expert_intermediate_size=40,
                                             norm_topk_prob=False), "float32", "bpe"),
    "qwen3moe": ("Qwen3MoeForCausalLM", dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, norm_topk_prob=True, head_dim=12),
                 "float32", "bpe"),
    "olmoe": ("OlmoeForCausalLM", dict(num_key_value_heads=4, num_experts=4, num_experts_per_tok=2, norm_topk_prob=False), "float32", "bpe"),
    "qwen2": ("Qwen2ForCausalLM", dict(tie_word_embeddings=True), "float32", "bpe"),
    "arcee": ("ArceeForCausalLM", dict(), "float32", "bpe"),
    "smollm3": ("SmolLM3ForCausalLM", dict(num_hidden_layers=4, no_rope_layers=None, pad_token_id=0), "float32", "bpe"),
    "ernie4_5": ("Ernie4_5ForCausalLM", dict(head_dim=12, pad_token_id=0), "float32", "bpe"),
    "ministral3": ("Ministral3ForCausalLM", dict(head_dim=12, rope_parameters=dict(
        rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64, beta_fast=32.0, beta_slow=1.0, mscale=1.0,
        mscale_all_dim=1.0, llama_4_scaling_beta=0.1)), "float32", "bpe"),
    "seed_oss": ("SeedOssForCausalLM", dict(head_dim=12), "float32", "bpe"),
    "olmo": ("OlmoForCausalLM", dict(), "float32", "bpe"),
    "olmo3": ("Olmo3ForCausalLM", dict(num_hidden_layers=4, sliding_window=8), "float32", "bpe"),
    "exaone4": ("Exaone4ForCausalLM", dict(num_hidden_layers=4, sliding_window=8), "float32", "bpe"),
    "hunyuan": ("HunYuanDenseV1ForCausalLM", dict(head_dim=12), "float32", "bpe"),
    "glm": ("GlmForCausalLM", dict(head_dim=8, pad_token_id=0), "float32", "bpe"),
    "glm4": ("Glm4ForCausalLM", dict(head_dim=8, pad_token_id=0), "float32", "bpe"),
    "starcoder": ("GPTBigCodeForCausalLM", dict(n_embd=32, n_layer=2, n_head=4, n_positions=256), "float32", "bpe"),
    "gptneox": ("GPTNeoXForCausalLM", dict(num_key_value_heads=4), "float32", "bpe"),
    "falcon": ("FalconForCausalLM", dict(), "float32", "bpe"),
    "falcon-groups": ("FalconForCausalLM", dict(new_decoder_architecture=True, num_kv_heads=2), "float32", "bpe"),
    "phi2": ("PhiForCausalLM", dict(), "float32", "bpe"),
    "stablelm": ("StableLmForCausalLM", dict(use_qkv_bias=True), "float32", "bpe"),
    "nemotron": ("NemotronForCausalLM", dict(), "float32", "bpe"),
    "cohere": ("CohereForCausalLM", dict(use_qk_norm=True, pad_token_id=0), "float32", "bpe"),
    "cohere2": ("Cohere2ForCausalLM", dict(num_hidden_layers=4, sliding_window=8, pad_token_id=0), "float32", "bpe"),
    "gpt_oss": ("GptOssForCausalLM", dict(num_local_experts=4, num_experts_per_tok=2, head_dim=12, sliding_window=8, pad_token_id=0, rope_parameters=dict(
        rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64, beta_fast=32.0, beta_slow=1.0, truncate=True)), "float32", "bpe"),
    "gpt_oss-mxfp4": ("GptOssForCausalLM", dict(hidden_size=64, intermediate_size=32, num_local_experts=4, num_experts_per_tok=2, sliding_window=8,
                                                pad_token_id=0, rope_parameters=dict(rope_type="default", rope_theta=10000.0)), "float32", "bpe"),
    "deepseek_v2": ("DeepseekV2ForCausalLM", dict(num_key_value_heads=4, kv_lora_rank=16, q_lora_rank=24, qk_nope_head_dim=8, qk_rope_head_dim=4, v_head_dim=6,
                                                  n_routed_experts=4, num_experts_per_tok=2, n_shared_experts=2, moe_intermediate_size=16,
                                                  first_k_dense_replace=1, n_group=1, topk_group=1, topk_method="greedy"), "float32", "bpe"),
    "deepseek_v3": ("DeepseekV3ForCausalLM", dict(num_key_value_heads=4, kv_lora_rank=16, q_lora_rank=24, qk_nope_head_dim=8, qk_rope_head_dim=4, v_head_dim=6,
                                                  n_routed_experts=8, num_experts_per_tok=3, n_shared_experts=1, moe_intermediate_size=16,
                                                  first_k_dense_replace=1, n_group=4, topk_group=2), "float32", "bpe"),
    "lfm2": ("Lfm2ForCausalLM", dict(num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"], block_multiple_of=16), "float32", "bpe"),
    "mamba2": ("Mamba2ForCausalLM", dict(num_heads=8, head_dim=8, n_groups=2, state_size=16), "float32", "bpe"),
    "qwen2vl": ("Qwen2VLForConditionalGeneration", dict(
        text_config=SMALL | dict(rope_parameters=dict(rope_type="default", rope_theta=10000.0, mrope_section=[2, 1, 1])),
        vision_config=dict(depth=1, embed_dim=16, hidden_size=32, num_heads=2, mlp_ratio=2, patch_size=4)), "float32", "bpe"),
    "qwen3vl": ("Qwen3VLForConditionalGeneration", dict(
        text_config=SMALL | dict(head_dim=16, rope_parameters=dict(rope_type="default", rope_theta=10000.0, mrope_section=[4, 2, 2])),
        vision_config=dict(depth=1, hidden_size=16, out_hidden_size=32, num_heads=2, intermediate_size=32, patch_size=4, deepstack_visual_indexes=[0],
                           num_position_embeddings=16)), "float32", "bpe"),
    "xlm-r": ("XLMRobertaModel", dict(bos_token_id=0, pad_token_id=1), "float32", "unigram"),
    "nomic-bert": ("NomicBertModel", dict(pad_token_id=0, num_key_value_heads=4), "float32", "wordpiece"),
    "modern-bert": ("ModernBertModel", dict(pad_token_id=0, num_hidden_layers=4, cls_token_id=1, sep_token_id=2, local_attention=8), "float32", "bpe"),
}
PLUS_ONE = ("GemmaForCausalLM", "Gemma2ForCausalLM", "Gemma3ForCausalLM", "NemotronForCausalLM")  # classes whose norms are stored as differences to 1


def generate(name, shape, mean, scale):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(h) + np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    u = (x >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)
    return (np.float32(mean) + np.float32(scale) * u).reshape(shape)


def spread(name, shape, plus_one):
    """Mean and scale of a tensor, as short decimals."""
    if len(shape) == 1:
        return (0 if plus_one else 1, 0.5) if "norm" in name or "ln_" in name else (0, 0.8)
    return 0, round(5 / np.sqrt(shape[-1]), 3)


def as_blocks(name, shape, lines):
    """Experts [E, columns, rows] as MXFP4: two tensors of bytes, which transformers decodes."""
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    e, columns, rows = shape
    parts = []
    for end, dims, mean, scale in (("_blocks", (e, rows, columns // 32, 16), 128, 255.5), ("_scales", (e, rows, columns // 32), 123, 4)):
        parts.append(torch.from_numpy(generate(name + end, dims, mean, scale).astype(np.uint8)))
        lines.append(" ".join([name + end, "U8", str(mean), str(scale), *map(str, dims)]))
    return convert_moe_packed_tensors(*parts, dtype=torch.float32)


def write_case(case):
    cls, changes, dtype, tokenizer = CASES[case]
    model_class = getattr(transformers, cls)
    config = model_class.config_class(**(changes if "text_config" in changes else SMALL | changes))
    folder = HERE / case
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        model_class(config).to(getattr(torch, dtype)).save_pretrained(tmp)
        tensors, lines = {}, []
        with safe_open(tmp / "model.safetensors", "pt") as f:
            for name in f.keys():
                old = f.get_tensor(name)
                if case.endswith("-mxfp4") and name.endswith("_proj") and "experts" in name:
                    tensors[name] = as_blocks(name, tuple(old.shape), lines).contiguous()
                    continue
                mean, scale = spread(name, old.shape, cls in PLUS_ONE)
                tensors[name] = torch.from_numpy(generate(name, tuple(old.shape), mean, scale)).to(old.dtype)
                kind = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16"}[old.dtype]
                lines.append(" ".join([name, kind, str(mean), str(scale), *map(str, old.shape)]))
        save_file(tensors, tmp / "model.safetensors", metadata={"format": "pt"})
        model = model_class.from_pretrained(tmp, dtype=torch.float32, attn_implementation="eager").eval()
        ids = np.random.default_rng(len(case)).integers(0, N_VOCAB, N_TOKENS)
        with torch.no_grad():
            out = model(torch.tensor(ids)[None])
        kind = "logits" if hasattr(out, "logits") else "hidden"
        logits = (out.logits if kind == "logits" else out.last_hidden_state)[0].float().numpy()
        for name in ("config.json", "generation_config.json"):
            if (tmp / name).exists():
                shutil.copy(tmp / name, folder / name)
    (folder / "tensors").write_text("\n".join(lines) + "\n")
    (folder / kind).write_bytes(np.array([N_TOKENS, logits.shape[1], *ids], dtype=np.int32).tobytes() + logits.astype(np.float32).tobytes())
    (folder / "files").write_text("\n".join(sorted(f"{tokenizer}/{p.name}" for p in (HERE / "tokenizers" / tokenizer).iterdir())) + "\n")
    print(f"{case}: {len(lines)} tensors, {kind}' standard deviation {logits.std():.3f}")


# Adapters: base case, targets, rank, alpha, use_rslora.
ADAPTERS = {
    "llama-lora": ("llama", ["q_proj", "k_proj", "v_proj", "o_proj", "down_proj"], 4, 6.0, False),
    "qwen2-lora": ("qwen2", ["q_proj", "gate_proj", "up_proj"], 3, 2.0, True),
}


def write_adapter(name):
    import peft
    from safetensors.torch import load_file

    case, targets, rank, alpha, rslora = ADAPTERS[name]
    cls = getattr(transformers, CASES[case][0])
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        tensors = {}
        for line in (HERE / case / "tensors").read_text().splitlines():
            tensor, _, mean, scale, *dims = line.split()
            tensors[tensor] = torch.from_numpy(generate(tensor, tuple(map(int, dims)), float(mean), float(scale)))
        shutil.copy(HERE / case / "config.json", tmp)
        save_file(tensors, tmp / "model.safetensors", metadata={"format": "pt"})
        base = cls.from_pretrained(tmp, dtype=torch.float32, attn_implementation="eager").eval()
        config = peft.LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, use_rslora=rslora, task_type="CAUSAL_LM")
        peft.get_peft_model(base, config).save_pretrained(tmp / "adapter")
        adapter, lines = {}, []
        for tensor, old in sorted(load_file(tmp / "adapter" / "adapter_model.safetensors").items()):
            scale = round(float(2 / np.sqrt(old.shape[1])), 3)
            adapter[tensor] = torch.from_numpy(generate(tensor, tuple(old.shape), 0, scale))
            lines.append(" ".join([tensor, "F32", "0", str(scale), *map(str, old.shape)]))
        save_file(adapter, tmp / "adapter" / "adapter_model.safetensors", metadata={"format": "pt"})
        base = cls.from_pretrained(tmp, dtype=torch.float32, attn_implementation="eager").eval()
        model = peft.PeftModel.from_pretrained(base, tmp / "adapter").eval()
        raw = (HERE / case / "logits").read_bytes()
        ids = np.frombuffer(raw, dtype=np.int32, count=N_TOKENS, offset=8)
        with torch.no_grad():
            logits = model(torch.tensor(ids.astype(np.int64))[None]).logits[0].float().numpy()
        settings = json.loads((tmp / "adapter" / "adapter_config.json").read_text()) | dict(base_model_name_or_path="nobody/" + case)
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n")
    (folder / "tensors").write_text("\n".join(lines) + "\n")
    (folder / "base").write_text(case + "\n")
    (folder / "logits").write_bytes(np.array([N_TOKENS, N_VOCAB, *ids], dtype=np.int32).tobytes() + logits.astype(np.float32).tobytes())
    before = np.frombuffer(raw, dtype=np.float32, offset=8 + 4 * N_TOKENS).reshape(logits.shape)
    print(f"{name}: {len(lines)} tensors, cosine with the base alone {(before * logits).sum() / np.linalg.norm(before) / np.linalg.norm(logits):.3f}")


# ---- tokenizers ----

TEXTS = ["the hen in the thin tent", "hen", "  two  spaces", "a\u00e9\u4e2d!", "<s>the</s>", "the<|im_end|>hen", "the theme, in 1999.", ""]
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


def write_bpe(folder):
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = [chr(c) for c in range(33, 127) if chr(c).isalnum() or chr(c) in "!,.<>|/_"] + ["\u0120", "\u010a"]
    merges = [("t", "h"), ("th", "e"), ("e", "n"), ("i", "n"), ("\u0120", "the"), ("h", "en"), ("\u0120", "in"), ("\u0120", "h"), ("\u0120h", "en")]
    vocab = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"] + letters + ["".join(m) for m in merges]
    t = Tokenizer(models.BPE({s: i for i, s in enumerate(vocab)}, merges))
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(__import__("tokenizers").Regex(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(s, special=True) for s in vocab[:5]])
    t.add_tokens([AddedToken("tent", normalized=False)])
    t.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        dict(bos_token="<s>", eos_token=dict(content="<|im_end|>", special=True), unk_token="<unk>", add_bos_token=True, chat_template=TEMPLATE), indent=1))
    return lambda text: [1] + t.encode(text, add_special_tokens=False).ids


def train_spm(folder):
    import sentencepiece as spm

    text = folder / "text"
    text.write_text("\n".join(["the hen in the thin tent", "then he hit ten hens", "in the theme there is tin"] * 20))
    spm.SentencePieceTrainer.train(input=str(text), model_prefix=str(folder / "tokenizer"), vocab_size=48, model_type="bpe", byte_fallback=False,
                                   character_coverage=1.0, normalization_rule_name="identity", remove_extra_whitespaces=False,
                                   user_defined_symbols=["<|im_end|>"], minloglevel=2)
    text.unlink()
    (folder / "tokenizer.vocab").unlink()
    return spm.SentencePieceProcessor(str(folder / "tokenizer.model"))


def write_spm(folder):
    sp = train_spm(folder)
    (folder / "special_tokens_map.json").write_text(json.dumps(dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")))
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    return lambda text: [1] + sp.encode(text)


def write_spm_json(folder):
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors

    with tempfile.TemporaryDirectory() as tmp:
        sp = train_spm(pathlib.Path(tmp))
    vocab = {sp.id_to_piece(i): i for i in range(len(sp))}
    merges = sorted((vocab[a + b], a, b) for a in vocab for b in vocab if a + b in vocab and vocab[a + b] > 3)
    t = Tokenizer(models.BPE(vocab, [(a, b) for _, a, b in merges], unk_token="<unk>", fuse_unk=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in ("<unk>", "<s>", "</s>")])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    t.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", chat_template=[dict(name="default", template=TEMPLATE), dict(name="rag", template="x")])))
    return lambda text: t.encode(text).ids


def write_wordpiece(folder):
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", ".", "the", "hen", "##en", "in", "##eme", "th", "two"] + letters + ["##" + c for c in letters]
    t = Tokenizer(models.WordPiece({s: i for i, s in enumerate(vocab)}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens([AddedToken(s, special=True) for s in vocab[:5]])
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]")))
    return lambda text: t.encode(text).ids


def write_unigram(folder):
    """Trained by sentencepiece with a rule of normalization; XLM-R's ids and template."""
    import sentencepiece as spm
    from sentencepiece import sentencepiece_model_pb2 as pb
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        (tmp / "text").write_text("\n".join(["the hen in the thin tent, then", "then he hit ten hens", "in the theme there is tin, a fi"] * 20))
        (tmp / "rules").write_text("FB01\t66 69\n3000\t20\n41\t61\n")
        spm.SentencePieceTrainer.train(input=str(tmp / "text"), model_prefix=str(tmp / "m"), vocab_size=24, model_type="unigram",
                                       normalization_rule_tsv=str(tmp / "rules"), minloglevel=2)
        proto = pb.ModelProto.FromString((tmp / "m.model").read_bytes())
    vocab = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [(p.piece, p.score) for p in proto.pieces[3:]]
    t = Tokenizer(models.Unigram(vocab, 3, False))
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.decoder = decoders.Metaspace()
    t.add_special_tokens([AddedToken(s, special=True) for s in ("<s>", "<pad>", "</s>", "<unk>")])
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    t.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>", pad_token="<pad>")))
    return lambda text: t.encode(text).ids


TOKENIZERS = {"unigram": write_unigram, "wordpiece": write_wordpiece, "bpe": write_bpe, "spm": write_spm, "spm-json": write_spm_json}
# What the engine does as llama.cpp, and differently: unknown characters, control tokens in sentencepiece's own encoder, the space after a symbol.
SKIP = {"unigram": {"the<|im_end|>hen", "<s>the</s>"}, "wordpiece": {"a\u00e9\u4e2d!", "the<|im_end|>hen", "<s>the</s>"}, "spm": {"<s>the</s>", "a\u00e9\u4e2d!", "the<|im_end|>hen"}, "spm-json": {"a\u00e9\u4e2d!", "the<|im_end|>hen"}, "bpe": {"a\u00e9\u4e2d!"}}

MORE = {"unigram": ["the \ufb01n, A  hen\u3000in"]}  # what its rules change


def write_tokenizers():
    for name, write in TOKENIZERS.items():
        folder = HERE / "tokenizers" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        encode = write(folder)
        lines = [f"{text}\t{' '.join(map(str, encode(text)))}\n" for text in TEXTS + MORE.get(name, []) if text not in SKIP[name]]
        (HERE / "tokenizers" / f"{name}.ids").write_text("".join(lines))


if __name__ == "__main__":
    if len(sys.argv) == 1 or "tokenizers" in sys.argv:
        write_tokenizers()
    for one in [a for a in sys.argv[1:] if a != "tokenizers"] or [*CASES, *ADAPTERS]:
        if one in CASES:
            write_case(one)
        else:
            write_adapter(one)
