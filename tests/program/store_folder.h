/* store_folder.h: a store of its own in a temporary folder, for the tests of it. */
#ifndef OG_TEST_STORE_FOLDER_H
#define OG_TEST_STORE_FOLDER_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store.h"

static char top[64];

static inline int make_top(void **state) {
    (void)state;
    strcpy(top, access("/dev/shm", W_OK) == 0 ? "/dev/shm/og-store-XXXXXX"
                                              : "/tmp/og-store-XXXXXX"); /* memory: disks of test machines are slow */
    return mkdtemp(top) != NULL ? 0 : -1;
}

static inline int drop_top(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static inline og_store *open_store(void) {
    char path[96];
    og_store *store = NULL;
    snprintf(path, sizeof path, "%s/models", top);
    assert_int_equal(og_store_open(path, &store, NULL), OG_OK);
    return store;
}

static inline const char *in_top(const char *name) {
    static char path[4][160];
    static int i;
    i = (i + 1) % 4;
    snprintf(path[i], sizeof path[i], "%s/%s", top, name);
    return path[i];
}

static inline void write_file(const char *path, const void *data, size_t n) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Files below a folder of the store. */
static inline int count_files(const char *part) {
    char path[160];
    int n = 0;
    snprintf(path, sizeof path, "%s/models/%s", top, part);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) n += e->d_name[0] != '.';
    if (dir != NULL) closedir(dir);
    return n;
}

#endif
