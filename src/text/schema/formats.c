/* formats.c: formats as expressions. A time may have a leap second where it is 23:59 in Greenwich (RFC 3339, 5.7); offsets of whole
 * quarters of an hour, as all zones have them, are thought of. */
#include "text/schema/schema.h"

#include <string.h>

#define LEAP_YEAR "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
#define DATE                                                                                                                              \
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|" LEAP_YEAR "-02-" \
    "29)"

static void add_time(og_buf *out) {
    og_buf_addf(out, "(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([zZ]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])");
    og_buf_addf(out, "|23:59:60(\\.[0-9]+)?[zZ]");
    for (int offset = -1440 + 15; offset < 1440; offset += 15) {
        const int local = (1439 + offset + 1440) % 1440, size = offset < 0 ? -offset : offset;
        og_buf_addf(out, "|%02d:%02d:60(\\.[0-9]+)?%s%02d:%02d", local / 60, local % 60,
                    offset == 0  ? "[+-]"
                    : offset < 0 ? "-"
                                 : "\\+",
                    size / 60, size % 60);
    }
    og_buf_addf(out, ")");
}

const char *og_schema_format(og_schema *s, const char *name) {
    static const struct {
        const char *name, *text;
    } rows[] = {
#define FORMAT(format, text) {format, text},
#include "text/schema/formats.def"
#undef FORMAT
    };
    for (size_t i = 0; i < OG_LEN(rows); i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].text;
    const bool date = strcmp(name, "date") == 0, time = strcmp(name, "time") == 0, both = strcmp(name, "date-time") == 0;
    if (!date && !time && !both) return NULL;
    og_buf text;
    og_buf_init(&text);
    og_buf_addf(&text, "^");
    if (date || both) og_buf_addf(&text, DATE);
    if (both) og_buf_addf(&text, "[tT]");
    if (time || both) add_time(&text);
    og_buf_addf(&text, "$");
    char *copy = text.failed ? NULL : og_arena_strndup(&s->arena, text.data, text.len);
    if (!copy) og_schema_fail(s, OG_ERR_MEMORY, s->root, NULL, "out of memory for a schema");
    og_buf_free(&text);
    return copy;
}
