/* quantize.c: `offgrid quantize`. */
#include "cli/models.h"
#include "cli/quantize.h"

static const og_cli_opt options[] = {OG_CLI_QUANTIZE_ROWS};

static const og_cli_spec spec = {
    .name = "quantize",
    .about = "Writes the model IN to OUT with its matrices as TYPE, which is one of\n"
             "  F32 F16 BF16 Q8_0 Q6_K Q5_K_M Q5_K_S Q5_1 Q5_0 Q4_K_M Q4_K_S Q4_1 Q4_0 IQ4_NL IQ4_XS MXFP4_MOE MXFP4 NVFP4\n"
             "  Q3_K_L Q3_K_M Q3_K_S IQ3_M IQ3_S IQ3_XS IQ3_XXS Q2_K Q2_K_S IQ2_M IQ2_S IQ2_XS Q2_0 IQ2_XXS TQ2_0 IQ1_M TQ1_0\n"
             "  IQ1_S Q1_0\n"
             "Q4_K_M is a good choice where memory is scarce, Q8_0 where it is not. F32 decodes. IN is best F16, BF16 or F32: what\n"
             "it has lost already stays lost. OUT appears when it is complete, or not at all.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 3,
    .examples = "  offgrid quantize model-f16.gguf model-q4.gguf Q4_K_M\n"
                "  offgrid quantize model-f16.gguf small.gguf --target-size 2.5G --imatrix model.imatrix\n"
                "  offgrid quantize model-f16.gguf mixed.gguf Q4_K_M --tensor ffn_down=Q6_K --dry-run\n",
};

static og_status make(const void *how, og_engine *engine, const char *in, const char *out, const og_quantize_params *params,
                      og_quantize_result *result, og_error *err) {
    (void)how;
    return og_quantize(engine, in, out, params, result, err);
}

int og_cmd_quantize(int argc, char **argv) {
    og_cli_quantize_opts opts = {0};
    const char *args[3];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    char *in;
    code = og_cli_find_model(opts.json, args[0], &in);
    if (code == OG_EXIT_OK) code = og_cli_quantize(&opts, in, args[1], args[2], make, NULL);
    og_free(in);
    return code;
}
