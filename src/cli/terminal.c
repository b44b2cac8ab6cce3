/* terminal.c: colours, width, control characters, Ctrl-C. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/terminal.h"

static bool colors_off;

bool og_cli_is_terminal(FILE *f) {
    return isatty(fileno(f)) == 1;
}

int og_cli_width(FILE *f) {
    struct winsize size;
    if (ioctl(fileno(f), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

void og_cli_no_color(void) {
    colors_off = true;
}

const char *og_cli_style(FILE *f, og_cli_look look) {
    static const char *const code[] = {
        [OG_STYLE_NONE] = "\033[0m",   [OG_STYLE_BOLD] = "\033[1m",    [OG_STYLE_DIM] = "\033[2m",
        [OG_STYLE_GREEN] = "\033[32m", [OG_STYLE_YELLOW] = "\033[33m", [OG_STYLE_RED] = "\033[31m",
    };
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    bool unwanted = colors_off || (no != NULL && *no != '\0') || term == NULL || strcmp(term, "dumb") == 0;
    return unwanted || !og_cli_is_terminal(f) ? "" : code[look];
}

/* Bytes of the control character at s (C0 except newline and tab, DEL, C1 as UTF-8), or 0; its number in *c. */
static size_t control_at(const char *s, size_t n, unsigned *c) {
    const unsigned char *u = (const unsigned char *)s;
    *c = u[0];
    if ((u[0] < 0x20 && u[0] != '\n' && u[0] != '\t') || u[0] == 0x7f) return 1;
    if (n >= 2 && u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f) return 2;
    return 0;
}

bool og_cli_put(FILE *f, const char *text, size_t len) {
    if (!og_cli_is_terminal(f)) return fwrite(text, 1, len, f) == len;
    size_t from = 0;
    for (size_t i = 0; i < len;) {
        unsigned c;
        size_t n = control_at(text + i, len - i, &c);
        if (n == 0) {
            i++;
            continue;
        }
        if (fwrite(text + from, 1, i - from, f) != i - from) return false;
        /* U+2400 + c is the picture of control character c, U+2421 that of DEL; C1 has none */
        unsigned picture = n == 2 ? 0xfffd : c == 0x7f ? 0x2421 : 0x2400 + c;
        if (fprintf(f, "%c%c%c", 0xe0 | (int)(picture >> 12), 0x80 | (int)(picture >> 6 & 63), 0x80 | (int)(picture & 63)) < 0)
            return false;
        i += n;
        from = i;
    }
    return fwrite(text + from, 1, len - from, f) == len - from;
}

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t interrupts;
static og_session *volatile cancelled_session;
static int wake_pipe[2] = {-1, -1}; /* a handler writes, og_cli_wait_input reads */

void og_cli_wake(void) {
    int saved = errno;
    if (write(wake_pipe[1], "", 1) < 0) errno = saved; /* full: it is awake already */
}

static void on_interrupt(int sig) {
    if (++interrupts >= 3) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
    og_session *session = cancelled_session;
    if (session != NULL) og_session_cancel(session);
    og_cli_wake();
}

void og_cli_catch_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, NULL, &before);
    if (before.sa_handler == SIG_IGN) return; /* a job in the background of a script ignores it */
    if (pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) != 0) wake_pipe[0] = wake_pipe[1] = -1;
    sigaction(SIGINT, &action, NULL);
}

bool og_cli_wait_input(void) {
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = wake_pipe[0], .events = POLLIN}};
    int n;
    do n = poll(fds, 2, -1);
    while (n < 0 && errno == EINTR);
    char drained[64];
    bool woken = n > 0 && fds[1].revents != 0 && read(wake_pipe[0], drained, sizeof drained) > 0;
    return !woken && !og_cli_interrupted();
}

bool og_cli_interrupted(void) {
    return interrupts > 0;
}
void og_cli_clear_interrupt(void) {
    interrupts = 0;
}
void og_cli_cancels(og_session *session) {
    cancelled_session = session;
}
