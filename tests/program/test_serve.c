/* Attacks on the server, over raw sockets: foreign hosts and origins, keys, paths, framing, floods, slow clients. The server is a process
 * of its own, started by each group of tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/server.h"

static pid_t server;
static int port;
static const char *model = OG_SOURCE_DIR "/tests/golden/models/qwen2-gqa.gguf";

static void on_ready(void *user, const char *url) {
    const int n = atoi(strrchr(url, ':') + 1);
    if (write(*(int *)user, &n, sizeof n) != sizeof n) _exit(3);
}

/* Starts a server; false if this program is without one. */
static bool start(const og_serve_params *more) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    server = fork();
    if (server == 0) {
        og_serve_params p = *more;
        og_error err = {0};
        close(ends[0]);
        p.models = &model;
        p.n_models = 1;
        p.on_ready = on_ready;
        p.user = &ends[1];
        const og_status status = og_serve(&p, &err);
        if (status != OG_OK) fprintf(stderr, "%s\n", err.text);
        _exit(status == OG_OK ? 0 : status == OG_ERR_UNSUPPORTED ? 77 : 1);
    }
    close(ends[1]);
    const bool there = read(ends[0], &port, sizeof port) == sizeof port;
    close(ends[0]);
    if (there) return true;
    int status;
    waitpid(server, &status, 0);
    server = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 77);
    printf("skipped: this program was built without the server's libraries\n");
    return false;
}

static int stop(void **state) {
    (void)state;
    int status = 0;
    if (server == 0) return 0;
    kill(server, SIGTERM);
    waitpid(server, &status, 0);
    server = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int dial(void) {
    const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What comes until the other side closes or `seconds` are over. */
static const char *hear(int fd, double seconds) {
    static char text[1 << 16];
    size_t n = 0;
    const double end = now() + seconds;
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        const double left = end - now();
        if (left <= 0 || n == sizeof text - 1 || poll(&p, 1, (int)(left * 1e3)) <= 0) break;
        const ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0) break;
        n += (size_t)got;
    }
    text[n] = '\0';
    return text;
}

static void say(int fd, const char *text, size_t len) {
    while (len > 0) {
        const ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0) return; /* it has refused and closed: what it said is what counts */
        text += sent;
        len -= (size_t)sent;
    }
}

/* The status that a request gets; 0: none. `Connection: close` is to be among its headers. */
static int ask(const char *request) {
    const int fd = dial();
    say(fd, request, strlen(request));
    const char *answer = hear(fd, 10);
    close(fd);
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

static int get(const char *path, const char *headers) {
    char request[4096];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nConnection: close\r\n%s\r\n", path, headers);
    return ask(request);
}

static int post(const char *path, const char *body) {
    const size_t size = strlen(body) + 512;
    char *request = malloc(size);
    snprintf(request, size, "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", path, strlen(body),
             body);
    const int status = ask(request);
    free(request);
    return status;
}

static void hosts_and_origins(void **state) {
    (void)state;
    static const char *const origins[] = {"https://app.example"};
    if (!start(&(og_serve_params){.n_origins = 1, .origins = origins, .sandbox = false})) return;
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"Host: localhost\r\n", 200},
        {"Host: 127.0.0.1:8080\r\n", 200},
        {"Host: [::1]:80\r\n", 200},
        {"Host: x.localhost\r\n", 200},
        {"", 400},
        {"Host: evil.example\r\n", 403},
        {"Host: localhost.evil.example\r\n", 403},
        {"Host: 127.0.0.1.evil.example\r\n", 403},
        {"Host: 127.0.0.1@evil.example\r\n", 403},
        {"Host: localhost:80:80\r\n", 403},
        {"Host: \r\n", 403},
        {"Host: localhost\r\nHost: evil.example\r\n", 400},
        {"Host: localhost\r\nOrigin: https://evil.example\r\n", 403},
        {"Host: localhost\r\nOrigin: null\r\n", 403},
        {"Host: localhost\r\nOrigin: http://localhost.evil.example\r\n", 403},
        {"Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403},
        {"Host: localhost\r\nSec-Fetch-Site: none\r\n", 200},
        {"Host: localhost\r\nOrigin: http://localhost\r\n", 200},
        {"Host: localhost\r\nOrigin: https://app.example\r\n", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (get("/v1/models", cases[i].headers) == cases[i].status) continue;
        fail_msg("%s: not %d", cases[i].headers, cases[i].status);
    }
    assert_int_equal(ask("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\nConnection: close\r\n\r\n"),
                     204);
    assert_int_equal(ask("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n"),
                     403);
}

static void keys(void **state) {
    (void)state;
    static const char *const key[] = {"correct horse", "second"};
    if (!start(&(og_serve_params){.n_keys = 2, .keys = key})) return;
    assert_int_equal(get("/health", "Host: localhost\r\n"), 200);
    assert_int_equal(get("/v1/models", "Host: localhost\r\n"), 401);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nAuthorization: Bearer correct hors\r\n"), 401);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nAuthorization: Bearer correct horse2\r\n"), 401);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nAuthorization: Basic correct horse\r\n"), 401);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nAuthorization: Bearer \r\n"), 401);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nAuthorization: Bearer correct horse\r\n"), 200);
    assert_int_equal(get("/v1/models", "Host: localhost\r\nX-Api-Key: second\r\n"), 200);
    assert_int_equal(get("/no/such/path", "Host: localhost\r\n"), 401); /* nothing is told of what there is */
}

