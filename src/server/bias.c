/* bias.c: biases of tokens. */
#include "server/openai.h"

bool og_openai_bias(og_exchange *ex, const json_t *bias, og_problem *problem) {
    (void)ex;
    if (json_object_size(bias) == 0) return true;
    return og_refuse(problem, 400, "unsupported", "logit_bias", "\"logit_bias\" is not supported");
}
