/* gemma.c: arguments as Gemma 4 writes them: {key:<|"|>text<|"|>,n:1,list:[true]}, made JSON on the way: keys get quotes, texts escapes. */
#include "text/tools/reply.h"
#include "base/utf8.h"

#include <string.h>

static const char quote[] = "<|\"|>";
enum { QUOTE = sizeof quote - 1 };

static void put_char(og_buf *out, const char *s, size_t n) {
    const unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\')
        og_buf_addf(out, "\\%c", c);
    else if (c < 0x20)
        og_buf_addf(out, "\\u%04x", c);
    else
        og_buf_add(out, s, n);
}

bool og_reply_gemma(og_reply *r) {
    const size_t before = r->args.len;
    size_t i = 0;
    bool over = false;
    while (i < r->buf.len && !over) {
        const char *s = r->buf.data + i;
        const size_t left = r->buf.len - i;
        const bool mark = memcmp(s, quote, OG_MIN(left, (size_t)QUOTE)) == 0;
        if (mark && left < QUOTE && !r->last) break;
        if (mark && left >= QUOTE) {
            og_buf_add(&r->args, "\"", 1);
            r->quoted = !r->quoted;
            r->key = false;
            i += QUOTE;
            continue;
        }
        if (r->quoted) {
            int32_t cp;
            if (og_utf8_whole(s, left) == 0 && !r->last) break;
            const size_t n = (size_t)og_utf8_decode(s, left, &cp);
            if (cp < 0)
                og_buf_add(&r->args, "\xEF\xBF\xBD", 3);
            else
                put_char(&r->args, s, n);
            i += n;
            continue;
        }
        if (r->key && *s != ' ' && *s != '\n' && *s != '}' && *s != ':') { /* a key without quotes, up to its colon */
            size_t n = 0;
            while (n < left && s[n] != ':' && s[n] != '}' && s[n] != ',') n++;
            if (n == left && !r->last) break;
            og_buf_add(&r->args, "\"", 1);
            for (size_t k = 0; k < n; k++) put_char(&r->args, s + k, 1);
            og_buf_add(&r->args, "\"", 1);
            r->key = false;
            i += n;
            continue;
        }
        og_buf_add(&r->args, s, 1);
        if (*s == '{' || *s == '[') {
            if (r->depth < OG_JSON_DEPTH) r->in_list[r->depth] = *s == '[';
            r->depth++;
        }
        if ((*s == '}' || *s == ']') && --r->depth <= 0) over = true;
        r->key = (*s == '{' || *s == ',') && (r->depth < 1 || r->depth > OG_JSON_DEPTH || !r->in_list[r->depth - 1]);
        i++;
    }
    if (i == 0) return false;
    if (!r->args.failed && r->args.data) og_reply_say(r, OG_REPLY_ARGUMENTS, r->args.data + before, r->args.len - before);
    og_reply_drop(r, i);
    if (!over) return false;
    og_reply_end_call(r);
    r->state = OG_R_CLOSE;
    return true;
}
