/* npy.c: writing NumPy's array files. */
#include "cli/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Magic, version, length of the dictionary (little-endian u16), dictionary padded with blanks so that the data begins at a
 * multiple of 64. Returns the bytes made. */
static size_t make_header(char out[256], uint64_t rows, uint64_t cols) {
    const uint16_t probe = 1;
    char order = *(const char *)&probe == 1 ? '<' : '>';
    int n = snprintf(out + 10, 246, "{'descr': '%cf4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu64 "), }", order, rows, cols);
    size_t total = (10 + (size_t)n + 1 + 63) / 64 * 64, dict = total - 10;
    memset(out + 10 + n, ' ', dict - (size_t)n - 1);
    out[total - 1] = '\n';
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (char)(dict & 255);
    out[9] = (char)(dict >> 8);
    return total;
}

static bool write_all(FILE *f, const float *data, uint64_t rows, uint64_t cols) {
    char header[256];
    size_t n = make_header(header, rows, cols);
    if (fwrite(header, 1, n, f) != n) return false;
    for (uint64_t r = 0; r < rows; r++) {
        if (fwrite(data + r * cols, sizeof *data, cols, f) != cols) return false;
    }
    return fflush(f) == 0;
}

static og_status io_error(og_error *err, const char *path) {
    err->status = OG_ERR_IO;
    snprintf(err->text, sizeof err->text, "%s could not be written: %s", path, strerror(errno));
    return OG_ERR_IO;
}

static og_status write_directly(const char *path, const float *data, uint64_t rows, uint64_t cols, og_error *err) {
    FILE *f = fopen(path, "wb");
    if (f == NULL) return io_error(err, path);
    bool ok = write_all(f, data, rows, cols);
    ok = fclose(f) == 0 && ok;
    return ok ? OG_OK : io_error(err, path);
}

og_status og_npy_write(const char *path, const float *data, uint64_t rows, uint64_t cols, og_error *err) {
    if (strcmp(path, "-") == 0) return write_all(stdout, data, rows, cols) ? OG_OK : io_error(err, "standard output");
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) return write_directly(path, data, rows, cols, err);
    char *temp = NULL;
    if (asprintf(&temp, "%s.XXXXXX", path) < 0) {
        errno = ENOMEM;
        return io_error(err, path);
    }
    int fd = mkstemp(temp);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool ok = f != NULL && write_all(f, data, rows, cols);
    if (ok) {
        mode_t mask = umask(0); /* mkstemp closes the file to others; open() would have used the mask */
        umask(mask);
        ok = fchmod(fd, 0666 & ~mask) == 0 && fsync(fd) == 0;
    }
    int saved = errno;
    if (f != NULL && fclose(f) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    if (ok && rename(temp, path) != 0) {
        ok = false;
        saved = errno;
    }
    if (!ok && fd >= 0) unlink(temp);
    free(temp);
    errno = saved;
    return ok ? OG_OK : io_error(err, path);
}
