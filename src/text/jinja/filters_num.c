/* filters_num.c: filters on numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/jinja/rows.h"

#define F(name) og_ja og_ja_f_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

F(abs) {
    (void)a;
    if (self.type == OG_JA_FLOAT) return og_ja_float(fabs(self.u.f));
    bool negative = og_ja_is_number(self) && og_ja_real(self) < 0;
    return og_ja_negate(r, self, negative);
}

/* A number's text without blanks around and '_' inside; false if it is too long for one. */
static bool number_text(og_ja s, char *out, size_t size) {
    s = og_ja_strip(s, NULL, true, true);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.u.s[i] == '_' && i && i + 1 < s.n && s.u.s[i - 1] != '_') continue;
        if (n + 1 >= size || !s.u.s[i]) return false;
        out[n++] = s.u.s[i];
    }
    out[n] = '\0';
    return n > 0;
}

static bool parse_float(og_ja s, double *out) {
    char text[400], *end;
    if (!number_text(s, text, sizeof text) || strchr(text, 'x') || strchr(text, 'X') || strchr(text, '(')) return false;
    *out = strtod(text, &end);
    return *end == '\0';
}

static bool parse_int(og_ja s, int64_t base, int64_t *out) {
    char text[100], *end, *p = text;
    if (base < 0 || base > 36 || base == 1 || !number_text(s, text, sizeof text)) return false;
    bool minus = *p == '-';
    if (*p == '-' || *p == '+') p++;
    int prefix = p[0] != '0' ? 0 : (p[1] | 32) == 'x' ? 16 : (p[1] | 32) == 'o' ? 8 : (p[1] | 32) == 'b' ? 2 : 0;
    if (prefix && (base == prefix || base == 0)) {
        p += 2;
        base = prefix;
    }
    if (*p == '\0' || *p == '-' || *p == '+' || *p == ' ') return false;
    unsigned long long v = strtoull(p, &end, base ? (int)base : 10);
    if (*end || v > INT64_MAX) return false;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

F(int) {
    og_ja otherwise = a->arg[0] ? *a->arg[0] : og_ja_int(0);
    int64_t i;
    double f;
    if (self.type == OG_JA_UNDEFINED)
        return r->failed ? self : og_ja_fail(r, "'%.*s' is undefined", (int)OG_MIN(self.n, 100u), self.n ? self.u.s : "");
    if (self.type == OG_JA_STR) {
        if (parse_int(self, og_ja_arg_int(r, a, 1, 10), &i)) return og_ja_int(i);
        if (!parse_float(self, &f)) return otherwise;
    } else if (self.type == OG_JA_INT || self.type == OG_JA_BOOL) {
        return og_ja_negate(r, self, false);
    } else if (self.type == OG_JA_FLOAT) {
        f = self.u.f;
    } else {
        return otherwise;
    }
    return f > -9.2e18 && f < 9.2e18 ? og_ja_int((int64_t)f) : otherwise;
}

F(float) {
    double f;
    if (self.type == OG_JA_UNDEFINED)
        return r->failed ? self : og_ja_fail(r, "'%.*s' is undefined", (int)OG_MIN(self.n, 100u), self.n ? self.u.s : "");
    if (og_ja_is_number(self)) return og_ja_float(og_ja_real(self));
    if (self.type == OG_JA_STR && parse_float(self, &f)) return og_ja_float(f);
    return a->arg[0] ? *a->arg[0] : og_ja_float(0);
}

/* Halves go to even, as the decimal digits of the number have it: Python rounds the exact value, and so does printf. */
static double round_digits(double f, int digits) {
    char text[400];
    if (!isfinite(f)) return f;
    if (digits >= 0) {
        snprintf(text, sizeof text, "%.*f", digits, f);
        return strtod(text, NULL);
    }
    double scale = pow(10, -digits);
    return rint(f / scale) * scale;
}

F(round) {
    int64_t digits = og_ja_arg_int(r, a, 0, 0);
    og_ja how = og_ja_arg_str(r, a, 1, "common");
    if (!og_ja_is_number(self)) return og_ja_fail(r, "round needs a number, not a %s", og_ja_type_name(self));
    if (digits < -300 || digits > 60) return og_ja_fail(r, "round: %lld digits are out of range", (long long)digits);
    double f = og_ja_real(self), scale = pow(10, (double)digits);
    if (og_ja_is(how, "ceil")) return og_ja_float(ceil(f * scale) / scale);
    if (og_ja_is(how, "floor")) return og_ja_float(floor(f * scale) / scale);
    if (!og_ja_is(how, "common")) return og_ja_fail(r, "round knows the methods 'common', 'ceil' and 'floor'");
    if (self.type != OG_JA_FLOAT) return og_ja_int((int64_t)round_digits(f, (int)OG_MIN(digits, 0)));
    return og_ja_float(round_digits(f, (int)digits));
}

F(filesizeformat) {
    static const char *const units[2][8] = {{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"},
                                            {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}};
    og_ja number = og_ja_f_float(r, self, &(og_ja_args){0});
    if (r->failed) return OG_JA_NIL;
    bool binary = og_ja_arg_bool(a, 0, false);
    double bytes = og_ja_real(number), base = binary ? 1024 : 1000;
    char text[64];
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    if (bytes == 1) return og_ja_cstr("1 Byte");
    if (bytes < base) {
        snprintf(text, sizeof text, "%.0f Bytes", bytes > -1e15 ? bytes : 0);
    } else {
        int i = 0;
        double unit = base * base;
        for (; i < 7 && bytes >= unit; i++) unit *= base;
        snprintf(text, sizeof text, "%.1f %s", base * bytes / unit, units[binary][i]);
    }
    og_ja_sb_put(&b, text);
    return og_ja_sb_done(&b);
}
