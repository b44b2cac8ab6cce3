/* format.c: the % operator, str.format and strftime. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/jinja/value.h"

enum { WIDTH_MAX = 10000 };

typedef struct spec { /* of one conversion */
    char fill, align, sign, type;
    bool zero, alt, comma;
    int width, precision; /* -1: none */
} spec;

static int digits(og_ja s, size_t *at) {
    int v = 0;
    while (*at < s.n && s.u.s[*at] >= '0' && s.u.s[*at] <= '9') {
        v = OG_MIN(v * 10 + (s.u.s[*at] - '0'), WIDTH_MAX);
        (*at)++;
    }
    return v;
}

/* Pads `text` to the width, by characters. */
static void padded(og_ja_sb *b, og_ja text, const spec *sp, char otherwise) {
    size_t n = og_ja_chars(text), width = sp->width > 0 ? (size_t)sp->width : 0, pad = width > n ? width - n : 0;
    char align = sp->align ? sp->align : otherwise, fill = sp->fill ? sp->fill : ' ';
    size_t left = align == '>' ? pad : align == '^' ? pad / 2 : 0, sign = 0;
    if (align == '=') {
        sign = text.n && strchr("+- ", text.u.s[0]) ? 1 : 0;
        og_ja_sb_str(b, og_ja_sub(text, 0, sign));
        og_ja_sb_fill(b, fill, pad);
        og_ja_sb_str(b, og_ja_sub(text, sign, text.n));
        return;
    }
    og_ja_sb_fill(b, fill, left);
    og_ja_sb_str(b, text);
    og_ja_sb_fill(b, fill, pad - left);
}

/* Puts ',' between thousands of the whole part. */
static void commas(char *text, size_t size) {
    char out[512];
    size_t k = 0, from = text[0] == '-' || text[0] == '+', whole = from;
    while (text[whole] >= '0' && text[whole] <= '9') whole++;
    for (size_t i = 0; text[i] && k + 2 < sizeof out; i++) {
        if (i > from && i < whole && (whole - i) % 3 == 0) out[k++] = ',';
        out[k++] = text[i];
    }
    out[k] = '\0';
    if (k < size) memcpy(text, out, k + 1);
}

static void format_number(og_ja_sb *b, og_ja v, const spec *sp) {
    char text[512], plain[512];
    char type = sp->type ? sp->type : v.type == OG_JA_FLOAT ? 'r' : 'd';
    int precision = OG_MIN(sp->precision, 60);
    double f = og_ja_real(v);
    int64_t i = v.type == OG_JA_INT ? v.u.i : v.type == OG_JA_BOOL ? v.u.b : (int64_t)(fabs(f) < 9.2e18 ? f : 0);
    if (strchr("diu", type))
        snprintf(plain, sizeof plain, "%lld", (long long)i);
    else if (type == 'x' || type == 'X' || type == 'o')
        snprintf(plain, sizeof plain,
                 type == 'x'   ? "%s%s%llx"
                 : type == 'X' ? "%s%s%llX"
                               : "%s%s%llo",
                 i < 0 ? "-" : "",
                 !sp->alt      ? ""
                 : type == 'o' ? "0o"
                 : type == 'x' ? "0x"
                               : "0X",
                 (unsigned long long)(i < 0 ? 0 - (uint64_t)i : (uint64_t)i));
    else if (type == 'r' && precision < 0)
        og_ja_number(f, plain);
    else if (type == '%')
        snprintf(plain, sizeof plain, "%.*f%%", precision < 0 ? 6 : precision, f * 100);
    else if (type == 'e' || type == 'E')
        snprintf(plain, sizeof plain, type == 'e' ? "%.*e" : "%.*E", precision < 0 ? 6 : precision, f);
    else if (type == 'g' || type == 'G' || type == 'r')
        snprintf(plain, sizeof plain, type == 'G' ? "%.*G" : "%.*g", precision < 0 ? 6 : OG_MAX(precision, 1), f);
    else
        snprintf(plain, sizeof plain, "%.*f", precision < 0 ? 6 : precision, f);
    if (sp->comma) commas(plain, sizeof plain);
    bool signless = plain[0] != '-' && (sp->sign == '+' || sp->sign == ' ');
    snprintf(text, sizeof text, "%.1s%.500s", signless ? (const char[]){sp->sign, 0} : "", plain);
    spec how = *sp;
    if (sp->zero && !sp->align) {
        how.align = '=';
        how.fill = '0';
    }
    padded(b, og_ja_text(text, strlen(text)), &how, '>');
}

/* ---- "%s" % value ---- */

