/* whisper.h: what Whisper's tensors are called: by OpenAI (whisper.cpp keeps these names), by Hugging Face, and here. In the rows of layers
 * %d stands for the layer; in GGUF all layers are numbered together, those of the encoder first. */
#ifndef OG_CONVERT_WHISPER_H
#define OG_CONVERT_WHISPER_H

/* ROW(OpenAI's, Hugging Face's, here) */
#define OG_WHISPER_BOTH(ROW, openai, hf, gguf) \
    ROW(openai ".weight", hf ".weight", gguf ".weight") ROW(openai ".bias", hf ".bias", gguf ".bias")
#define OG_WHISPER_ATTENTION(ROW, openai, hf, gguf)                  \
    OG_WHISPER_BOTH(ROW, openai ".query", hf ".q_proj", gguf "_q")   \
    ROW(openai ".key.weight", hf ".k_proj.weight", gguf "_k.weight") \
    OG_WHISPER_BOTH(ROW, openai ".value", hf ".v_proj", gguf "_v") OG_WHISPER_BOTH(ROW, openai ".out", hf ".out_proj", gguf "_output")
#define OG_WHISPER_LAYER(ROW, openai, hf)                                                 \
    OG_WHISPER_BOTH(ROW, openai "attn_ln", hf "self_attn_layer_norm", "blk.%d.attn_norm") \
    OG_WHISPER_ATTENTION(ROW, openai "attn", hf "self_attn", "blk.%d.attn")               \
    OG_WHISPER_BOTH(ROW, openai "mlp_ln", hf "final_layer_norm", "blk.%d.ffn_norm")       \
    OG_WHISPER_BOTH(ROW, openai "mlp.0", hf "fc1", "blk.%d.ffn_up")                       \
    OG_WHISPER_BOTH(ROW, openai "mlp.2", hf "fc2", "blk.%d.ffn_down")

#define OG_WHISPER_TRUNK(ROW)                                                                 \
    ROW("encoder.conv1.bias", "encoder.conv1.bias", "enc.conv1.bias")                         \
    ROW("encoder.conv2.bias", "encoder.conv2.bias", "enc.conv2.bias")                         \
    OG_WHISPER_BOTH(ROW, "encoder.ln_post", "encoder.layer_norm", "enc.output_norm")          \
    ROW("decoder.token_embedding.weight", "decoder.embed_tokens.weight", "token_embd.weight") \
    OG_WHISPER_BOTH(ROW, "decoder.ln", "decoder.layer_norm", "output_norm")
/* Kept as F32. */
#define OG_WHISPER_POSITIONS(ROW)                                                                     \
    ROW("encoder.positional_embedding", "encoder.embed_positions.weight", "enc.position_embd.weight") \
    ROW("decoder.positional_embedding", "decoder.embed_positions.weight", "position_embd.weight")
/* Stored [out][in][tap]; here [out][tap][in]. */
#define OG_WHISPER_CONVOLUTIONS(ROW)                                        \
    ROW("encoder.conv1.weight", "encoder.conv1.weight", "enc.conv1.weight") \
    ROW("encoder.conv2.weight", "encoder.conv2.weight", "enc.conv2.weight")
#define OG_WHISPER_ENCODER(ROW) OG_WHISPER_LAYER(ROW, "encoder.blocks.%d.", "encoder.layers.%d.")
#define OG_WHISPER_DECODER(ROW)                                                                                                    \
    OG_WHISPER_LAYER(ROW, "decoder.blocks.%d.", "decoder.layers.%d.")                                                              \
    OG_WHISPER_BOTH(ROW, "decoder.blocks.%d.cross_attn_ln", "decoder.layers.%d.encoder_attn_layer_norm", "blk.%d.cross_attn_norm") \
    OG_WHISPER_ATTENTION(ROW, "decoder.blocks.%d.cross_attn", "decoder.layers.%d.encoder_attn", "blk.%d.cross_attn")

/* Codes of languages in the order of their tokens; the hundredth came with large-v3. */
#define OG_WHISPER_LANGUAGES                                                                                                            \
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it", "id", "hi", "fi", "vi", "he", "uk", \
        "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur", "hr", "bg", "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv",   \
        "bn", "sr", "az", "sl", "kn", "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw", "gl", "mr", "pa", "si",   \
        "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi", "lo", "uz", "fo", "ht", "ps", "tk", "nn", "mt",   \
        "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln", "ha", "ba", "jw", "su", "yue"

#endif
