/* number.h: sets of JSON numbers, written without exponents, as automata over their digits. */
#ifndef OG_TEXT_SCHEMA_NUMBER_H
#define OG_TEXT_SCHEMA_NUMBER_H

#include "base/json.h"
#include "text/grammar/grammar_build.h"

enum { OG_DEC_DIGITS = 64 };

/* A decimal number: no zeros in front of `whole` (but "0") or behind `part`. */
typedef struct og_dec {
    bool negative;
    uint16_t n_whole, n_part;
    char whole[OG_DEC_DIGITS], part[OG_DEC_DIGITS];
} og_dec;

/* False for numbers of too many digits. */
bool og_dec_of(const og_jval *v, og_dec *out);

typedef enum og_num_kind {
    OG_NUM_MIN, /* at least x */
    OG_NUM_ABOVE,
    OG_NUM_MAX,
    OG_NUM_BELOW,
    OG_NUM_IS,
    OG_NUM_IS_NOT,
    OG_NUM_MULTIPLE, /* x above 0 */
    OG_NUM_NO_MULTIPLE,
    OG_NUM_WHOLE,
    OG_NUM_NOT_WHOLE
} og_num_kind;

typedef struct og_num og_num;
struct og_num {
    og_num_kind kind;
    const og_dec *x;
    const og_num *next;
};

typedef struct og_num_dfa {
    uint32_t n;
    int32_t (*next)[12]; /* -, digits, point */
    bool *accept, *alive;
} og_num_dfa;

/* Numbers for which all conditions hold. */
og_status og_num_build(const og_num *conditions, og_num_dfa *out, og_error *err);
void og_num_free(og_num_dfa *d);
uint32_t og_num_emit(og_gbuild *b, const og_num_dfa *d, uint32_t next);

#endif