static void percent_one(og_ja_rt *r, og_ja_sb *b, og_ja v, spec *sp) {
    if (sp->type == 's' || sp->type == 'r' || sp->type == 'a') {
        og_ja_sb text;
        og_ja_sb_init(&text, r);
        if (sp->type == 's')
            og_ja_sb_str(&text, og_ja_str(r, v));
        else
            og_ja_repr(&text, v, 0);
        og_ja s = og_ja_sb_done(&text);
        if (sp->precision >= 0 && !r->failed) s = og_ja_slice(r, s, og_ja_none(), og_ja_int(sp->precision), og_ja_none());
        sp->fill = 0;
        if (!r->failed) padded(b, s, sp, '>');
    } else if (sp->type == 'c' && v.type == OG_JA_STR) {
        padded(b, v, sp, '>');
    } else if (strchr("diuxXoeEfFgG", sp->type) && og_ja_is_number(v)) {
        format_number(b, v, sp);
    } else {
        og_ja_fail(r, "'%%%c' does not take a %s", sp->type, og_ja_type_name(v));
    }
}

og_ja og_ja_percent(og_ja_rt *r, og_ja fmt, og_ja args) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    bool tuple = args.type == OG_JA_LIST && args.u.list->kind == OG_JA_K_TUPLE;
    size_t used = 0, count = tuple ? args.u.list->n : 1, at = 0;
    while (at < fmt.n && og_ja_work(r, 1)) {
        int64_t hit = og_ja_find(fmt, og_ja_cstr("%"), at);
        size_t end = hit < 0 ? fmt.n : (size_t)hit;
        og_ja_sb_str(&b, og_ja_sub(fmt, at, end));
        if (hit < 0) break;
        at = end + 1;
        og_ja *named = NULL;
        spec sp = {.precision = -1};
        if (at < fmt.n && fmt.u.s[at] == '(') {
            int64_t close = og_ja_find(fmt, og_ja_cstr(")"), at);
            if (close < 0 || args.type != OG_JA_DICT) return og_ja_fail(r, "%%(name) needs its ')' and a dict");
            og_ja key = og_ja_sub(fmt, at + 1, (size_t)close);
            named = og_ja_dict_get(r, args.u.dict, key);
            if (!named) return og_ja_fail(r, "there is no value for %%(%.*s)", (int)OG_MIN(key.n, 60u), key.u.s);
            at = (size_t)close + 1;
        }
        for (; at < fmt.n && fmt.u.s[at] && strchr("-+ 0#", fmt.u.s[at]); at++) {
            char c = fmt.u.s[at];
            if (c == '-') sp.align = '<';
            if (c == '+' || (c == ' ' && !sp.sign)) sp.sign = c;
            sp.zero |= c == '0';
            sp.alt |= c == '#';
        }
        sp.width = digits(fmt, &at);
        if (at < fmt.n && fmt.u.s[at] == '.') {
            at++;
            sp.precision = digits(fmt, &at);
        }
        if (at >= fmt.n) return og_ja_fail(r, "a format ends after its '%%'");
        sp.type = fmt.u.s[at++];
        if (sp.type == '%') {
            og_ja_sb_put(&b, "%");
            continue;
        }
        if (!named && used >= count) return og_ja_fail(r, "a format has more places than values");
        og_ja v = named ? *named : tuple ? args.u.list->v[used] : args;
        used += !named;
        percent_one(r, &b, v, &sp);
    }
    if (used < count && args.type != OG_JA_DICT) return og_ja_fail(r, "a format has fewer places than values");
    return og_ja_sb_done(&b);
}

/* ---- "{}".format(value) ---- */

static bool parse_spec(og_ja s, spec *sp) {
    size_t at = 0;
    *sp = (spec){.precision = -1};
    if (s.n > 1 && s.u.s[1] && strchr("<>^=", s.u.s[1])) {
        sp->fill = s.u.s[0];
        sp->align = s.u.s[1];
        at = 2;
    } else if (s.n && s.u.s[0] && strchr("<>^=", s.u.s[0])) {
        sp->align = s.u.s[at++];
    }
    if (at < s.n && s.u.s[at] && strchr("+- ", s.u.s[at])) sp->sign = s.u.s[at++];
    if (at < s.n && s.u.s[at] == '#') sp->alt = ++at > 0;
    if (at < s.n && s.u.s[at] == '0') sp->zero = ++at > 0;
    sp->width = digits(s, &at);
    if (at < s.n && s.u.s[at] == ',') sp->comma = ++at > 0;
    if (at < s.n && s.u.s[at] == '.') {
        at++;
        sp->precision = digits(s, &at);
    }
    if (at < s.n) sp->type = s.u.s[at++];
    return at == s.n && (!sp->type || strchr("sdxXoeEfFgG%", sp->type));
}

