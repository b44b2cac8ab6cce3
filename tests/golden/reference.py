"""A forward pass in float64 NumPy, written from the papers and the GGUF format document, not from offgrid's sources.

Everything is double but what the engine stores in half precision: keys and values are rounded to float16 as they enter the cache
(`half_cache`), so that the comparison can be tight.
"""
import numpy as np
from gguf import GGUFReader


class Model:
    def __init__(self, path):
        reader = GGUFReader(path)
        self.meta = {name: field.contents() for name, field in reader.fields.items()}
        self.arch = self.meta["general.architecture"]
        # GGUFReader gives [rows, columns]: a product is x @ w.T
        self.tensor = {t.name: np.array(t.data, dtype=np.float64) for t in reader.tensors}
        self.n_layer = self.get("block_count")
        self.n_head = self.get("attention.head_count")
        self.n_head_kv = self.get("attention.head_count_kv", self.n_head)
        self.head_dim = self.get("attention.key_length", self.get("embedding_length") // self.n_head)
        self.eps = self.get("attention.layer_norm_rms_epsilon")
        self.halves = {"llama": False, "qwen2": True}[self.arch]

    def get(self, key, default=None):
        value = self.meta.get(f"{self.arch}.{key}", default)
        if value is None:
            raise KeyError(key)
        return value

    def frequencies(self):
        j = np.arange(self.head_dim // 2, dtype=np.float64)
        freq = self.get("rope.freq_base", 10000.0) ** (-2 * j / self.head_dim)
        if self.get("rope.scaling.type", "none") == "linear":
            freq = freq / self.get("rope.scaling.factor")
        if "rope_freqs.weight" in self.tensor:
            freq = freq / self.tensor["rope_freqs.weight"]
        return freq

    def rotate(self, x):
        """x [T, heads, D]"""
        angle = np.arange(x.shape[0])[:, None] * self.frequencies()[None, :]
        cos, sin = np.cos(angle)[:, None, :], np.sin(angle)[:, None, :]
        out = np.empty_like(x)
        half = self.head_dim // 2
        a, b = (slice(0, half), slice(half, None)) if self.halves else (slice(0, None, 2), slice(1, None, 2))
        out[..., a] = x[..., a] * cos - x[..., b] * sin
        out[..., b] = x[..., a] * sin + x[..., b] * cos
        return out

    def norm(self, x, name):
        return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.eps) * self.tensor[name]

    def linear(self, x, stem):
        y = x @ self.tensor[stem + ".weight"].T
        return y + self.tensor[stem + ".bias"] if stem + ".bias" in self.tensor else y

    def attention(self, x, layer, half_cache):
        t, blk = x.shape[0], f"blk.{layer}."
        q = self.rotate(self.linear(x, blk + "attn_q").reshape(t, self.n_head, self.head_dim))
        k = self.rotate(self.linear(x, blk + "attn_k").reshape(t, self.n_head_kv, self.head_dim))
        v = self.linear(x, blk + "attn_v").reshape(t, self.n_head_kv, self.head_dim)
        if half_cache:
            k, v = k.astype(np.float16).astype(np.float64), v.astype(np.float16).astype(np.float64)
        group = self.n_head // self.n_head_kv
        out = np.empty_like(q)
        future = np.triu(np.full((t, t), -np.inf), 1)
        for h in range(self.n_head):
            s = q[:, h] @ k[:, h // group].T / np.sqrt(self.head_dim) + future
            p = np.exp(s - s.max(axis=-1, keepdims=True))
            out[:, h] = p / p.sum(axis=-1, keepdims=True) @ v[:, h // group]
        return self.linear(out.reshape(t, -1), blk + "attn_output")

    def feed_forward(self, x, layer):
        blk = f"blk.{layer}."
        gate = self.linear(x, blk + "ffn_gate")
        return self.linear(gate / (1 + np.exp(-gate)) * self.linear(x, blk + "ffn_up"), blk + "ffn_down")

    def logits(self, ids, half_cache=True):
        """float64 [T, n_vocab]"""
        x = self.tensor["token_embd.weight"][ids]
        for layer in range(self.n_layer):
            x = x + self.attention(self.norm(x, f"blk.{layer}.attn_norm.weight"), layer, half_cache)
            x = x + self.feed_forward(self.norm(x, f"blk.{layer}.ffn_norm.weight"), layer)
        output = self.tensor.get("output.weight", self.tensor["token_embd.weight"])
        return self.norm(x, "output_norm.weight") @ output.T
