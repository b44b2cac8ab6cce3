/* unicode.h: what tokenizers need to know of a character: its general category, its small letter, its letter without accents. */
#ifndef OG_TEXT_UNICODE_H
#define OG_TEXT_UNICODE_H

#include "base/base.h"

typedef enum og_category {
    OG_UC_LU,
    OG_UC_LL,
    OG_UC_LT,
    OG_UC_LM,
    OG_UC_LO,
    OG_UC_MN,
    OG_UC_MC,
    OG_UC_ME,
    OG_UC_ND,
    OG_UC_NL,
    OG_UC_NO,
    OG_UC_PC,
    OG_UC_PD,
    OG_UC_PS,
    OG_UC_PE,
    OG_UC_PI,
    OG_UC_PF,
    OG_UC_PO,
    OG_UC_SM,
    OG_UC_SC,
    OG_UC_SK,
    OG_UC_SO,
    OG_UC_ZS,
    OG_UC_ZL,
    OG_UC_ZP,
    OG_UC_CC,
    OG_UC_CF,
    OG_UC_CS,
    OG_UC_CO,
    OG_UC_CN,
    OG_UC_CC_SPACE, /* the control characters that are white space: with Z*, the property White_Space */
    OG_UC_COUNT,
} og_category;

#define OG_UC_ALL ((1u << OG_UC_COUNT) - 1)

/* Two levels: the block of 256 code points, then a letter a code point. Written by scripts/make_unicode.py. */
extern const uint8_t og_unicode_index[];
extern const char og_unicode_block[][257];

/* cp: at most U+10FFFF. */
static inline og_category og_unicode_category(uint32_t cp) {
    return (og_category)(og_unicode_block[og_unicode_index[cp >> 8]][cp & 255] - '`');
}

/* Characters from..to become what lies `distance` further; of odd distances, every second one only. In order. */
typedef struct og_lower_range {
    uint32_t from, to;
    int32_t distance;
} og_lower_range;
/* What is left of a canonical decomposition without nonspacing marks: from..to become base[0] and what follows it, or from becomes up to
 * three characters. In order. */
typedef struct og_base_range {
    uint32_t from, to, base[3];
} og_base_range;
extern const og_lower_range og_unicode_lower[];
extern const og_base_range og_unicode_base[];
extern const size_t og_unicode_n_lower, og_unicode_n_base;

uint32_t og_unicode_to_lower(uint32_t cp);
/* Decomposes cp and drops nonspacing marks: 0 to 3 characters. */
int og_unicode_strip(uint32_t cp, uint32_t out[3]);

#endif