/* The value of "name.attr[item]" or "0.attr"; `next` counts the places without a name. */
static og_ja field(og_ja_rt *r, og_ja name, const og_ja_args *a, size_t *next) {
    size_t end = 0;
    while (end < name.n && name.u.s[end] != '.' && name.u.s[end] != '[') end++;
    og_ja first = og_ja_sub(name, 0, end), v = OG_JA_NIL;
    size_t at = 0, i = first.n ? (size_t)digits(first, &at) : (*next)++;
    if (at == first.n) {
        if (i >= a->n) return og_ja_fail(r, "format: there is no argument %zu", i);
        v = a->pos[i];
    } else {
        bool found = false;
        for (size_t k = 0; k < a->n_kw && !found; k++) {
            found = og_ja_equal(r, a->names[k], first);
            v = a->kw[k];
        }
        if (!found) return og_ja_fail(r, "format: there is no argument '%.*s'", (int)OG_MIN(first.n, 60u), first.u.s);
    }
    while (end < name.n && !r->failed) {
        bool item = name.u.s[end] == '[';
        size_t from = ++end;
        while (end < name.n && (item ? name.u.s[end] != ']' : name.u.s[end] != '.' && name.u.s[end] != '[')) end++;
        og_ja part = og_ja_sub(name, from, end);
        at = 0;
        i = (size_t)digits(part, &at);
        v = og_ja_item(r, v, item && at == part.n ? og_ja_int((int64_t)i) : part);
        end += item && end < name.n;
    }
    return v;
}

static void format_one(og_ja_rt *r, og_ja_sb *b, og_ja v, char convert, og_ja how) {
    spec sp;
    if (!parse_spec(how, &sp)) {
        og_ja_fail(r, "format: '%.*s' is not a format", (int)OG_MIN(how.n, 60u), how.u.s);
        return;
    }
    if (convert == 'r') {
        og_ja_sb text;
        og_ja_sb_init(&text, r);
        og_ja_repr(&text, v, 0);
        v = og_ja_sb_done(&text);
    }
    bool number = og_ja_is_number(v) && !convert && how.n && sp.type != 's' && (v.type != OG_JA_BOOL || sp.type);
    if (number) {
        format_number(b, v, &sp);
        return;
    }
    if (sp.type && sp.type != 's') {
        og_ja_fail(r, "format: '%c' does not take a %s", sp.type, og_ja_type_name(v));
        return;
    }
    og_ja s = og_ja_str(r, v);
    if (sp.precision >= 0) s = og_ja_slice(r, s, og_ja_none(), og_ja_int(sp.precision), og_ja_none());
    if (!r->failed) padded(b, s, &sp, og_ja_is_number(v) ? '>' : '<');
}

og_ja og_ja_format(og_ja_rt *r, og_ja fmt, const og_ja_args *a) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    size_t next = 0;
    for (size_t at = 0; at < fmt.n && og_ja_work(r, 1);) {
        char c = fmt.u.s[at];
        if ((c == '{' || c == '}') && at + 1 < fmt.n && fmt.u.s[at + 1] == c) {
            og_ja_sb_str(&b, og_ja_sub(fmt, at, at + 1));
            at += 2;
            continue;
        }
        if (c == '}') return og_ja_fail(r, "format: a '}' without '{'");
        if (c != '{') {
            size_t end = at;
            while (end < fmt.n && fmt.u.s[end] != '{' && fmt.u.s[end] != '}') end++;
            og_ja_sb_str(&b, og_ja_sub(fmt, at, end));
            at = end;
            continue;
        }
        int64_t close = og_ja_find(fmt, og_ja_cstr("}"), at);
        if (close < 0) return og_ja_fail(r, "format: a '{' without '}'");
        og_ja inner = og_ja_sub(fmt, at + 1, (size_t)close), how = og_ja_cstr("");
        int64_t colon = og_ja_find(inner, og_ja_cstr(":"), 0);
        if (colon >= 0) {
            how = og_ja_sub(inner, (size_t)colon + 1, inner.n);
            inner = og_ja_sub(inner, 0, (size_t)colon);
        }
        char convert = 0;
        if (inner.n >= 2 && inner.u.s[inner.n - 2] == '!') {
            convert = inner.u.s[inner.n - 1];
            inner.n -= 2;
        }
        og_ja v = field(r, inner, a, &next);
        if (!r->failed) format_one(r, &b, v, convert, how);
        at = (size_t)close + 1;
    }
    return og_ja_sb_done(&b);
}

/* ---- dates: the Gregorian calendar from days since 1970, English names, no time zone ---- */

typedef struct date {
    int64_t year;
    int month, day, weekday, yearday, hour, minute, second; /* month and day from 1, weekday from Monday 0, yearday from 0 */
} date;

