/* completions.c: `offgrid completions`: what shells need to complete command lines, from the rows of commands.def and of the options. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"

typedef struct completions_opts {
    bool no_color;
} completions_opts;

static const og_cli_opt options[] = {
    {"no-color", 0, OG_CLI_FLAG, NULL, "no colours (also: environment NO_COLOR)", offsetof(completions_opts, no_color), 0, 0},
};

static const og_cli_spec spec = {
    .name = "completions",
    .about = "Prints the completion script for a shell: bash, zsh or fish. Installed packages bring them along; otherwise put them where "
             "your shell\n"
             "looks.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  eval \"$(offgrid completions bash)\"\n"
                "  offgrid completions fish > ~/.config/fish/completions/offgrid.fish\n",
};

/* Text inside single quotes: bash and zsh know '\'' , fish \' . */
static void quoted(const char *text, const char *quote) {
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else
            putchar(*text);
    }
}

static void bash_words(const og_cli_spec *s) {
    printf("    %s) words='--help", s->name);
    for (size_t i = 0; i < s->n_opt; i++) printf(" --%s", s->opt[i].name);
    puts("' ;;");
}

static void bash(void) {
    puts("# bash completion of offgrid; made by: offgrid completions bash\n_offgrid() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} words\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then");
    printf("    COMPREPLY=($(compgen -W 'help --help --version");
    for (size_t i = 0; og_cli_command_at(i) != NULL; i++) printf(" %s", og_cli_command_at(i)->name);
    puts("' -- \"$cur\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in");
    og_cli_each_spec(bash_words);
    puts("    *) words= ;;\n  esac\n"
         "  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return; fi\n"
         "  COMPREPLY=($(compgen -f -- \"$cur\") $(compgen -W \"$(offgrid list --names 2>/dev/null)\" -- \"$cur\"))\n"
         "}\ncomplete -o filenames -F _offgrid offgrid");
}

static void zsh_options(const og_cli_spec *s) {
    printf("    %s) _arguments", s->name);
    for (size_t i = 0; i < s->n_opt; i++) {
        printf(" '--%s[", s->opt[i].name);
        for (const char *t = s->opt[i].help; *t != '\0'; t++) {
            if (*t == '[' || *t == ']' || *t == ':') putchar('\\');
            if (*t == '\'')
                fputs("'\\''", stdout);
            else
                putchar(*t);
        }
        printf("]%s'", s->opt[i].value != NULL ? ":value:_files" : "");
    }
    puts(" '*:model or file:_offgrid_models' ;;");
}

static void zsh(void) {
    puts("#compdef offgrid\n# made by: offgrid completions zsh\n"
         "_offgrid_models() { _alternative 'models:model:('\"${${(f)$(offgrid list --names 2>/dev/null)}//:/\\\\:}\"')' "
         "'files:file:_files' }\n"
         "_offgrid() {\n  local -a commands\n  commands=(");
    for (size_t i = 0; og_cli_command_at(i) != NULL; i++) {
        printf("    '%s:", og_cli_command_at(i)->name);
        quoted(og_cli_command_at(i)->summary, "'\\''");
        puts("'");
    }
    puts("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
         "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in");
    og_cli_each_spec(zsh_options);
    puts("  esac\n}\nif [ \"$funcstack[1]\" = _offgrid ]; then _offgrid \"$@\"; else compdef _offgrid offgrid; fi");
}

static void fish_options(const og_cli_spec *s) {
    for (size_t i = 0; i < s->n_opt; i++) {
        printf("complete -c offgrid -n '__fish_seen_subcommand_from %s' -l %s", s->name, s->opt[i].name);
        if (s->opt[i].letter != 0) printf(" -s %c", s->opt[i].letter);
        if (s->opt[i].value != NULL) fputs(" -r", stdout);
        fputs(" -d '", stdout);
        quoted(s->opt[i].help, "\\'");
        puts("'");
    }
}

static void fish(void) {
    puts("# fish completion of offgrid; made by: offgrid completions fish");
    for (size_t i = 0; og_cli_command_at(i) != NULL; i++) {
        printf("complete -c offgrid -f -n __fish_use_subcommand -a %s -d '", og_cli_command_at(i)->name);
        quoted(og_cli_command_at(i)->summary, "\\'");
        puts("'");
    }
    puts("complete -c offgrid -n 'not __fish_use_subcommand' -a '(offgrid list --names 2>/dev/null)'");
    og_cli_each_spec(fish_options);
}

int og_cmd_completions(int argc, char **argv) {
    completions_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (strcmp(args[0], "bash") == 0)
        bash();
    else if (strcmp(args[0], "zsh") == 0)
        zsh();
    else if (strcmp(args[0], "fish") == 0)
        fish();
    else
        return og_cli_failf(false, OG_ERR_ARG, "there are completions for bash, zsh and fish, not for \"%s\"", args[0]);
    return og_cli_finish(OG_EXIT_OK);
}
