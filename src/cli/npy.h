/* npy.h: NumPy's array files. */
#ifndef OG_CLI_NPY_H
#define OG_CLI_NPY_H

#include "offgrid.h"

/* Writes a float32 array [rows][cols] in C order as NPY version 1.0 (numpy.lib.format). The file appears under its name whole or not at
 * all; what is not a regular file (a pipe, a device) is written directly; "-" is standard output. */
og_status og_npy_write(const char *path, const float *data, uint64_t rows, uint64_t cols, og_error *err);

#endif
