/* profile.h: options of `run` under a name: a small JSON file, offgrid/profiles/NAME.json in the XDG configuration folder. */
#ifndef OG_CLI_PROFILE_H
#define OG_CLI_PROFILE_H

#include <stdbool.h>

/* The command line with what its --profile stands for put in front: "model" as the first argument, every other member as the option of its
 * name. Without --profile it is argv itself. *owned is released with og_profile_free. False after saying what is wrong. */
typedef struct og_profile {
    char **argv;
    int argc;
    char **owned;
    int n_owned;
} og_profile;
bool og_profile_apply(int argc, char **argv, og_profile *out);
void og_profile_free(og_profile *p);

#endif
