/* offgrid.h: the public door of offgrid, private AI on the device in your hand.
 *
 * The objects, from the outside in:
 *
 *   og_engine   threads, memory budget, CPU features. One for a program is usual; models share it.
 *   og_file     an opened GGUF container: metadata and tensor table, no weights touched.
 *   og_tok      a tokenizer, from any GGUF that carries a vocabulary (with or without weights).
 *   og_chat     how a model wants conversations written: its chat template.
 *   og_model    weights bound, packed and ready to compute. Immutable: any number of sessions may use it.
 *   og_session  one timeline of tokens over a model: KV cache, sampler state, stop strings.
 *
 * Errors. Every function that can fail returns og_status and takes `og_error *err` last, which may be NULL.
 * On failure *err holds a sentence that says what was wrong, where, and what to do; on success it is untouched.
 * Nothing here aborts, exits or prints.
 *
 * Ownership. `..._open` creates and `..._close` releases; close accepts NULL. A child keeps its parent alive
 * (a session its model, a model its engine), so the order of closing does not matter. Returned `const` pointers
 * belong to the object they came from and live as long as it does, unless a comment says otherwise.
 *
 * Threads. Different sessions may be used from different threads; one session by one thread at a time, except
 * og_session_cancel, which may be called from anywhere, a signal handler included. A scheduler may be used by any
 * number of threads. Computations of one engine take turns.
 *
 * Strings are UTF-8. Token ids are int32_t. Positions count from 0.
 */
#ifndef OFFGRID_H
#define OFFGRID_H

#include "offgrid/base.h"
#include "offgrid/engine.h"
#include "offgrid/file.h"
#include "offgrid/tokenizer.h"
#include "offgrid/model.h"
#include "offgrid/grammar.h"
#include "offgrid/session.h"
#include "offgrid/scheduler.h"
#include "offgrid/chat.h"
#include "offgrid/tools.h"
#include "offgrid/embed.h"
#include "offgrid/quantize.h"
#include "offgrid/speech.h"

#endif
