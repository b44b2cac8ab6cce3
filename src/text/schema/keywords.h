/* keywords.h: what the keywords' files share. */
#ifndef OG_TEXT_SCHEMA_KEYWORDS_H
#define OG_TEXT_SCHEMA_KEYWORDS_H

#include "text/schema/schema.h"

typedef og_shape *og_kw_fn(og_schema *s, const og_jval *schema, const og_jval *k, bool valid);

/* Both NULL: the keyword's value is wrong; or it is right and cannot be expressed. */
og_shape *og_kw_wrong(og_schema *s, const og_jval *schema, const og_jval *k, const char *what);
og_shape *og_kw_cannot(og_schema *s, const og_jval *schema, const og_jval *k, const char *what);
/* Valid: `shape` or any value of another type. Refused: `shape`. */
og_shape *og_kw_for(og_schema *s, og_shape *shape, og_stype type, bool valid);
bool og_kw_count(og_schema *s, const og_jval *schema, const og_jval *k, uint32_t *out);

/* keywords_many.c: arrays and objects */
og_kw_fn og_kw_prefix_items, og_kw_items, og_kw_additional_items, og_kw_contains, og_kw_unique_items, og_kw_required, og_kw_properties,
    og_kw_pattern_properties, og_kw_additional_properties, og_kw_property_names, og_kw_dependent;

#endif