static date split_time(int64_t now) {
    int64_t days = now / 86400, left = now % 86400;
    if (left < 0) {
        left += 86400;
        days--;
    }
    date d = {.hour = (int)(left / 3600), .minute = (int)(left / 60 % 60), .second = (int)(left % 60)};
    d.weekday = (int)(((days + 3) % 7 + 7) % 7);
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097; /* eras of 400 years from 1 March 0000 */
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100),
            mp = (5 * doy + 2) / 153;
    d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    d.year = yoe + era * 400 + (d.month <= 2);
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool leap = d.year % 4 == 0 && (d.year % 100 != 0 || d.year % 400 == 0);
    d.yearday = before[d.month - 1] + d.day - 1 + (leap && d.month > 2);
    return d;
}

static bool conversion(og_ja_sb *b, char c, const date *d, int64_t now) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    static const char *const weekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    char text[64];
    const char *month = months[d->month - 1], *weekday = weekdays[d->weekday];
    int hour = d->hour % 12 ? d->hour % 12 : 12;
    switch (c) {
    case 'Y':
        snprintf(text, sizeof text, "%lld", (long long)d->year);
        break;
    case 'y':
        snprintf(text, sizeof text, "%02d", (int)(d->year % 100));
        break;
    case 'm':
        snprintf(text, sizeof text, "%02d", d->month);
        break;
    case 'd':
        snprintf(text, sizeof text, "%02d", d->day);
        break;
    case 'e':
        snprintf(text, sizeof text, "%2d", d->day);
        break;
    case 'H':
        snprintf(text, sizeof text, "%02d", d->hour);
        break;
    case 'I':
        snprintf(text, sizeof text, "%02d", hour);
        break;
    case 'M':
        snprintf(text, sizeof text, "%02d", d->minute);
        break;
    case 'S':
        snprintf(text, sizeof text, "%02d", d->second);
        break;
    case 'f':
        snprintf(text, sizeof text, "000000");
        break;
    case 'j':
        snprintf(text, sizeof text, "%03d", d->yearday + 1);
        break;
    case 'p':
        snprintf(text, sizeof text, "%s", d->hour < 12 ? "AM" : "PM");
        break;
    case 'B':
        snprintf(text, sizeof text, "%s", month);
        break;
    case 'b':
    case 'h':
        snprintf(text, sizeof text, "%.3s", month);
        break;
    case 'A':
        snprintf(text, sizeof text, "%s", weekday);
        break;
    case 'a':
        snprintf(text, sizeof text, "%.3s", weekday);
        break;
    case 'u':
        snprintf(text, sizeof text, "%d", d->weekday + 1);
        break;
    case 'w':
        snprintf(text, sizeof text, "%d", (d->weekday + 1) % 7);
        break;
    case 'D':
    case 'x':
        snprintf(text, sizeof text, "%02d/%02d/%02d", d->month, d->day, (int)(d->year % 100));
        break;
    case 'F':
        snprintf(text, sizeof text, "%lld-%02d-%02d", (long long)d->year, d->month, d->day);
        break;
    case 'T':
    case 'X':
        snprintf(text, sizeof text, "%02d:%02d:%02d", d->hour, d->minute, d->second);
        break;
    case 'R':
        snprintf(text, sizeof text, "%02d:%02d", d->hour, d->minute);
        break;
    case 'c':
        snprintf(text, sizeof text, "%.3s %.3s %2d %02d:%02d:%02d %lld", weekday, month, d->day, d->hour, d->minute, d->second,
                 (long long)d->year);
        break;
    case 's':
        snprintf(text, sizeof text, "%lld", (long long)now);
        break;
    case 'n':
        snprintf(text, sizeof text, "\n");
        break;
    case 't':
        snprintf(text, sizeof text, "\t");
        break;
    case 'Z':
    case 'z':
        text[0] = '\0';
        break;
    case '%':
        snprintf(text, sizeof text, "%%");
        break;
    default:
        return false;
    }
    og_ja_sb_put(b, text);
    return true;
}

og_ja og_ja_strftime(og_ja_rt *r, og_ja fmt, int64_t now) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    date d = split_time(now);
    for (size_t i = 0; i < fmt.n && !r->failed; i++) {
        char c = fmt.u.s[i];
        bool dash = c == '%' && i + 2 < fmt.n && fmt.u.s[i + 1] == '-';
        if (c != '%' || i + 1 >= fmt.n) {
            og_ja_sb_str(&b, og_ja_sub(fmt, i, i + 1));
            continue;
        }
        i += dash ? 2 : 1;
        size_t start = b.n;
        if (!conversion(&b, fmt.u.s[i], &d, now)) og_ja_sb_str(&b, og_ja_sub(fmt, i - 1, i + 1));
        while (dash && b.n > start + 1 && (b.s[start] == '0' || b.s[start] == ' ')) { /* without leading zeros */
            memmove(b.s + start, b.s + start + 1, b.n - start - 1);
            b.n--;
        }
    }
    return og_ja_sb_done(&b);
}
