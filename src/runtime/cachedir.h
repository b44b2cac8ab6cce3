/* cachedir.h: folders of files that can be made again, each with a limit: what was used longest ago goes first. */
#ifndef OG_RUNTIME_CACHEDIR_H
#define OG_RUNTIME_CACHEDIR_H

#include "base/base.h"

/* Makes the folder and those above it; false if that cannot be. */
bool og_cachedir_make(const char *folder);
/* Removes the least recently used files with path's ending until `bytes` more fit the limit; false if they cannot, or the disk is nearly
 * full. */
bool og_cachedir_make_room(const char *folder, const char *path, uint64_t bytes, uint64_t limit);
/* Says that the file was used now. */
void og_cachedir_touch(const char *path);

#endif
