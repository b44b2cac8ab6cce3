/* reply.c: an answer in parts. */
#include "text/tools/reply.h"
#include "base/utf8.h"

#include <stdatomic.h>
#include <string.h>

/* ---- saying ---- */

bool og_reply_say(og_reply *r, og_reply_kind kind, const char *text, size_t len) {
    if (len == 0 || r->refused) return true;
    const og_reply_event e = {.kind = kind, .text = text, .len = len, .index = r->calls - 1};
    if (!r->fn(r->user, &e)) r->refused = true;
    return true;
}

void og_reply_drop(og_reply *r, size_t n) {
    r->buf.len -= n;
    memmove(r->buf.data, r->buf.data + n, r->buf.len);
}

bool og_reply_broken(og_reply *r, const char *what) {
    return og_reply_say(r, OG_REPLY_BROKEN, what, strlen(what));
}

/* Nine letters and digits that no other call of this process has. */
static void make_id(char *id) {
    static atomic_uint_fast64_t counter;
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint64_t h = (atomic_fetch_add(&counter, 1) + 1) * 0x9e3779b97f4a7c15 ^ (uint64_t)(og_now() * 1e9);
    for (int i = 0; i < OG_CALL_ID; i++) {
        h = (h ^ h >> 31) * 0xbf58476d1ce4e5b9;
        id[i] = letters[(h >> 40) % (sizeof letters - 1)];
    }
    id[OG_CALL_ID] = '\0';
}

void og_reply_begin_call(og_reply *r) {
    if (!*r->id) make_id(r->id);
    const og_reply_event e = {.kind = OG_REPLY_CALL, .text = "", .index = r->calls++, .id = r->id, .name = r->name};
    if (!r->refused && !r->fn(r->user, &e)) r->refused = true;
    r->args.len = 0;
    r->depth = 0;
    r->quoted = r->escaped = false;
}

void og_reply_end_call(og_reply *r) {
    og_jread j;
    og_jread_open(&j, r->args.data ? r->args.data : "", r->args.len);
    const og_jevent first = og_jread_next(&j);
    const bool good = first == OG_JSON_OBJECT && og_jread_skip(&j, first) != OG_JSON_BAD && og_jread_next(&j) == OG_JSON_END;
    *r->id = '\0';
    if (!good) {
        og_reply_broken(r, "the arguments of the call are not a JSON object");
        return;
    }
    const og_reply_event e = {.kind = OG_REPLY_CALL_END, .text = "", .index = r->calls - 1};
    if (!r->refused && !r->fn(r->user, &e)) r->refused = true;
}

/* ---- marks ---- */

size_t og_reply_find(const char *s, size_t len, const char *const *mark, size_t n, bool last, int *which) {
    *which = -1;
    for (size_t at = 0; at < len; at++)
        for (size_t i = 0; i < n; i++) {
            const size_t k = strlen(mark[i]), left = len - at;
            if (k == 0 || memcmp(s + at, mark[i], OG_MIN(k, left)) != 0 || (left < k && last)) continue;
            if (left >= k) *which = (int)i;
            return at;
        }
    return len;
}

