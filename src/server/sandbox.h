/* sandbox.h: after the start the process gives up what it does not need, so that even a mistake in it cannot send anything away. */
#ifndef OG_SERVER_SANDBOX_H
#define OG_SERVER_SANDBOX_H

#include "server/server.h"

/* Landlock: from now on only these files can be opened: those of the models (read), the folders of caches (read, write), and what the C
 * library and the engine look at (/proc, /sys, time zones). No TCP connections to anywhere, where the kernel knows of that. For this
 * thread and those it will start. False, with a sentence in `note`, if the kernel refuses. */
bool og_sandbox_files(const og_serve_params *params, char *note, size_t size);
/* Seccomp: no thread of the process can make a socket, connect one, run a program, trace another process or open a way around
 * (io_uring). False, with a sentence in `note`, if the kernel refuses. */
bool og_sandbox_calls(char *note, size_t size);

/* What the kernel says of this process, for `offgrid prove`. */
typedef struct og_sandbox_report {
    int filters; /* seccomp filters installed (Seccomp_filters of /proc/self/status) */
    bool no_new_privs;
    int landlock;        /* version of Landlock; 0: none */
    int sockets;         /* open ones, of any kind */
    const char *connect; /* the error that connect to 127.0.0.1:9 gives, on a socket made before; "0" if it works */
    const char *socket;  /* that making a socket gives */
    const char *exec;    /* that running /bin/true gives */
    const char *open;    /* that opening /etc/passwd gives */
} og_sandbox_report;

/* A socket that is made before the filter, for og_sandbox_look to try; -1 if there is none. */
int og_sandbox_probe(void);
/* Tries what must not work, and counts what is there. */
void og_sandbox_look(int probe, og_sandbox_report *out);

#endif
