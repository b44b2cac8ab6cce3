/* eval.c: expressions. */
#include <string.h>

#include "text/jinja/value.h"

static og_ja lookup(og_ja_rt *r, const og_ja_sym *name, const og_ja_env *env) {
    uint64_t seen = 0;
    for (; env; env = env->parent)
        for (const og_ja_var *v = env->vars; v; v = v->next, seen++)
            if (v->name == name) return v->value;
    if (!og_ja_work(r, seen / 16)) return OG_JA_NIL;
    og_ja *hit = og_ja_dict_at(r->context, name->s, name->n);
    if (hit) return *hit;
    const og_ja_row *row = og_ja_find_global(name->s, name->n);
    if (row) return (og_ja){.type = OG_JA_BUILTIN, .u.row = row};
    return og_ja_undefined(name->s, name->n);
}

static og_ja eval_list(og_ja_rt *r, const og_ja_node *n, og_ja_env *env, og_ja_kind kind) {
    og_ja out = og_ja_list_new(r, kind, n->list.n);
    for (uint32_t i = 0; i < n->list.n && !r->failed; i++) og_ja_push(r, out, og_ja_eval(r, n->list.v[i], env));
    return out;
}

static og_ja eval_dict(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja out = og_ja_dict_new(r);
    for (uint32_t i = 0; i + 1 < n->list.n && !r->failed; i += 2) {
        og_ja key = og_ja_eval(r, n->list.v[i], env), value = og_ja_eval(r, n->list.v[i + 1], env);
        if (!r->failed) og_ja_dict_set(r, out.u.dict, key, value);
    }
    return out;
}

static og_ja eval_concat(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    for (uint32_t i = 0; i < n->list.n && !r->failed; i++) og_ja_sb_str(&b, og_ja_str(r, og_ja_eval(r, n->list.v[i], env)));
    return og_ja_sb_done(&b);
}

static bool compare_op(og_ja_rt *r, og_ja_op op, og_ja a, og_ja b) {
    static const char *const names[] = {[OG_JA_LT] = "<", [OG_JA_LE] = "<=", [OG_JA_GT] = ">", [OG_JA_GE] = ">="};
    if (op == OG_JA_EQ) return og_ja_equal(r, a, b);
    if (op == OG_JA_NE) return !og_ja_equal(r, a, b);
    if (op == OG_JA_IN) return og_ja_in(r, a, b);
    if (op == OG_JA_NOTIN) return !og_ja_in(r, a, b);
    int order = og_ja_compare(r, a, b, names[op]);
    switch (op) {
    case OG_JA_LT:
        return order == -1;
    case OG_JA_LE:
        return order == -1 || order == 0;
    case OG_JA_GT:
        return order == 1;
    default:
        return order == 1 || order == 0;
    }
}

static og_ja eval_compare(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja left = og_ja_eval(r, n->a, env);
    for (uint32_t i = 0; i < n->list.n && !r->failed; i++) {
        og_ja right = og_ja_eval(r, n->list.v[i], env);
        if (r->failed || !compare_op(r, (og_ja_op)n->ops[i], left, right)) return og_ja_bool(false);
        left = right;
    }
    return og_ja_bool(true);
}

void og_ja_args_eval(og_ja_rt *r, const og_ja_call_args *in, og_ja_env *env, og_ja_args *out) {
    *out = (og_ja_args){0};
    if (!in) return;
    og_ja pos = og_ja_list_new(r, OG_JA_K_LIST, in->pos.n), names = og_ja_list_new(r, OG_JA_K_LIST, 0),
          kw = og_ja_list_new(r, OG_JA_K_LIST, 0);
    for (uint32_t i = 0; i < in->pos.n && !r->failed; i++) og_ja_push(r, pos, og_ja_eval(r, in->pos.v[i], env));
    for (uint32_t i = 0; i < in->kw.n && !r->failed; i++) {
        og_ja_push(r, names, og_ja_text(in->names.v[i]->s, in->names.v[i]->n));
        og_ja_push(r, kw, og_ja_eval(r, in->kw.v[i], env));
    }
    if (in->star && !r->failed) {
        og_ja_list *more = og_ja_iter(r, og_ja_eval(r, in->star, env));
        for (size_t i = 0; more && i < more->n && og_ja_push(r, pos, more->v[i]); i++) continue;
    }
    if (in->star2 && !r->failed) {
        og_ja more = og_ja_eval(r, in->star2, env);
        if (more.type != OG_JA_DICT) og_ja_fail(r, "an argument after ** must be a dict, not a %s", og_ja_type_name(more));
        for (size_t i = 0; !r->failed && i < more.u.dict->n; i++) {
            if (more.u.dict->e[i].key.type != OG_JA_STR) og_ja_fail(r, "names of arguments must be strings");
            og_ja_push(r, names, more.u.dict->e[i].key);
            og_ja_push(r, kw, more.u.dict->e[i].value);
        }
    }
    if (r->failed) return;
    *out = (og_ja_args){.pos = pos.u.list->v, .n = pos.u.list->n, .names = names.u.list->v, .kw = kw.u.list->v, .n_kw = kw.u.list->n};
}

