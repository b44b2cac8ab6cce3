/* ratio.c: how many bytes zlib would make of a text at its usual level, without making them: the same search for repetitions (lazy, the
 * nearest of the longest; RFC 1951 has the format) and the lengths of the codes that follow. Only the length of a text's first 32 KiB is
 * found so; no window has more. */
#include "runtime/speech/decode.h"

#include <string.h>

enum {
    WINDOW = 32768,
    MIN_MATCH = 3,
    MAX_MATCH = 258,
    LAZY = 16,
    TOO_FAR = 4096,
    LITERALS = 286,
    DISTANCES = 30,
    LENGTHS = 19,
    END = 256,
    FRAME = 6, /* zlib's header and checksum */
};

/* Smallest length or distance of each code. */
static const uint16_t length_base[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                         31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};

typedef struct coded {
    const uint8_t *text;
    int n;
    uint32_t literal[LITERALS], distance[DISTANCES];
    uint64_t extra; /* bits */
} coded;

static int distance_code(int d) {
    int code = 0, base = 1;
    while (code < 29 && d >= base + (1 << (code < 2 ? 0 : code / 2 - 1))) {
        base += 1 << (code < 2 ? 0 : code / 2 - 1);
        code++;
    }
    return code;
}

static void put_match(coded *c, int length, int distance) {
    int code = 28;
    while (length_base[code] > length) code--;
    c->literal[257 + code]++;
    c->extra += length_extra[code];
    code = distance_code(distance);
    c->distance[code]++;
    c->extra += (uint64_t)(code < 2 ? 0 : code / 2 - 1);
}

/* The longest match at `at` that is longer than `least`, the nearest of equals; its distance or 0. A match never begins at byte 0. */
static int find_match(const coded *c, int at, int least, int *length) {
    const int most = OG_MIN(MAX_MATCH, c->n - at);
    int found = 0;
    *length = least;
    for (int from = at - 1; from > 0 && *length < most; from--) {
        if (c->text[from + *length] != c->text[at + *length]) continue;
        int n = 0;
        while (n < most && c->text[from + n] == c->text[at + n]) n++;
        if (n <= *length || (n == MIN_MATCH && at - from > TOO_FAR)) continue;
        *length = n;
        found = at - from;
    }
    return found;
}

static void find_repetitions(coded *c) {
    int last_length = 0, last_distance = 0;
    bool waiting = false; /* the byte before `at` is not coded yet */
    for (int at = 0; at < c->n;) {
        int length = 0, distance = 0;
        if (last_length < LAZY && c->n - at >= MIN_MATCH) distance = find_match(c, at, OG_MAX(last_length, MIN_MATCH - 1), &length);
        if (!distance) length = 0;
        if (last_length >= MIN_MATCH && length <= last_length) {
            put_match(c, last_length, last_distance);
            at += last_length - 1;
            last_length = 0;
            waiting = false;
            continue;
        }
        if (waiting) c->literal[c->text[at - 1]]++;
        waiting = true;
        last_length = length;
        last_distance = distance;
        at++;
    }
    if (waiting) c->literal[c->text[c->n - 1]]++;
    c->literal[END]++;
}

/* ---- codes ---- */

