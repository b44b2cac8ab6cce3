/* system.c: memory and cores that this process may use. A container's limits are those of its cgroup and of every group above it
 * (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of the Linux kernel). */
#include "base/system.h"

#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_LIMIT UINT64_MAX

/* The start of a small kernel file, NUL-terminated; false if it cannot be read. */
OG_PRINTF(3, 4) static bool read_text(char *out, size_t size, const char *fmt, ...) {
    char path[PATH_MAX];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(path, sizeof(path), fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(path)) return false;
    FILE *f = fopen(path, "re");
    if (!f) return false;
    size_t n = fread(out, 1, size - 1, f);
    fclose(f);
    out[n] = '\0';
    return n > 0;
}

/* The number after `key` at the start of a line; `otherwise` if it is not there. */
static uint64_t number_after(const char *text, const char *key, uint64_t otherwise) {
    size_t len = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, len) == 0) return strtoull(line + len, NULL, 10);
    }
    return otherwise;
}

/* "max", and the nearly 2^63 that version 1 means by it, are no limit. */
static uint64_t limit_in(const char *text) {
    if (text[0] < '0' || text[0] > '9') return NO_LIMIT;
    uint64_t value = strtoull(text, NULL, 10);
    return value >= (uint64_t)1 << 62 ? NO_LIMIT : value;
}

/* ---- memory and quota of one group; `dir` is its folder ---- */

typedef struct names { /* of the files, which differ between the versions */
    const char *max, *current, *inactive, *active;
} names;

static const names v2_names = {"memory.max", "memory.current", "inactive_file ", "active_file "};
static const names v1_names = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ", "total_active_file "};

static void group_memory(const char *dir, const names *n, og_system_info *info) {
    char text[8192];
    if (!read_text(text, sizeof(text), "%s/%s", dir, n->max)) return;
    uint64_t limit = limit_in(text);
    if (limit == NO_LIMIT) return;
    info->mem_total = OG_MIN(info->mem_total, limit);

    uint64_t used = read_text(text, sizeof(text), "%s/%s", dir, n->current) ? limit_in(text) : 0;
    uint64_t cache = 0; /* file pages that the kernel gives up before it kills; half of those in use, as in MemAvailable */
    if (read_text(text, sizeof(text), "%s/memory.stat", dir))
        cache = number_after(text, n->inactive, 0) + number_after(text, n->active, 0) / 2;
    used -= OG_MIN(used, cache);
    info->mem_available = OG_MIN(info->mem_available, limit - OG_MIN(limit, used));
}

static void apply_quota(int64_t quota, int64_t period, og_system_info *info) {
    if (quota <= 0 || period <= 0) return;
    int64_t cpus = OG_DIV_UP(quota, period);
    if (cpus < INT_MAX && (info->cpus == 0 || cpus < info->cpus)) info->cpus = (int)cpus;
}

static void group_quota_v2(const char *dir, og_system_info *info) {
    char text[128];
    int64_t quota, period;
    if (read_text(text, sizeof(text), "%s/cpu.max", dir) && sscanf(text, "%" SCNd64 " %" SCNd64, &quota, &period) == 2) {
        apply_quota(quota, period, info);
    }
}

static void group_quota_v1(const char *dir, og_system_info *info) {
    char quota[64], period[64];
    if (read_text(quota, sizeof(quota), "%s/cpu.cfs_quota_us", dir) && read_text(period, sizeof(period), "%s/cpu.cfs_period_us", dir)) {
        apply_quota(strtoll(quota, NULL, 10), strtoll(period, NULL, 10), info);
    }
}

/* ---- all groups ---- */

enum { MEMORY = 1, CPU = 2, V1 = 4 };

static void read_group(const char *dir, int what, og_system_info *info) {
    if (what & MEMORY) group_memory(dir, what & V1 ? &v1_names : &v2_names, info);
    if (what & CPU) (what & V1 ? group_quota_v1 : group_quota_v2)(dir, info);
}

/* The group `path` below `mount` and every one above it. In a container the path may be the host's and not exist here; the mount's
 * own folder, the last one looked at, is then the container's group. */
static void walk_up(const char *mount, const char *path, int what, og_system_info *info) {
    char dir[PATH_MAX];
    size_t top = strlen(mount);
    int len = snprintf(dir, sizeof(dir), "%s%s", mount, path);
    if (len < 0 || (size_t)len >= sizeof(dir)) return;
    for (;;) {
        read_group(dir, what, info);
        char *slash = strrchr(dir + top, '/');
        if (!slash) return;
        *slash = '\0';
    }
}

/* One line of /proc/self/cgroup: "0::/path" for version 2, "4:cpu,cpuacct:/path" for version 1. */
static void read_membership(const char *root, char *line, og_system_info *info) {
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) return;
    *controllers++ = '\0';
    *path++ = '\0';
    if (strcmp(path, "/") == 0) path = "";

    char mount[PATH_MAX];
    if (!*controllers) {
        snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup", root);
        walk_up(mount, path, MEMORY | CPU, info);
        return;
    }
    for (char *rest = NULL, *name = strtok_r(controllers, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int what = strcmp(name, "memory") == 0 ? MEMORY : strcmp(name, "cpu") == 0 ? CPU : 0;
        if (!what) continue;
        snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/%s", root, name);
        walk_up(mount, path, what | V1, info);
    }
}

void og_system_read(const char *root, og_system_info *out) {
    char text[8192];
    *out = (og_system_info){NO_LIMIT, NO_LIMIT, 0};
    if (read_text(text, sizeof(text), "%s/proc/meminfo", root)) {
        uint64_t total = number_after(text, "MemTotal:", 0), available = number_after(text, "MemAvailable:", 0);
        if (total) out->mem_total = total * 1024;
        if (available) out->mem_available = available * 1024;
    }
    if (read_text(text, sizeof(text), "%s/proc/self/cgroup", root)) {
        for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            read_membership(root, line, out);
        }
    }
    if (out->mem_total == NO_LIMIT) out->mem_total = 0;
    if (out->mem_available == NO_LIMIT) out->mem_available = out->mem_total;
}

uint64_t og_mem_total(void) {
    og_system_info info;
    og_system_read("", &info);
    if (info.mem_total) return info.mem_total;
    long pages = sysconf(_SC_PHYS_PAGES);
    return pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t og_mem_available(void) {
    og_system_info info;
    og_system_read("", &info);
    return info.mem_available ? info.mem_available : og_mem_total();
}

/* Cores in the affinity mask, for machines of up to 16,384 of them. */
static int affinity_count(void) {
    cpu_set_t sets[16];
    if (sched_getaffinity(0, sizeof(sets), sets) == 0) {
        int count = CPU_COUNT_S(sizeof(sets), sets);
        if (count > 0) return count;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online < INT_MAX ? (int)online : 1;
}

int og_cpu_count(void) {
    og_system_info info;
    og_system_read("", &info);
    int count = affinity_count();
    return info.cpus > 0 ? OG_MIN(info.cpus, count) : count;
}
