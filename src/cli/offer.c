/* offer.c: `run` with a model that is known but not here: says what it takes, and gets it on a yes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/fit.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/offer.h"
#include "cli/pull.h"
#include "cli/terminal.h"
#include "store/catalogue.h"

static bool yes(const char *question) {
    char *line = NULL;
    size_t cap = 0;
    fprintf(stderr, "%s [y/N] ", question);
    ssize_t n = getline(&line, &cap, stdin);
    bool is = n > 0 && (line[0] == 'y' || line[0] == 'Y');
    free(line);
    return is;
}

static void explain(const char *word, const og_catalogue_row *row) {
    og_fit_device device;
    if (row == NULL) {
        fprintf(stderr, "%s is not on this device. Its size and licence are shown before it comes.\n", word);
        return;
    }
    char size[OG_HUMAN], needs[OG_HUMAN], available[OG_HUMAN];
    uint64_t memory = og_fit_rough(row->params, row->bytes, 4096);
    og_cli_human_bytes(size, row->bytes);
    og_cli_human_bytes(needs, memory);
    fprintf(stderr, "%s is not on this device. It is %s%s to get (%s, licence %s), and takes about %s of memory.\n", word,
            row->seen ? "" : "about ", size, row->source, row->licence, needs);
    if (!og_fit_look(false, &device)) return;
    og_cli_human_bytes(available, device.available);
    fprintf(stderr, "This device has %s free: it %s.\n", available, og_fit_verdict_name(og_fit_judge(&device, memory)));
}

int og_cli_offer(bool json, const char *word) {
    const og_catalogue_row *row = og_catalogue_find(word);
    if (row == NULL && !og_pull_understands(word)) return OG_EXIT_OK;
    if (access(word, F_OK) == 0 || og_cli_has_model(word)) return OG_EXIT_OK;
    if (json || !og_cli_is_terminal(stdin) || !og_cli_is_terminal(stderr)) return OG_EXIT_OK; /* loading says what to do */
    explain(word, row);
    if (!yes("Get it now?")) return OG_EXIT_FAIL;
    og_stored model;
    int code = og_cli_pull(json, word, word, NULL, 0, &model);
    if (code == OG_EXIT_OK) og_stored_free(&model);
    return code;
}
