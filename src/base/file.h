/* file.h: a source of bytes. Mapped where the system can, read where it cannot, or memory that somebody else owns. */
#ifndef OG_BASE_FILE_H
#define OG_BASE_FILE_H

#include "base/base.h"

typedef struct og_source og_source;

/* Opens a regular file for reading; maps it if possible. Errors name the path and the system's reason. Directories, devices and
 * pipes are refused. */
og_status og_source_open(const char *path, og_source **out, og_error *err);
/* As open, but never maps (what a system without mmap does); for tests and for such systems. */
og_status og_source_open_unmapped(const char *path, og_source **out, og_error *err);
/* Bytes that the caller keeps alive. `name` is for messages. */
og_status og_source_memory(const void *data, size_t bytes, const char *name, og_source **out, og_error *err);
/* Bytes that are made when they are read, by `fn`, from several threads at once. ctx goes to `release` (may be NULL) in the end, on failure
 * too. */
typedef og_status og_source_read_fn(void *ctx, uint64_t offset, void *dst, size_t bytes, og_error *err);
og_status og_source_computed(uint64_t bytes, const char *name, og_source_read_fn *fn, void (*release)(void *ctx), void *ctx,
                             og_source **out, og_error *err);
void og_source_close(og_source *src);
uint64_t og_source_size(const og_source *src);
const char *og_source_name(const og_source *src);
/* Copies [offset, offset+bytes) to dst; an error if that passes the end (also when the file shrank meanwhile). Thread-safe. */
og_status og_source_read(const og_source *src, uint64_t offset, void *dst, size_t bytes, og_error *err);
/* Direct view of the whole content, or NULL if it is not mapped. */
const uint8_t *og_source_view(const og_source *src);
/* Says that the range will not be needed again soon: its pages leave this process (the page cache keeps them). */
void og_source_drop(const og_source *src, uint64_t offset, uint64_t bytes);

/* What tells one state of a file from another without reading it. All zero for memory. */
typedef struct og_stamp {
    uint64_t device, inode, bytes, changed_ns;
} og_stamp;
og_status og_source_stamp(const og_source *src, og_stamp *out, og_error *err);

/* Writes a file so that it appears under `path` whole or not at all: a temporary beside it, then fsync and rename. */
typedef struct og_writer og_writer;
og_status og_writer_open(const char *path, og_writer **out, og_error *err);
og_status og_writer_add(og_writer *w, const void *data, size_t bytes, og_error *err);
uint64_t og_writer_offset(const og_writer *w);
/* For content that can be made again and is checked when it is read: commit then does not wait for the disk. */
void og_writer_unsynced(og_writer *w);
og_status og_writer_commit(og_writer *w, og_error *err); /* releases w, also on failure */
void og_writer_abort(og_writer *w);                      /* removes the temporary; releases w; NULL is fine */

#endif
