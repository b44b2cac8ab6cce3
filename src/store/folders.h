/* folders.h: where the program keeps things: the XDG Base Directory folders, each with a folder `offgrid` of ours in it. */
#ifndef OG_STORE_FOLDERS_H
#define OG_STORE_FOLDERS_H

#include <stdbool.h>

typedef enum og_folder {
    OG_FOLDER_CACHE,  /* what can be made again: $XDG_CACHE_HOME, else ~/.cache */
    OG_FOLDER_CONFIG, /* what people write: $XDG_CONFIG_HOME, else ~/.config */
    OG_FOLDER_DATA,   /* what must not be lost: $XDG_DATA_HOME, else ~/.local/share */
    OG_FOLDER_STATE,  /* histories: $XDG_STATE_HOME, else ~/.local/state */
} og_folder;

/* FOLDER/offgrid/NAME, malloc'd; NULL if there is no home or no memory. Relative paths in the environment do not count, as the
 * specification has it. Makes nothing. */
char *og_folder_path(og_folder folder, const char *name);
/* Makes the folders that a file's path goes through, for this user alone (mode 0700). False, with errno, if one can't be made. */
bool og_folder_make(const char *path);

#endif
