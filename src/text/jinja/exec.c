/* exec.c: statements, loops and macros. */
#include <string.h>

#include "text/jinja/value.h"

og_ja_env *og_ja_env_new(og_ja_rt *r, og_ja_env *parent) {
    og_ja_env *env = og_ja_alloc(r, sizeof *env);
    if (env) env->parent = parent;
    return env;
}

bool og_ja_set_var(og_ja_rt *r, og_ja_env *env, const og_ja_sym *name, og_ja v) {
    if (r->failed || !env) return false;
    for (og_ja_var *x = env->vars; x; x = x->next)
        if (x->name == name) {
            x->value = v;
            return true;
        }
    og_ja_var *x = og_ja_alloc(r, sizeof *x);
    if (!x || !og_ja_work(r, 1)) return false;
    *x = (og_ja_var){.name = name, .value = v, .next = env->vars};
    env->vars = x;
    return true;
}

void og_ja_assign(og_ja_rt *r, const og_ja_node *target, og_ja v, og_ja_env *env) {
    if (!og_ja_enter(r)) return;
    if (target->kind == OG_JA_N_NAME) {
        og_ja_set_var(r, env, target->sym, v);
    } else if (target->kind == OG_JA_N_NSREF) {
        og_ja_node name = {.kind = OG_JA_N_NAME, .line = target->line, .sym = target->sym};
        og_ja ns = og_ja_eval(r, &name, env);
        if (ns.type != OG_JA_NAMESPACE)
            og_ja_fail(r, "cannot set '%s.%s': only attributes of a namespace can be set", target->sym->s, target->sym2->s);
        else
            og_ja_dict_set(r, ns.u.dict, og_ja_text(target->sym2->s, target->sym2->n), v);
    } else {
        og_ja_list *list = og_ja_iter(r, v);
        if (list && list->n != target->list.n) og_ja_fail(r, "%zu values cannot be unpacked into %u names", list->n, target->list.n);
        for (size_t i = 0; !r->failed && i < list->n; i++) og_ja_assign(r, target->list.v[i], list->v[i], env);
    }
    og_ja_leave(r);
}

void og_ja_emit(og_ja_rt *r, og_ja v) {
    if (r->failed) return;
    og_ja_sb_str(r->out, r->escape ? og_ja_escape(r, v) : og_ja_str(r, v));
}

/* A body's text as a value. */
static og_ja capture(og_ja_rt *r, const og_ja_body *body, og_ja_env *env) {
    og_ja_sb b, *outer = r->out;
    og_ja_sb_init(&b, r);
    r->out = &b;
    og_ja_exec(r, body, env);
    r->out = outer;
    og_ja v = og_ja_sb_done(&b);
    v.safe = r->escape;
    return v;
}

/* ---- loops ---- */

static og_ja_list *loop_items(og_ja_rt *r, const og_ja_node *n, og_ja v, og_ja_env *env) {
    og_ja_list *all = og_ja_iter(r, v);
    if (!all) return NULL;
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, all->n); /* a copy: the body may change the list */
    for (size_t i = 0; i < all->n && !r->failed; i++) {
        if (n->c) {
            og_ja_env *inner = og_ja_env_new(r, env);
            og_ja_assign(r, n->a, all->v[i], inner);
            if (!inner || !og_ja_truth(og_ja_eval(r, n->c, inner))) continue;
        }
        og_ja_push(r, out, all->v[i]);
    }
    return r->failed ? NULL : out.u.list;
}

static void run_loop(og_ja_rt *r, const og_ja_node *n, og_ja v, og_ja_env *env, int depth) {
    og_ja_loop *loop = og_ja_alloc(r, sizeof *loop);
    og_ja_list *items = loop ? loop_items(r, n, v, env) : NULL;
    if (!items) return;
    *loop = (og_ja_loop){.node = n, .env = env, .items = items, .depth = depth};
    if (items->n == 0) {
        og_ja_exec(r, &n->other, og_ja_env_new(r, env));
        return;
    }
    for (; loop->at < items->n && !r->failed; loop->at++) {
        og_ja_env *inner = og_ja_env_new(r, env);
        og_ja_set_var(r, inner, r->words->loop, (og_ja){.type = OG_JA_LOOP, .u.loop = loop});
        og_ja_assign(r, n->a, items->v[loop->at], inner);
        og_ja_exec(r, &n->body, inner);
        og_ja_flow flow = r->flow;
        r->flow = OG_JA_NEXT;
        if (flow == OG_JA_BREAK) break;
    }
}

