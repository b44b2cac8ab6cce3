/* http.c: see http.h. */
#include "server/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_token(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes in place; false for half an escape or a byte below ' '. */
static bool decode_percent(char *s, bool plus) {
    char *to = s;
    for (; *s; s++) {
        char c = *s;
        if (c == '%') {
            const int high = hex(s[1]), low = high < 0 ? -1 : hex(s[2]);
            if (low < 0) return false;
            c = (char)(high * 16 + low);
            s += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        if ((unsigned char)c < ' ' || c == 127) return false;
        *to++ = c;
    }
    *to = '\0';
    return true;
}

static bool has_dots(const char *path) {
    for (const char *s = path; (s = strstr(s, "/.")) != NULL; s++) {
        const char *rest = s + 2 + (s[2] == '.');
        if (*rest == '/' || *rest == '\0') return true;
    }
    return false;
}

static int parse_line(char *line, og_head *h, const char **why) {
    *why = "the request line is not METHOD /PATH HTTP/1.1";
    char *space = strchr(line, ' ');
    if (!space || space == line || space - line > 16) return 400;
    for (const char *s = line; s < space; s++)
        if (!is_token(*s)) return 400;
    *space = '\0';
    h->method = line;
    char *target = space + 1, *end = strchr(target, ' ');
    if (!end) return 400;
    *end = '\0';
    if (strncmp(end + 1, "HTTP/", 5) != 0) return 400;
    if (strcmp(end + 1, "HTTP/1.1") != 0 && strcmp(end + 1, "HTTP/1.0") != 0) {
        *why = "this server speaks HTTP/1.1";
        return 505;
    }
    h->minor = end[8] - '0';
    if (end - target > OG_HTTP_PATH_MAX) {
        *why = "the path is too long";
        return 414;
    }
    *why = "the path has to begin with '/', and to hold neither control characters nor dot segments";
    if (target[0] != '/') return 400;
    char *mark = strchr(target, '?');
    if (mark) *mark = '\0';
    h->query = mark ? mark + 1 : end;
    h->path = target;
    if (!decode_percent(target, false) || has_dots(target)) return 400;
    return 0;
}

static int parse_header(char *line, og_head *h, const char **why) {
    *why = "a header line is not NAME: VALUE";
    char *colon = strchr(line, ':');
    if (!colon || colon == line) return 400;
    for (char *s = line; s < colon; s++) {
        if (!is_token(*s)) return 400; /* blanks before the colon and folded lines too */
        if (*s >= 'A' && *s <= 'Z') *s = (char)(*s - 'A' + 'a');
    }
    *colon = '\0';
    char *value = colon + 1, *end = value + strlen(value);
    while (*value == ' ' || *value == '\t') value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) *--end = '\0';
    for (const char *s = value; *s; s++)
        if (((unsigned char)*s < ' ' && *s != '\t') || *s == 127) return 400;
    if (h->n_headers == OG_HTTP_HEADERS_MAX) {
        *why = "there are too many headers";
        return 431;
    }
    static const char *const once[] = {"host",      "content-length", "transfer-encoding", "authorization",
                                       "x-api-key", "origin",         "content-type"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        if (strcmp(line, once[i]) != 0 || !og_header(h, line)) continue;
        *why = "a header that can be there once is there twice";
        return 400;
    }
    h->header[h->n_headers].name = line;
    h->header[h->n_headers++].value = value;
    return 0;
}

/* What the headers say about the body and the connection. */
static int parse_framing(og_head *h, const char **why) {
    const char *length = og_header(h, "content-length"), *coding = og_header(h, "transfer-encoding");
    const char *connection = og_header(h, "connection"), *expect = og_header(h, "expect");
    *why = "the length of the body is not clear";
    if (coding && (length || strcasecmp(coding, "chunked") != 0 || h->minor == 0)) return 400;
    h->chunked = coding != NULL;
    if (length) {
        const size_t n = strlen(length);
        if (n == 0 || n > 18 || strspn(length, "0123456789") != n) return 400;
        h->content_length = strtoull(length, NULL, 10);
        h->has_length = true;
    }
    if (h->minor == 1 && !og_header(h, "host")) {
        *why = "the Host header is missing";
        return 400;
    }
    h->keep_alive =
        h->minor == 1 ? !connection || strcasestr(connection, "close") == NULL : connection && strcasecmp(connection, "keep-alive") == 0;
    h->expect_continue = expect && strcasecmp(expect, "100-continue") == 0;
    return 0;
}

