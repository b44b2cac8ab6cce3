/* json.h: JSON output, over jansson. Values are built, put into one another, and printed as one line. Functions that take a value
 * own it from then on. Built without jansson, og_json_built() is false and the command line refuses --json. */
#ifndef OG_CLI_JSON_H
#define OG_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct json_t og_json; /* jansson's own */

bool og_json_built(void);

og_json *og_json_object(void);
og_json *og_json_array(void);
og_json *og_json_text(const char *text, size_t len); /* ill-formed UTF-8 is replaced by U+FFFD */
og_json *og_json_string(const char *text);           /* NULL gives null */
og_json *og_json_int(int64_t v);
og_json *og_json_real(double v); /* null if not finite: JSON has no such numbers */
og_json *og_json_bool(bool v);

void og_json_set(og_json *object, const char *key, og_json *value); /* keeps the order of setting */
void og_json_add(og_json *array, og_json *value);

enum { OG_JSON_SHORT = 9, OG_JSON_EXACT = 17 }; /* significant digits of reals */

/* Writes the value and a newline to f, flushes, and releases it. False if that failed. */
bool og_json_write(og_json *value, int digits, FILE *f);
/* The same on stdout. */
bool og_json_print(og_json *value, int digits);

#endif