og_ja og_ja_call_loop(og_ja_rt *r, const og_ja_loop *loop, og_ja_args *a) {
    if (!loop->node->flag) return og_ja_fail(r, "only a loop marked 'recursive' can be called");
    if (a->n != 1) return og_ja_fail(r, "loop() takes what to go over");
    if (!og_ja_enter(r)) return OG_JA_NIL;
    og_ja_sb b, *outer = r->out;
    og_ja_sb_init(&b, r);
    r->out = &b;
    run_loop(r, loop->node, a->pos[0], loop->env, loop->depth + 1);
    r->out = outer;
    og_ja_leave(r);
    og_ja v = og_ja_sb_done(&b);
    v.safe = r->escape;
    return v;
}

og_ja og_ja_loop_attr(og_ja_rt *r, const og_ja_loop *loop, const char *name, size_t n) {
    int64_t at = (int64_t)loop->at, count = (int64_t)loop->items->n;
    const struct {
        const char *name;
        og_ja value;
    } attrs[] = {
        {"index", og_ja_int(at + 1)},
        {"index0", og_ja_int(at)},
        {"first", og_ja_bool(at == 0)},
        {"last", og_ja_bool(at + 1 >= count)},
        {"length", og_ja_int(count)},
        {"revindex", og_ja_int(count - at)},
        {"revindex0", og_ja_int(count - at - 1)},
        {"depth", og_ja_int(loop->depth + 1)},
        {"depth0", og_ja_int(loop->depth)},
        {"previtem", at > 0 && at <= count ? loop->items->v[at - 1] : og_ja_undefined("there is no previous item", 25)},
        {"nextitem", at + 1 < count ? loop->items->v[at + 1] : og_ja_undefined("there is no next item", 21)},
    };
    for (size_t i = 0; i < OG_LEN(attrs); i++)
        if (strlen(attrs[i].name) == n && memcmp(attrs[i].name, name, n) == 0) return attrs[i].value;
    const og_ja_row *row = og_ja_find_method(OG_JA_LOOP, name, n);
    og_ja_method *m = row ? og_ja_alloc(r, sizeof *m) : NULL;
    if (!m) return og_ja_undefined(name, n);
    *m = (og_ja_method){.row = row, .self = {.type = OG_JA_LOOP, .u.loop = (og_ja_loop *)loop}};
    return (og_ja){.type = OG_JA_METHOD, .u.method = m};
}

/* ---- macros ---- */

static og_ja keyword(og_ja_args *a, const char *name, size_t n, bool *given) {
    for (size_t i = 0; i < a->n_kw; i++) {
        if (a->names[i].n != n || memcmp(a->names[i].u.s, name, n) != 0) continue;
        *given = true;
        og_ja v = a->kw[i];
        a->names[i] = a->names[--a->n_kw]; /* taken */
        a->kw[i] = a->kw[a->n_kw];
        return v;
    }
    *given = false;
    return OG_JA_NIL;
}

static void extra_args(og_ja_rt *r, const og_ja_macro *m, og_ja_args *a, og_ja_env *env) {
    const og_ja_node *n = m->node;
    og_ja rest = og_ja_list_new(r, OG_JA_K_TUPLE, 0), kw = og_ja_dict_new(r);
    if (r->failed) return;
    if (a->n_kw && !n->uses_kwargs) og_ja_fail(r, "'%s' has no parameter '%.*s'", n->sym->s, (int)a->names[0].n, a->names[0].u.s);
    if (a->n > n->list.n && !n->uses_varargs) og_ja_fail(r, "'%s' takes %u arguments, not %zu", n->sym->s, n->list.n, a->n);
    for (size_t i = n->list.n; i < a->n; i++) og_ja_push(r, rest, a->pos[i]);
    for (size_t i = 0; i < a->n_kw; i++) og_ja_dict_set(r, kw.u.dict, a->names[i], a->kw[i]);
    if (n->uses_varargs) og_ja_set_var(r, env, r->words->varargs, rest);
    if (n->uses_kwargs) og_ja_set_var(r, env, r->words->kwargs, kw);
}

og_ja og_ja_call_macro(og_ja_rt *r, const og_ja_macro *m, og_ja_args *a) {
    const og_ja_node *n = m->node;
    if (!og_ja_enter(r)) return OG_JA_NIL;
    og_ja_env *env = og_ja_env_new(r, m->env);
    uint32_t plain = n->list.n - n->list2.n;
    bool given;
    for (uint32_t i = 0; i < n->list.n && !r->failed; i++) {
        const og_ja_sym *name = n->list.v[i]->sym;
        og_ja v = og_ja_undefined(name->s, name->n), named = keyword(a, name->s, name->n, &given);
        if (given && i < a->n) og_ja_fail(r, "'%s' gets its argument '%s' twice", n->sym->s, name->s);
        if (i < a->n)
            v = a->pos[i];
        else if (given)
            v = named;
        else if (i >= plain)
            v = og_ja_eval(r, n->list2.v[i - plain], env);
        og_ja_set_var(r, env, name, v);
    }
    if (n->flag) {
        og_ja caller = keyword(a, "caller", 6, &given);
        if (given) og_ja_set_var(r, env, r->words->caller, caller);
    }
    if (!r->failed) extra_args(r, m, a, env);
    og_ja v = r->failed ? OG_JA_NIL : capture(r, &n->body, env);
    og_ja_leave(r);
    return v;
}

