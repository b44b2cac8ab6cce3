/* cachedir.c: files are removed by time of use; what a process that died has left is removed when it is old. */
#include "runtime/cachedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { LEFTOVER_S = 3600, SPARE_SHARE = 20 }; /* a twentieth of the disk stays free */

bool og_cachedir_make(const char *folder) {
    char *path = og_strndup(folder, strlen(folder));
    if (!path) return false;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700); /* fails where it exists; the last one decides */
        *slash = '/';
    }
    const bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    og_release(path);
    return made;
}

void og_cachedir_touch(const char *path) {
    utimensat(AT_FDCWD, path, NULL, 0);
}

static bool ends_with(const char *name, const char *end) {
    const size_t n = strlen(name), k = strlen(end);
    return n > k && strcmp(name + n - k, end) == 0;
}

/* Of the files that end like `except`: removes leftovers; adds them up; the least recently used one's name goes to `oldest` (size bytes; ""
 * if there is none). */
static uint64_t survey(DIR *dir, int fd, const char *except, char *oldest, size_t size) {
    const char *ending = strrchr(except, '.'), *rest;
    struct timespec least = {0};
    uint64_t total = 0;
    oldest[0] = '\0';
    rewinddir(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct stat st;
        rest = strstr(e->d_name, ending);
        const bool leftover = rest && strncmp(rest + strlen(ending), ".tmp-", 5) == 0;
        if (!leftover && !ends_with(e->d_name, ending)) continue;
        if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) continue;
        if (leftover) {
            if (time(NULL) - st.st_mtime > LEFTOVER_S) unlinkat(fd, e->d_name, 0);
            continue;
        }
        if (strcmp(e->d_name, except) == 0) continue; /* it will be replaced */
        total += (uint64_t)st.st_size;
        const bool older = st.st_mtim.tv_sec < least.tv_sec || (st.st_mtim.tv_sec == least.tv_sec && st.st_mtim.tv_nsec < least.tv_nsec);
        if (oldest[0] != '\0' && !older) continue;
        least = st.st_mtim;
        snprintf(oldest, size, "%s", e->d_name);
    }
    return total;
}

static bool disk_has(int fd, uint64_t bytes) {
    struct statvfs v;
    if (fstatvfs(fd, &v) != 0) return false;
    const uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize, all = (uint64_t)v.f_blocks * v.f_frsize;
    return free_bytes > bytes && free_bytes - bytes > all / SPARE_SHARE;
}

bool og_cachedir_make_room(const char *folder, const char *path, uint64_t bytes, uint64_t limit) {
    DIR *dir = opendir(folder);
    if (!dir) return false;
    const int fd = dirfd(dir);
    char oldest[NAME_MAX + 1];
    const char *own = strrchr(path, '/') + 1;
    while (bytes <= limit && survey(dir, fd, own, oldest, sizeof oldest) > limit - bytes)
        if (oldest[0] == '\0' || unlinkat(fd, oldest, 0) != 0) break;
    const bool fits = bytes <= limit && survey(dir, fd, own, oldest, sizeof oldest) <= limit - bytes && disk_has(fd, bytes);
    closedir(dir);
    return fits;
}
