/* server.c: in a program without the libraries that the server needs. */
#include "server/sandbox.h"

#include <stdio.h>

og_status og_serve(const og_serve_params *params, og_error *err) {
    (void)params;
    err->status = OG_ERR_UNSUPPORTED;
    snprintf(err->text, sizeof err->text, "this offgrid was built without libevent, jansson and OpenSSL, which serving needs");
    return err->status;
}

bool og_sandbox_files(const og_serve_params *params, char *note, size_t size) {
    (void)params;
    snprintf(note, size, "this offgrid was built without its server, which has the filters");
    return false;
}

bool og_sandbox_calls(char *note, size_t size) {
    return og_sandbox_files(NULL, note, size);
}

int og_sandbox_probe(void) {
    return -1;
}

void og_sandbox_look(int probe, og_sandbox_report *out) {
    (void)probe;
    *out = (og_sandbox_report){.connect = "not tried", .socket = "not tried", .exec = "not tried", .open = "not tried"};
}