static og_ja make_macro(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_macro *m = og_ja_alloc(r, sizeof *m);
    if (!m) return OG_JA_NIL;
    *m = (og_ja_macro){.node = n, .env = env};
    return (og_ja){.type = OG_JA_MACRO, .u.macro = m};
}

static void call_block(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_args args;
    og_ja fn = og_ja_eval(r, n->a->a, env);
    og_ja_args_eval(r, n->a->args, env, &args);
    og_ja caller = make_macro(r, n->b, env);
    size_t k = args.n_kw;
    og_ja *names = og_ja_alloc(r, (k + 1) * sizeof *names), *kw = og_ja_alloc(r, (k + 1) * sizeof *kw);
    if (!names || !kw) return;
    if (k) {
        memcpy(names, args.names, k * sizeof *names);
        memcpy(kw, args.kw, k * sizeof *kw);
    }
    names[k] = og_ja_cstr("caller");
    kw[k] = caller;
    args.names = names;
    args.kw = kw;
    args.n_kw = k + 1;
    og_ja_emit(r, og_ja_call(r, fn, &args));
}

/* ---- statements ---- */

static void with_block(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_env *inner = og_ja_env_new(r, env);
    for (uint32_t i = 0; i < n->list.n && !r->failed; i++) og_ja_assign(r, n->list.v[i], og_ja_eval(r, n->list2.v[i], env), inner);
    og_ja_exec(r, &n->body, inner);
}

static void if_block(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    while (!og_ja_truth(og_ja_eval(r, n->a, env))) {
        if (r->failed) return;
        if (n->other.n != 1 || n->other.v[0]->kind != OG_JA_N_IF) { /* an elif is an if alone in the other branch */
            og_ja_exec(r, &n->other, env);
            return;
        }
        n = n->other.v[0];
    }
    og_ja_exec(r, &n->body, env);
}

static void exec(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    bool escape = r->escape;
    switch (n->kind) {
    case OG_JA_N_TEXT:
        og_ja_sb_add(r->out, n->s, n->n, NULL);
        break;
    case OG_JA_N_OUTPUT:
        og_ja_emit(r, og_ja_eval(r, n->a, env));
        break;
    case OG_JA_N_FOR:
        run_loop(r, n, og_ja_eval(r, n->b, env), env, 0);
        break;
    case OG_JA_N_IF:
        if_block(r, n, env);
        break;
    case OG_JA_N_SET:
        og_ja_assign(r, n->a, og_ja_eval(r, n->b, env), env);
        break;
    case OG_JA_N_SETBLOCK:
        og_ja_assign(r, n->a, og_ja_chain(r, n->b, capture(r, &n->body, og_ja_env_new(r, env)), env), env);
        break;
    case OG_JA_N_MACRO:
        og_ja_set_var(r, env, n->sym, make_macro(r, n, env));
        break;
    case OG_JA_N_CALLBLOCK:
        call_block(r, n, env);
        break;
    case OG_JA_N_FILTERBLOCK:
        og_ja_emit(r, og_ja_chain(r, n->b, capture(r, &n->body, og_ja_env_new(r, env)), env));
        break;
    case OG_JA_N_WITH:
        with_block(r, n, env);
        break;
    case OG_JA_N_DO:
        og_ja_eval(r, n->a, env);
        break;
    case OG_JA_N_SCOPE:
        og_ja_exec(r, &n->body, og_ja_env_new(r, env));
        break;
    case OG_JA_N_AUTOESCAPE:
        r->escape = og_ja_truth(og_ja_eval(r, n->a, env));
        og_ja_exec(r, &n->body, og_ja_env_new(r, env));
        r->escape = escape;
        break;
    case OG_JA_N_BREAK:
        r->flow = OG_JA_BREAK;
        break;
    case OG_JA_N_CONTINUE:
        r->flow = OG_JA_CONTINUE;
        break;
    default:
        og_ja_fail(r, "not a statement");
        break;
    }
}

void og_ja_exec(og_ja_rt *r, const og_ja_body *body, og_ja_env *env) {
    if (body->n == 0 || !og_ja_enter(r)) return;
    for (uint32_t i = 0; i < body->n && !r->failed && r->flow == OG_JA_NEXT && og_ja_work(r, 1); i++) {
        r->line = body->v[i]->line;
        exec(r, body->v[i], env);
    }
    og_ja_leave(r);
}
