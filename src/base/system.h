/* system.h: the machine's limits, read from the files of the Linux kernel below `root` ("" for the real ones; tests bring their own). */
#ifndef OG_BASE_SYSTEM_H
#define OG_BASE_SYSTEM_H

#include "base/base.h"

typedef struct og_system_info {
    uint64_t mem_total, mem_available; /* bytes; 0: not known */
    int cpus;                          /* allowed by the cgroup's quota, rounded up; 0: no quota */
} og_system_info;

void og_system_read(const char *root, og_system_info *out);

#endif