/* Lengths of Huffman's code for n symbols; at least two get one. */
static void code_lengths(const uint32_t *count, int n, uint8_t *length) {
    uint64_t weight[2 * LITERALS];
    int parent[2 * LITERALS], depth[2 * LITERALS], live[LITERALS], n_live = 0, next = n;
    for (int i = 0; i < n; i++) {
        length[i] = 0;
        weight[i] = count[i];
        if (count[i]) live[n_live++] = i;
    }
    for (int i = 0; n_live < 2; i++)
        if (!count[i]) {
            weight[i] = 1;
            live[n_live++] = i;
        }
    int used[LITERALS], n_used = n_live;
    memcpy(used, live, sizeof(int) * (size_t)n_live);
    for (; n_live > 1; next++) {
        int pair[2];
        for (int k = 0; k < 2; k++) {
            int best = 0;
            for (int i = 1; i < n_live; i++)
                if (weight[live[i]] < weight[live[best]]) best = i;
            pair[k] = live[best];
            memmove(live + best, live + best + 1, sizeof(int) * (size_t)(n_live - best - 1));
            n_live--;
        }
        weight[next] = weight[pair[0]] + weight[pair[1]];
        parent[pair[0]] = parent[pair[1]] = next;
        live[n_live++] = next;
    }
    depth[next - 1] = 0;
    for (int i = next - 2; i >= n; i--) depth[i] = depth[parent[i]] + 1;
    for (int i = 0; i < n_used; i++) length[used[i]] = (uint8_t)OG_MIN(depth[parent[used[i]]] + 1, 15);
}

static uint64_t cost(const uint32_t *count, const uint8_t *length, int n) {
    uint64_t bits = 0;
    for (int i = 0; i < n; i++) bits += (uint64_t)count[i] * length[i];
    return bits;
}

/* Runs of equal code lengths, as symbols 16 (repeat), 17 and 18 (zeros) and their extra bits. */
static uint64_t count_runs(const uint8_t *length, int n, uint32_t *symbol) {
    uint64_t extra = 0;
    int last = -1;
    for (int i = 0; i < n;) {
        int run = 1;
        while (i + run < n && length[i + run] == length[i] && run < (length[i] ? (length[i] == last ? 6 : 7) : 138)) run++;
        if (length[i] == 0 && run >= 3) {
            symbol[run <= 10 ? 17 : 18]++;
            extra += run <= 10 ? 3 : 7;
        } else if (length[i] && run - (length[i] != last) >= 3) {
            if (length[i] != last) symbol[length[i]]++;
            symbol[16]++;
            extra += 2;
        } else {
            symbol[length[i]] += (uint32_t)run;
        }
        last = length[i];
        i += run;
    }
    return extra;
}

static int used_of(const uint8_t *length, int n, int least) {
    while (n > least && !length[n - 1]) n--;
    return n;
}

/* Bits of a block with codes of its own. */
static uint64_t own_codes(const coded *c) {
    static const uint8_t order[LENGTHS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t literal[LITERALS], distance[DISTANCES], code[LENGTHS];
    uint32_t symbol[LENGTHS] = {0};
    code_lengths(c->literal, LITERALS, literal);
    code_lengths(c->distance, DISTANCES, distance);
    uint64_t extra = count_runs(literal, used_of(literal, LITERALS, 257), symbol);
    extra += count_runs(distance, used_of(distance, DISTANCES, 1), symbol);
    code_lengths(symbol, LENGTHS, code);
    int n = LENGTHS;
    while (n > 4 && !code[order[n - 1]]) n--;
    return 3 + 14 + 3 * (uint64_t)n + cost(symbol, code, LENGTHS) + extra + cost(c->literal, literal, LITERALS) +
           cost(c->distance, distance, DISTANCES) + c->extra;
}

/* Bits of a block with the codes that everybody knows. */
static uint64_t fixed_codes(const coded *c) {
    uint64_t bits = 3 + c->extra;
    for (int i = 0; i < LITERALS; i++) bits += (uint64_t)c->literal[i] * (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    for (int i = 0; i < DISTANCES; i++) bits += (uint64_t)c->distance[i] * 5;
    return bits;
}

float og_compression_ratio(const char *text, size_t n) {
    coded c = {.text = (const uint8_t *)text, .n = (int)OG_MIN(n, (size_t)WINDOW)};
    if (c.n == 0) return 0;
    find_repetitions(&c);
    const uint64_t own = own_codes(&c), fixed = fixed_codes(&c), stored = 40 + 8 * (uint64_t)c.n;
    const uint64_t bytes = FRAME + (OG_MIN(OG_MIN(own, fixed), stored) + 7) / 8;
    return (float)c.n / (float)bytes;
}