int og_head_parse(char *text, size_t len, og_head *out, const char **why) {
    *out = (og_head){0};
    *why = "the head of the request is damaged";
    if (len < 4 || memcmp(text + len - 4, "\r\n\r\n", 4) != 0 || memchr(text, '\0', len)) return 400;
    text[len - 2] = '\0';
    for (char *line = text; *line;) {
        char *end = strstr(line, "\r\n"); /* there is one: the text ends in it */
        *end = '\0';
        if (strpbrk(line, "\r\n")) return 400;
        const int status = line == text ? parse_line(line, out, why) : parse_header(line, out, why);
        if (status) return status;
        line = end + 2;
    }
    return out->method ? parse_framing(out, why) : 400;
}

const char *og_header(const og_head *head, const char *name) {
    for (size_t i = 0; i < head->n_headers; i++)
        if (strcmp(head->header[i].name, name) == 0) return head->header[i].value;
    return NULL;
}

bool og_head_query(const char *query, const char *name, char *out, size_t size) {
    const size_t n = strlen(name);
    for (const char *s = query; *s;) {
        const size_t len = strcspn(s, "&");
        if (len > n && strncmp(s, name, n) == 0 && s[n] == '=') {
            if (len - n - 1 >= size) return false;
            memcpy(out, s + n + 1, len - n - 1);
            out[len - n - 1] = '\0';
            return decode_percent(out, true);
        }
        s += len + (s[len] == '&');
    }
    return false;
}

/* ---- chunks ---- */

enum { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LINE, TRAILER_LF, END_LF, ENDED, BROKEN, DIGITS };

static int step(og_chunks *c, char b) {
    switch (c->state) {
    case SIZE: /* the first digit */
    case DIGITS:
        if (hex(b) >= 0) return c->left >> 56 ? BROKEN : (c->left = c->left * 16 + (uint64_t)hex(b), DIGITS);
        if (c->state == SIZE) return BROKEN;
        return b == '\r' ? SIZE_LF : b == ';' || b == ' ' || b == '\t' ? EXTENSION : BROKEN;
    case EXTENSION:
        return b == '\r' ? SIZE_LF : b == '\n' ? BROKEN : EXTENSION;
    case SIZE_LF:
        return b != '\n' ? BROKEN : c->left > 0 ? DATA : TRAILER;
    case DATA_CR:
        return b == '\r' ? DATA_LF : BROKEN;
    case DATA_LF:
        return b == '\n' ? SIZE : BROKEN;
    case TRAILER:
        return b == '\r' ? END_LF : b == '\n' ? BROKEN : TRAILER_LINE;
    case TRAILER_LINE:
        return b == '\r' ? TRAILER_LF : b == '\n' ? BROKEN : TRAILER_LINE;
    case TRAILER_LF:
        return b == '\n' ? TRAILER : BROKEN;
    case END_LF:
        return b == '\n' ? ENDED : BROKEN;
    default:
        return BROKEN;
    }
}

og_chunks_more og_chunks_read(og_chunks *c, const char *in, size_t len, size_t *used, const char **data, size_t *n) {
    *used = 0;
    *data = in;
    *n = 0;
    while (*used < len && c->state != ENDED && c->state != BROKEN) {
        if (c->state == DATA) {
            *data = in + *used;
            *n = len - *used < c->left ? len - *used : (size_t)c->left;
            *used += *n;
            c->left -= *n;
            c->total += *n;
            if (c->left == 0) c->state = DATA_CR;
            return OG_HTTP_MORE;
        }
        c->state = step(c, in[(*used)++]);
        if (++c->overhead > OG_HTTP_HEAD_MAX + c->total) c->state = BROKEN; /* sizes and trailers outweigh what they carry */
    }
    return c->state == ENDED ? OG_HTTP_DONE : c->state == BROKEN ? OG_HTTP_BAD : OG_HTTP_MORE;
}

const char *og_status_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {200, "OK"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {421, "Misdirected Request"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status) return known[i].reason;
    return "Error";
}