static bool is_white(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* How much of the beginning may be given out: whole characters, no white space that may come before a mark. */
static size_t settled(const og_reply *r, size_t n) {
    if (r->last) return n;
    n = og_utf8_whole(r->buf.data, n);
    while (n > 0 && is_white(r->buf.data[n - 1])) n--;
    return n;
}

static void trim(og_reply *r, size_t *n) {
    size_t white = 0;
    while (r->trim && white < *n && is_white(r->buf.data[white])) white++;
    if (white < *n) r->trim = false;
    og_reply_drop(r, white);
    *n -= white;
}

/* Text of this kind up to `n`, of which what comes before a mark (marked) is all there is. */
static bool speak(og_reply *r, og_reply_kind kind, size_t n, bool marked) {
    trim(r, &n);
    size_t out = n;
    if (marked)
        while (out > 0 && is_white(r->buf.data[out - 1])) out--;
    else
        out = settled(r, n);
    for (size_t i = 0; i < out && kind == OG_REPLY_CONTENT; i++) r->first = r->first && is_white(r->buf.data[i]);
    og_reply_say(r, kind, r->buf.data, out);
    og_reply_drop(r, marked ? n : out);
    return marked;
}

/* ---- states ---- */

static bool wants_calls(const og_reply *r) {
    return r->tools->format && r->tools->n > 0 && r->tools->choice != OG_TOOLS_NONE;
}

static bool content(og_reply *r) {
    const og_think_marks *think = r->tools->think;
    const og_call_format *f = wants_calls(r) ? r->tools->format : NULL;
    const char *trigger[2] = {"", ""}, *mark[3] = {"", "", ""};
    char literal[2][48];
    size_t white = 0;
    if (f) {
        const char *p;
        size_t n = og_call_trigger(f, &p);
        for (int i = 0; i < 2 && n < sizeof literal[0]; i++) {
            memcpy(literal[i], p, n);
            literal[i][n] = '\0';
            trigger[i] = literal[i];
            p = strchr(p, OG_PAT_OR);
            if (!p || *f->begin) break;
            n = strcspn(++p, "\1\2\3");
        }
    }
    while (white < r->buf.len && is_white(r->buf.data[white])) white++;
    const bool at_start = r->first && white < r->buf.len;
    if (think && r->first) mark[0] = think->open;
    if (f && (!(f->how & OG_CALL_FIRST) || r->first)) mark[1] = trigger[0], mark[2] = trigger[1];
    int which;
    size_t at = og_reply_find(r->buf.data, r->buf.len, mark, 3, r->last, &which);
    /* some count at the beginning only */
    const bool only_first = (which == 0 || (f && (f->how & OG_CALL_FIRST)));
    if (at < r->buf.len && only_first && at_start && at != white) {
        r->first = false;
        return speak(r, OG_REPLY_CONTENT, white + 1, false) || true;
    }
    if (at == r->buf.len || which < 0) return speak(r, OG_REPLY_CONTENT, at, false);
    if (which > 0 && (f->how & OG_CALL_FIRST)) { /* it takes a name to tell */
        const long n = og_pattern_match_at(f->open, r->buf.data + at, r->buf.len - at, NULL);
        if (n == OG_PAT_MORE && !r->last) return false;
        if (n < 0) {
            r->first = false;
            return true;
        }
    }
    speak(r, OG_REPLY_CONTENT, at, true);
    if (which == 0) {
        og_reply_drop(r, strlen(think->open));
        r->state = OG_R_THINK;
        r->trim = true;
    } else {
        r->state = OG_R_OPEN;
    }
    return true;
}

static bool think(og_reply *r) {
    const char *const mark[] = {r->tools->think->close};
    int which;
    const size_t at = og_reply_find(r->buf.data, r->buf.len, mark, 1, r->last, &which);
    if (which < 0) return speak(r, OG_REPLY_REASONING, at, false);
    speak(r, OG_REPLY_REASONING, at, true);
    og_reply_drop(r, strlen(mark[0]));
    r->state = OG_R_CONTENT;
    r->trim = r->first = true;
    return true;
}

/* The call that seemed to begin is none: its first characters are text. */
static bool no_call(og_reply *r) {
    const char *trigger;
    const size_t n = OG_MIN(og_call_trigger(r->tools->format, &trigger), r->buf.len);
    og_reply_broken(r, "what begins like a call is none");
    og_reply_say(r, OG_REPLY_CONTENT, r->buf.data, og_utf8_whole(r->buf.data, n));
    og_reply_drop(r, og_utf8_whole(r->buf.data, n));
    r->first = false;
    r->state = OG_R_CONTENT;
    return true;
}

/* Two patterns, one behind the other. */
static long match_both(const og_reply *r, const char *a, const char *b) {
    const long n = og_pattern_match_at(a, r->buf.data, r->buf.len, NULL);
    if (n < 0) return n;
    const long m = og_pattern_match_at(b, r->buf.data + n, r->buf.len - (size_t)n, NULL);
    return m < 0 ? m : n + m;
}

static bool open_call(og_reply *r) {
    const long n = match_both(r, r->tools->format->begin, r->tools->format->open);
    if (n == OG_PAT_MORE && !r->last) return false;
    if (n < 0) return no_call(r);
    og_reply_drop(r, (size_t)n);
    r->state = OG_R_NAME;
    return true;
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool name(og_reply *r) {
    size_t n = 0;
    while (n < r->buf.len && is_name(r->buf.data[n])) n++;
    if (n == r->buf.len && n <= OG_TOOL_NAME_MAX && !r->last) return false;
    const long m =
        n == 0 || n > OG_TOOL_NAME_MAX ? OG_PAT_NO : og_pattern_match_at(r->tools->format->middle, r->buf.data + n, r->buf.len - n, r->id);
    if (m == OG_PAT_MORE && !r->last) return false;
    if (m < 0) {
        og_reply_broken(r, "a call without a name, or without arguments");
        *r->id = '\0';
        r->state = OG_R_CONTENT;
        r->first = false;
        return true;
    }
    memcpy(r->name, r->buf.data, n);
    r->name[n] = '\0';
    if (strlen(r->id) != OG_CALL_ID) *r->id = '\0';
    og_reply_drop(r, n + (size_t)m);
    og_reply_begin_call(r);
    r->state = OG_R_ARGS;
    r->trim = true;
    return true;
}

/* Goes on in a JSON object; true at its end, *n bytes further. */
static bool scan(og_reply *r, size_t *n) {
    for (size_t i = 0; i < r->buf.len; i++) {
        const char c = r->buf.data[i];
        if (r->quoted) {
            if (r->escaped)
                r->escaped = false;
            else if (c == '\\')
                r->escaped = true;
            else if (c == '"')
                r->quoted = false;
        } else if (c == '"') {
            r->quoted = true;
        } else if (c == '{' || c == '[') {
            r->depth++;
        } else if ((c == '}' || c == ']') && --r->depth <= 0) {
            *n = i + 1;
            return true;
        }
    }
    *n = r->buf.len;
    return false;
}

static bool arguments(og_reply *r) {
    size_t n = r->buf.len;
    trim(r, &n);
    if (n == 0) return false;
    if (r->tools->format->how & OG_CALL_GEMMA) return og_reply_gemma(r);
    if (r->args.len == 0 && r->buf.data[0] != '{') {
        og_reply_broken(r, "a call whose arguments are not a JSON object");
        *r->id = '\0';
        r->state = OG_R_CONTENT;
        r->first = false;
        return true;
    }
    const size_t whole = og_utf8_whole(r->buf.data, r->buf.len), held = r->buf.len - whole;
    r->buf.len = whole; /* an unfinished character waits */
    const bool over = scan(r, &n);
    og_buf_add(&r->args, r->buf.data, n);
    og_reply_say(r, OG_REPLY_ARGUMENTS, r->buf.data, n);
    r->buf.len += held;
    og_reply_drop(r, n);
    if (!over) return false;
    og_reply_end_call(r);
    r->state = OG_R_CLOSE;
    return true;
}

static bool close_call(og_reply *r) {
    const long n = og_pattern_match_at(r->tools->format->close, r->buf.data, r->buf.len, NULL);
    if (n == OG_PAT_MORE && !r->last) return false;
    if (n > 0) og_reply_drop(r, (size_t)n);
    r->state = OG_R_AFTER;
    return true;
}

static bool after(og_reply *r) {
    const og_call_format *f = r->tools->format;
    const long next = match_both(r, f->between, f->open),
               end = *f->end ? og_pattern_match_at(f->end, r->buf.data, r->buf.len, NULL) : OG_PAT_NO;
    if (next >= 0) {
        og_reply_drop(r, (size_t)next);
        r->state = OG_R_NAME;
        return true;
    }
    if ((next == OG_PAT_MORE || end == OG_PAT_MORE) && end < 0 && !r->last) return false;
    if (end > 0) og_reply_drop(r, (size_t)end);
    r->state = OG_R_CONTENT;
    r->trim = r->first = true;
    return true;
}

static bool step(og_reply *r) {
    if (r->buf.len == 0 || r->refused) return false;
    switch (r->state) {
    case OG_R_CONTENT:
        return content(r);
    case OG_R_THINK:
        return think(r);
    case OG_R_OPEN:
        return open_call(r);
    case OG_R_NAME:
        return name(r);
    case OG_R_ARGS:
        return arguments(r);
    case OG_R_CLOSE:
        return close_call(r);
    case OG_R_AFTER:
        return after(r);
    case OG_R_HEAD:
        return og_reply_head(r);
    case OG_R_BODY:
        return og_reply_body(r);
    }
    return false;
}

/* ---- the public functions ---- */

og_status og_reply_open(const og_tools *tools, og_reply_fn *fn, void *user, og_reply **out, og_error *err) {
    if (!tools || !fn || !out) return og_fail(err, OG_ERR_ARG, "og_reply_open needs tools, a callback and a place for the reply");
    og_reply *r = og_calloc(1, sizeof *r);
    if (!r) return og_fail(err, OG_ERR_MEMORY, "out of memory for an answer");
    *r = (og_reply){.tools = tools, .fn = fn, .user = user, .first = true, .state = OG_R_CONTENT};
    og_buf_init(&r->buf);
    og_buf_init(&r->args);
    r->stream.started = true;
    if (tools->in_reasoning) r->state = OG_R_THINK, r->trim = true;
    if (tools->harmony) r->state = OG_R_HEAD;
    *out = r;
    return OG_OK;
}

void og_reply_close(og_reply *r) {
    if (!r) return;
    og_buf_free(&r->buf);
    og_buf_free(&r->args);
    og_release(r);
}

static og_status run(og_reply *r, og_error *err) {
    while (!r->buf.failed && !r->args.failed && step(r)) {}
    if (r->buf.failed || r->args.failed) return og_fail(err, OG_ERR_MEMORY, "out of memory for an answer");
    return r->refused ? og_fail(err, OG_ERR_CANCELLED, "the answer was not wanted any more") : OG_OK;
}

og_status og_reply_feed(og_reply *r, const char *text, size_t len, og_error *err) {
    og_buf_add(&r->buf, text, len);
    return run(r, err);
}

/* Whether a control token is a part of something that is looked for; others are no text. */
static bool is_mark(const og_tools *t, const char *name) {
    const og_call_format *f = t->format;
    if (t->harmony) return true;
    if (t->think && (strstr(t->think->open, name) || strstr(t->think->close, name))) return true;
    if (!f) return false;
    const char *const in[] = {f->begin, f->open, f->middle, f->close, f->between, f->end, f->how & OG_CALL_GEMMA ? "<|\"|>" : ""};
    for (size_t i = 0; i < OG_LEN(in); i++)
        if (strstr(in[i], name)) return true;
    return false;
}

og_status og_reply_token(og_reply *r, int32_t id, og_error *err) {
    const og_tok *tok = r->tools->chat->tok;
    const size_t before = r->buf.len;
    size_t len = 0;
    OG_TRY(og_tok_text(tok, id, &r->buf, err));
    const char *name = r->buf.len == before ? og_tok_piece(tok, id, &len) : NULL;
    r->buf.len = before;
    OG_TRY(og_stream_add(&r->stream, tok, id, name && len && is_mark(r->tools, name), &r->buf, err));
    return run(r, err);
}

og_status og_reply_finish(og_reply *r, og_error *err) {
    og_stream_end(&r->stream, &r->buf);
    r->last = true;
    og_status status = run(r, err);
    if (status != OG_OK) return status;
    if (r->state == OG_R_BODY && r->body == OG_REPLY_ARGUMENTS) {
        og_reply_end_call(r);
        r->state = OG_R_HEAD;
    } else if (r->state >= OG_R_OPEN && r->state <= OG_R_ARGS) {
        og_reply_broken(r, "the answer ends within a call");
    }
    return r->refused ? og_fail(err, OG_ERR_CANCELLED, "the answer was not wanted any more") : OG_OK;
}

bool og_reply_in_reasoning(const og_reply *r) {
    return r->state == OG_R_THINK || (r->state == OG_R_BODY && r->body == OG_REPLY_REASONING);
}

int og_reply_calls(const og_reply *r) {
    return r->calls;
}
