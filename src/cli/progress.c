/* progress.c: one line that says how far a long work is. */
#include "cli/cli.h"
#include "cli/human.h"
#include "cli/terminal.h"

static const double first_after = 0.35, again_after = 0.1; /* seconds */

void og_cli_progress_start(og_cli_progress *p, const char *unit) {
    double now = og_cli_seconds();
    *p = (og_cli_progress){.unit = unit, .on = og_cli_is_terminal(stderr), .start = now, .last = now};
}

bool og_cli_progress_step(void *user, const char *what, uint64_t done, uint64_t total) {
    og_cli_progress *p = user;
    if (og_cli_interrupted()) return false;
    double now = og_cli_seconds(), spent = now - p->start;
    if (!p->on || total == 0 || done > total || now - p->last < (p->shown ? again_after : first_after)) return true;
    p->last = now;
    p->shown = true;
    char rate[OG_HUMAN], left[OG_HUMAN], line[256];
    double per_second = done > p->base ? (double)(done - p->base) / spent : 0;
    if (p->unit != NULL)
        snprintf(rate, sizeof rate, "%.0f %s", per_second, p->unit);
    else
        og_cli_human_bytes(rate, (uint64_t)per_second);
    og_cli_human_time(left, per_second > 0 ? (double)(total - done) / per_second : 0);
    int n = snprintf(line, sizeof line, "%s %3.0f %%  %s/s  %s left", what, 100.0 * (double)done / (double)total, rate, left);
    int width = og_cli_width(stderr) - 1;
    fprintf(stderr, "\r\033[K%.*s", n < width ? n : width, line);
    fflush(stderr);
    return true;
}

void og_cli_progress_end(og_cli_progress *p) {
    if (p->shown) fputs("\r\033[K", stderr);
    p->shown = false;
}