static void paths_and_framing(void **state) {
    (void)state;
    if (!start(&(og_serve_params){.body_limit = 1 << 20})) return;
    static const char *const paths[] = {"/../etc/passwd", "/v1/%2e%2e/models", "/v1/./models",           "//v1/models", "/v1/models%00",
                                        "/v1//models",    "/v1/models%",       "http://evil.example/v1", "*",           "/v1/models/../..",
                                        "v1/models",      "/V1/models"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const int status = get(paths[i], "Host: localhost\r\n");
        if (status != 400 && status != 404) fail_msg("%s: %d", paths[i], status);
    }
    static const char *const broken[] = {
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
        "Bad Header: x\r\n\r\n",
        "Folded: a\r\n b\r\n\r\n",
        "X : y\r\n\r\n",
        "X: \x01\r\n\r\n",
        "X\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char request[512];
        snprintf(request, sizeof request, "POST /tokenize HTTP/1.1\r\nHost: localhost\r\n%s", broken[i]);
        const int status = ask(request);
        if (status != 400) fail_msg("%s: %d", broken[i], status);
    }
    assert_int_equal(ask("GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n"), 505);
    assert_int_equal(ask("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"), 413);
    assert_int_equal(ask("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "5\r\n{\"con\r\nd;x=y\r\ntent\":\"abcd\"}\r\n0\r\nTrailer: x\r\n\r\n"),
                     200);
    assert_int_equal(post("/tokenize", "{\"content\":"), 400);
    assert_int_equal(post("/tokenize", "[]"), 400);
    assert_int_equal(post("/tokenize", ""), 400);
    assert_int_equal(post("/tokenize", "{\"content\":\"\xff\"}"), 400);
    /* deep and wide */
    char *deep = calloc(1, 900001);
    memset(deep, '[', 900000);
    assert_int_equal(post("/tokenize", deep), 400);
    memset(deep, ' ', 900000);
    assert_int_equal(post("/tokenize", deep), 400);
    free(deep);
    /* several requests at once, and one in pieces */
    const int fd = dial();
    const char *two = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for (const char *s = two; *s; s++) say(fd, s, 1);
    const char *answer = hear(fd, 5), *second = strstr(answer + 1, "HTTP/1.1 200");
    assert_non_null(second);
    close(fd);
}

static void floods(void **state) {
    (void)state;
    if (!start(&(og_serve_params){.max_connections = 8})) return;
    char *request = calloc(1, 100000);
    size_t n = (size_t)sprintf(request, "GET /health HTTP/1.1\r\nHost: localhost\r\nX: ");
    memset(request + n, 'a', 50000);
    assert_int_equal(ask(request), 431); /* without an end */
    n = (size_t)sprintf(request, "GET /health HTTP/1.1\r\nHost: localhost\r\n");
    for (int i = 0; i < 100; i++) n += (size_t)sprintf(request + n, "X%d: y\r\n", i);
    sprintf(request + n, "\r\n");
    assert_int_equal(ask(request), 431);
    n = (size_t)sprintf(request, "GET /");
    memset(request + n, 'a', 5000);
    sprintf(request + n + 5000, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_int_equal(ask(request), 414);
    free(request);
    int fd[12];
    for (int i = 0; i < 12; i++) fd[i] = dial();
    assert_int_equal(strncmp(hear(fd[11], 3), "HTTP/1.1 503", 12), 0);
    for (int i = 0; i < 12; i++) close(fd[i]);
    usleep(100000);
    assert_int_equal(get("/health", "Host: localhost\r\n"), 200);
}

static void slow_clients(void **state) {
    (void)state;
    if (!start(&(og_serve_params){.patience = 0.5})) return;
    const char *head = "GET /health HTTP/1.1\r\nHost: localhost\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const int fd = dial(), mute = dial(), body = dial();
    const char *start_of_body = "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    const double begin = now();
    say(body, start_of_body, strlen(start_of_body));
    for (const char *s = head; *s && now() - begin < 1; s++) { /* a byte now and then keeps nothing open */
        say(fd, s, 1);
        usleep(20000);
    }
    assert_int_equal(strncmp(hear(fd, 5), "HTTP/1.1 408", 12), 0);
    assert_string_equal(hear(mute, 5), ""); /* closed without a word */
    assert_int_equal(strncmp(hear(body, 5), "HTTP/1.1 408", 12), 0);
    assert_true(now() - begin < 5);
    close(fd);
    close(mute);
    close(body);
    assert_int_equal(get("/health", "Host: localhost\r\n"), 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(hosts_and_origins, stop), cmocka_unit_test_teardown(keys, stop),
        cmocka_unit_test_teardown(paths_and_framing, stop), cmocka_unit_test_teardown(floods, stop),
        cmocka_unit_test_teardown(slow_clients, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
