/* main.c: finds the subcommand and hands over. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"

static const og_command commands[] = {
#define COMMAND(name, args, summary) {#name, args, summary, og_cmd_##name},
#include "cli/commands.def"
#undef COMMAND
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

const og_command *og_cli_command(const char *name) {
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

const og_command *og_cli_command_at(size_t i) {
    return i < N_COMMANDS ? &commands[i] : NULL;
}

static int print_version(void) {
    printf("offgrid %s\n", og_version());
    return og_cli_finish(OG_EXIT_OK);
}

static int print_help(void) {
    const char *bold = og_cli_style(stdout, OG_STYLE_BOLD), *plain = og_cli_style(stdout, OG_STYLE_NONE);
    printf("%soffgrid%s: private AI on the device in your hand\n\nUsage: offgrid COMMAND [arguments] [options]\n\nCommands:\n", bold,
           plain);
    for (size_t i = 0; i < N_COMMANDS; i++) printf("  %s%-11s%s %s\n", bold, commands[i].name, plain, commands[i].summary);
    printf("  %shelp%s        show this, or the help of a command\n"
           "\n"
           "Options:\n"
           "  -h, --help  of each command: its options and examples\n"
           "  --version   show the version\n"
           "\n"
           "Examples:\n"
           "  offgrid run model.gguf                      chat\n"
           "  offgrid run model.gguf \"Why is grass green?\" one answer\n"
           "  offgrid info model.gguf                     what is in the file\n"
           "\n"
           "Exit codes: 0 done, 1 something went wrong, 2 the command line is wrong, 130 interrupted.\n",
           bold, plain);
    return og_cli_finish(OG_EXIT_OK);
}

static int unknown_command(const char *word) {
    const char *names[N_COMMANDS + 1] = {"help"};
    for (size_t i = 0; i < N_COMMANDS; i++) names[i + 1] = commands[i].name;
    const char *near = og_cli_nearest(word, names, N_COMMANDS + 1);
    size_t len = strlen(word);
    fprintf(stderr, "offgrid: unknown %s \"%s\"", word[0] == '-' ? "option" : "command", word);
    if (near != NULL)
        fprintf(stderr, "; did you mean \"%s\"?", near);
    else if (len > 5 && strcmp(word + len - 5, ".gguf") == 0)
        fprintf(stderr, "; did you mean \"offgrid run %s\"?", word);
    fprintf(stderr, "\nTry \"offgrid help\".\n");
    return OG_EXIT_USAGE;
}

static int help_of(const char *name) {
    const og_command *c = og_cli_command(name);
    if (c == NULL) return unknown_command(name);
    char *argv[] = {(char *)c->name, "--help", NULL};
    return c->run(2, argv);
}

int main(int argc, char **argv) {
    /* Line editing asks the locale what characters are; text is UTF-8 here whatever the locale says. */
    setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_DFL); /* whoever reads our output may stop reading: then we stop, silently */
    if (argc < 2) {
        fprintf(stderr, "offgrid: a command is missing\nTry \"offgrid help\".\n");
        return OG_EXIT_USAGE;
    }
    const char *word = argv[1];
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--no-color") == 0) og_cli_no_color(); /* before anything is printed, help included */
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "version") == 0) return print_version();
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return print_help();
    if (strcmp(word, "help") == 0) return argc > 2 ? help_of(argv[2]) : print_help();
    const og_command *c = og_cli_command(word);
    return c != NULL ? c->run(argc - 1, argv + 1) : unknown_command(word);
}
