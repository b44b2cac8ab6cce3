/* Any JSON Schema (up to the first NUL) over any text (after it): no crash, and what the machine takes byte by byte it takes at once. */
#include "text/grammar/grammar.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *cut = memchr(data, 0, size);
    const size_t len = cut ? (size_t)(cut - data) : size;
    const char *text = cut ? (const char *)cut + 1 : "";
    const size_t text_len = cut ? size - len - 1 : 0;
    og_grammar *g = NULL;
    if (len > 2048 || og_grammar_schema((const char *)data, len, NULL, &g, NULL) != OG_OK) return 0;
    bool matches = false;
    size_t good = 0, taken = 0, steps = 0;
    const og_status status = og_grammar_check(g, text, text_len, &matches, &good, NULL);
    og_machine *m = NULL;
    if (status == OG_OK && og_machine_open(g, &m, NULL) == OG_OK) {
        while (steps < text_len && og_machine_feed(m, text + steps, 1, &taken, NULL) == OG_OK && taken == 1) steps++;
        if (steps != good || matches != (steps == text_len && og_machine_may_end(m))) __builtin_trap();
        og_machine_close(m);
    }
    og_grammar_close(g);
    return 0;
}
