/* packed.h: packed weights kept in a folder between runs, so that a model is ready as soon as its file is mapped.
 *
 * One file a model, <key>.packed: the packed bytes of its weights, each from a multiple of OG_PACKED_ALIGN on, then a tail of 64-bit words
 * (og_packed_tail). The key stands for the model's header and tensor table. A file is used only if every byte of it agrees with its
 * checksums, the layout is the one that packing would give now, and the model file is the one that was packed: the same stamp (device,
 * inode, size, time of change), or else the same content. What is wrong with a kept file is never an error: the weights are packed anew. */
#ifndef OG_RUNTIME_PACKED_H
#define OG_RUNTIME_PACKED_H

#include "model/lm.h"
#include "runtime/engine.h"

/* Chunks are written as a whole and as large as a huge page, so that the page cache can hold and map them as such: pages of 4 KiB cost a
 * seventh of the decoding speed. */
enum { OG_PACKED_ALIGN = 4096, OG_PACKED_CHUNK = 2 << 20, OG_PACKED_PARTS_MAX = 64 };

typedef struct og_packed og_packed;

/* Where this model's packed weights are or would be kept; *out is NULL if they are not to be: no folder named, too few or too many bytes.
 */
og_status og_packed_open(og_engine *engine, const og_lm *lm, og_packed **out, og_error *err);
/* Uses the kept file, if there is one to be used: *adopted. Errors: OG_ERR_CANCELLED by the progress callback, or no memory. */
og_status og_packed_adopt(og_packed *packed, og_progress_fn *progress, void *user, bool *adopted, og_error *err);
/* Begins to write the loaded weights to a file, in a thread of its own. What goes wrong there is logged, no more. */
void og_packed_keep(og_packed *packed);
/* Waits a moment for the writing to end, then gives it up. To be called before the weights are freed. */
void og_packed_stop(og_packed *packed);
/* To be called after the weights are freed. NULL is fine. */
void og_packed_close(og_packed *packed);

#endif
