/* rows.h: the functions behind the rows of filters.def, tests.def, methods.def and globals.def. */
#ifndef OG_TEXT_JINJA_ROWS_H
#define OG_TEXT_JINJA_ROWS_H

#include "text/jinja/value.h"

#define FILTER(name, fn, params) og_ja og_ja_f_##fn(og_ja_rt *r, og_ja self, og_ja_args *a);
#include "text/jinja/filters.def"
#undef FILTER
#define TEST(name, fn, params) og_ja og_ja_t_##fn(og_ja_rt *r, og_ja self, og_ja_args *a);
#include "text/jinja/tests.def"
#undef TEST
#define METHOD(type, name, fn, params) og_ja og_ja_m_##fn(og_ja_rt *r, og_ja self, og_ja_args *a);
#include "text/jinja/methods.def"
#undef METHOD
#define GLOBAL(name, fn, params) og_ja og_ja_g_##fn(og_ja_rt *r, og_ja self, og_ja_args *a);
#include "text/jinja/globals.def"
#undef GLOBAL

/* What filters and methods share. */
og_ja og_ja_capitalize(og_ja_rt *r, og_ja s);
og_ja og_ja_join(og_ja_rt *r, const og_ja_list *list, og_ja sep);
og_ja og_ja_lines(og_ja_rt *r, og_ja s, bool keep_ends); /* as str.splitlines */

#endif
