/* sandbox.c: seccomp and Landlock by themselves: a filter of a few dozen instructions needs no library. */
#include "server/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* ---- seccomp ---- */

#ifdef OUR_ARCH
/* Refused with EPERM. */
static const int refused[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_bpf,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_perf_event_open,
    SYS_personality,
    SYS_open_by_handle_at,
    SYS_pidfd_getfd,
};
enum { N_REFUSED = sizeof refused / sizeof *refused };

bool og_sandbox_calls(char *note, size_t size) {
    struct sock_filter code[N_REFUSED + 8];
    unsigned short n = 0;
    const uint32_t deny = SECCOMP_RET_ERRNO | EPERM;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, deny); /* the calls of another architecture have other numbers */
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, N_REFUSED + 1, 0); /* x32 */
#endif
    for (int i = 0; i < N_REFUSED; i++)
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i], (uint8_t)(N_REFUSED - i), 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, deny);
    const struct sock_fprog program = {.len = n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0)
        return true;
    snprintf(note, size, "the kernel does not let this process give up system calls (seccomp: %s); it goes on without", strerror(errno));
    return false;
}
#else
bool og_sandbox_calls(char *note, size_t size) {
    snprintf(note, size, "there is no filter of system calls for this CPU; the server goes on without");
    return false;
}
#endif

/* ---- Landlock: numbers as in linux/landlock.h, whose older versions do not know of networks ---- */

enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_VERSION_FLAG = 1,
    LANDLOCK_PATH_BENEATH = 1,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_ALL_V1 = (1 << 13) - 1,
    FS_REFER = 1 << 13,
    FS_TRUNCATE = 1 << 14,
    NET_CONNECT_TCP = 1 << 1,
};

typedef struct landlock_ruleset {
    uint64_t fs, net;
} landlock_ruleset;

typedef struct __attribute__((packed)) landlock_path {
    uint64_t access;
    int32_t fd;
} landlock_path;

static int landlock_version(void) {
    const long v = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION_FLAG);
    return v > 0 ? (int)v : 0;
}

static void allow(int ruleset, const char *path, uint64_t access) {
    const int fd = path ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0) return; /* what is not there needs no rule */
    struct stat st;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) access &= FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE;
    const landlock_path rule = {access, fd};
    syscall(LANDLOCK_ADD, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* A model's file, and, as it may be one of several parts, its folder. */
static void allow_model(int ruleset, const char *spec) {
    const char *equals = strchr(spec, '='), *slash = strchr(spec, '/');
    const char *path = equals && equals > spec && (!slash || equals < slash) ? equals + 1 : spec;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    char *end = strrchr(folder, '/');
    if (strstr(path, "-of-") && end) *end = '\0';
    if (strstr(path, "-of-") && !end) strcpy(folder, ".");
    allow(ruleset, folder, FS_READ_FILE | FS_READ_DIR);
}

bool og_sandbox_files(const og_serve_params *p, char *note, size_t size) {
    const int version = landlock_version();
    landlock_ruleset set = {FS_ALL_V1 | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0),
                            version >= 4 ? NET_CONNECT_TCP : 0};
    const long ruleset = version > 0 ? syscall(LANDLOCK_CREATE, &set, version >= 4 ? sizeof set : sizeof set.fs, 0) : -1;
    if (ruleset < 0) {
        snprintf(note, size, "the kernel does not let this process give up files (Landlock: %s); it goes on without",
                 version > 0 ? strerror(errno) : "not there");
        return false;
    }
    const uint64_t read_only = FS_READ_FILE | FS_READ_DIR, all = set.fs;
    for (size_t i = 0; i < p->n_models; i++) allow_model((int)ruleset, p->models[i]);
    if (p->draft) allow_model((int)ruleset, p->draft);
    static const char *const looked_at[] = {
        "/proc", "/sys", "/etc/localtime", "/usr/share/zoneinfo", "/dev/urandom", "/etc/ssl/openssl.cnf"};
    for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++) allow((int)ruleset, looked_at[i], read_only);
    allow((int)ruleset, "/dev/null", read_only | FS_WRITE_FILE);
    allow((int)ruleset, p->tls_cert, FS_READ_FILE);
    allow((int)ruleset, p->tls_key, FS_READ_FILE);
    allow((int)ruleset, p->engine.packed_dir, all);
    allow((int)ruleset, p->cache_dir, all);
    allow((int)ruleset, p->slots_dir, all);
    char folder[4096]; /* the Unix socket is made, and taken away at the end */
    snprintf(folder, sizeof folder, "%s", p->unix_path ? p->unix_path : "");
    char *end = strrchr(folder, '/');
    if (end) *(end == folder ? end + 1 : end) = '\0';
    if (p->unix_path) allow((int)ruleset, end ? folder : ".", all);
    const bool done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0;
    if (!done)
        snprintf(note, size, "the kernel does not let this process give up files (Landlock: %s); it goes on without", strerror(errno));
    close((int)ruleset);
    return done;
}

/* ---- the evidence ---- */

int og_sandbox_probe(void) {
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int status_line(const char *name) {
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    int value = 0;
    const size_t n = strlen(name);
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, n) == 0 && line[n] == ':') sscanf(line + n + 1, "%d", &value);
    if (f) fclose(f);
    return value;
}

static const char *outcome(bool worked) {
    return worked ? "0" : strerror(errno);
}

void og_sandbox_look(int probe, og_sandbox_report *out) {
    *out = (og_sandbox_report){
        .filters = status_line("Seccomp_filters"), .no_new_privs = status_line("NoNewPrivs") == 1, .landlock = landlock_version()};
    for (int fd = 0; fd < 1024; fd++) {
        struct stat st;
        if (fd != probe && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode)) out->sockets++;
    }
    const struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    out->connect = probe < 0 ? "no socket to try with" : outcome(connect(probe, (const struct sockaddr *)&nobody, sizeof nobody) == 0);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    out->socket = outcome(fd >= 0);
    if (fd >= 0) close(fd);
    char *const argv[] = {"true", NULL}, *const envp[] = {NULL};
    out->exec = status_line("Seccomp_filters") > 0 ? outcome(execve("/bin/true", argv, envp) == 0) : "not tried: nothing forbids it";
    const int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    out->open = outcome(file >= 0);
    if (file >= 0) close(file);
}