static og_ja eval_call(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_args args;
    og_ja fn = og_ja_eval(r, n->a, env);
    og_ja_args_eval(r, n->args, env, &args);
    r->line = n->line;
    return og_ja_call(r, fn, &args);
}

static og_ja eval_filter(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_args args;
    og_ja v = og_ja_eval(r, n->a, env);
    og_ja_args_eval(r, n->args, env, &args);
    r->line = n->line;
    return r->failed ? OG_JA_NIL : og_ja_filter(r, n->sym->s, n->sym->n, v, &args);
}

og_ja og_ja_chain(og_ja_rt *r, const og_ja_node *chain, og_ja v, og_ja_env *env) {
    if (!chain || !og_ja_enter(r)) return v;
    v = og_ja_chain(r, chain->a, v, env);
    og_ja_args args;
    og_ja_args_eval(r, chain->args, env, &args);
    if (!r->failed) v = og_ja_filter(r, chain->sym->s, chain->sym->n, v, &args);
    og_ja_leave(r);
    return v;
}

static og_ja eval_test(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja_args args;
    og_ja v = og_ja_eval(r, n->a, env);
    og_ja_args_eval(r, n->args, env, &args);
    r->line = n->line;
    return og_ja_bool(!r->failed && og_ja_test(r, n->sym->s, n->sym->n, v, &args));
}

static og_ja eval_slice(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja v = og_ja_eval(r, n->a, env), part[3];
    for (int i = 0; i < 3; i++) part[i] = n->list.v[i] ? og_ja_eval(r, n->list.v[i], env) : og_ja_none();
    return og_ja_slice(r, v, part[0], part[1], part[2]);
}

static og_ja eval(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    og_ja a;
    switch (n->kind) {
    case OG_JA_N_NONE:
        return og_ja_none();
    case OG_JA_N_BOOL:
        return og_ja_bool(n->flag);
    case OG_JA_N_INT:
        return og_ja_int(n->i);
    case OG_JA_N_FLOAT:
        return og_ja_float(n->f);
    case OG_JA_N_STR:
        return og_ja_text(n->s, n->n);
    case OG_JA_N_NAME:
        return lookup(r, n->sym, env);
    case OG_JA_N_ATTR:
        a = og_ja_eval(r, n->a, env);
        return og_ja_attr(r, a, n->sym->s, n->sym->n);
    case OG_JA_N_ITEM:
        a = og_ja_eval(r, n->a, env);
        return og_ja_item(r, a, og_ja_eval(r, n->b, env));
    case OG_JA_N_SLICE:
        return eval_slice(r, n, env);
    case OG_JA_N_LIST:
        return eval_list(r, n, env, OG_JA_K_LIST);
    case OG_JA_N_TUPLE:
        return eval_list(r, n, env, OG_JA_K_TUPLE);
    case OG_JA_N_DICT:
        return eval_dict(r, n, env);
    case OG_JA_N_CALL:
        return eval_call(r, n, env);
    case OG_JA_N_FILTER:
        return eval_filter(r, n, env);
    case OG_JA_N_TEST:
        return eval_test(r, n, env);
    case OG_JA_N_NOT:
        return og_ja_bool(!og_ja_truth(og_ja_eval(r, n->a, env)));
    case OG_JA_N_NEG:
    case OG_JA_N_POS:
        return og_ja_negate(r, og_ja_eval(r, n->a, env), n->kind == OG_JA_N_NEG);
    case OG_JA_N_BINARY:
        a = og_ja_eval(r, n->a, env);
        return og_ja_binary(r, (og_ja_op)n->op, a, og_ja_eval(r, n->b, env));
    case OG_JA_N_AND:
        a = og_ja_eval(r, n->a, env);
        return og_ja_truth(a) ? og_ja_eval(r, n->b, env) : a;
    case OG_JA_N_OR:
        a = og_ja_eval(r, n->a, env);
        return og_ja_truth(a) ? a : og_ja_eval(r, n->b, env);
    case OG_JA_N_CONCAT:
        return eval_concat(r, n, env);
    case OG_JA_N_COMPARE:
        return eval_compare(r, n, env);
    case OG_JA_N_COND:
        if (og_ja_truth(og_ja_eval(r, n->a, env))) return og_ja_eval(r, n->b, env);
        return n->c ? og_ja_eval(r, n->c, env) : og_ja_undefined("", 0);
    default:
        return og_ja_fail(r, "not an expression");
    }
}

og_ja og_ja_eval(og_ja_rt *r, const og_ja_node *n, og_ja_env *env) {
    if (!og_ja_enter(r)) return OG_JA_NIL;
    r->line = n->line;
    og_ja v = eval(r, n, env);
    og_ja_leave(r);
    return r->failed ? OG_JA_NIL : v;
}
