/* convert.c: `offgrid convert`. */
#include "cli/quantize.h"

typedef struct convert_opts {
    og_cli_quantize_opts quantize;
    const char *type, *base;
} convert_opts;

static const og_cli_opt options[] = {
    {"type", 0, OG_CLI_TEXT, "TYPE", "quantize on the way: F32, F16, BF16, Q8_0, Q4_K_M, ... as of offgrid quantize (default: as in DIR)",
     offsetof(convert_opts, type), 0, 0},
    {"base", 0, OG_CLI_TEXT, "PATH", "of an adapter: its model, a GGUF file or a folder with config.json", offsetof(convert_opts, base), 0,
     0},
    OG_CLI_QUANTIZE_ROWS,
};

static const og_cli_spec spec = {
    .name = "convert",
    .about =
        "Writes the checkpoint in DIR as the GGUF model OUT. DIR is a folder as Hugging Face has them: config.json, model.safetensors\n"
        "(or several, with an index), tokenizer.json or tokenizer.model. Tensors pass through piece by piece, so a model may be larger\n"
        "than memory. OUT appears when it is complete, or not at all. Python pickles (.bin, .pth) are refused: they can run any code.\n"
        "A DIR with adapter_config.json, a LoRA adapter of PEFT, becomes a GGUF adapter for `offgrid run --lora`.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 2,
    .examples = "  offgrid convert SmolLM2-135M smollm.gguf\n"
                "  offgrid convert Qwen2.5-7B qwen-q4.gguf --type Q4_K_M\n"
                "  offgrid convert Qwen2.5-7B qwen.gguf --target-size 5G --dry-run\n"
                "  offgrid convert my-lora lora.gguf --base qwen-q4.gguf\n",
};

static og_status make(const void *how, og_engine *engine, const char *in, const char *out, const og_quantize_params *params,
                      og_quantize_result *result, og_error *err) {
    og_convert_params p = og_convert_defaults();
    p.quantize = *params;
    p.base = ((const convert_opts *)how)->base;
    return og_convert(engine, in, out, &p, result, err);
}

int og_cmd_convert(int argc, char **argv) {
    convert_opts opts = {0};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    return code == OG_CLI_GO ? og_cli_quantize(&opts.quantize, args[0], args[1], opts.type, make, &opts) : code;
}
