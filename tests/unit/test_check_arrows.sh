#!/bin/sh
# scripts/check-arrows finds each kind of mistake, in a house made for it, and nothing in a sound one.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failed=0

fresh() {
    rm -rf "$house"
    mkdir -p "$house/docs" "$house/src/base" "$house/src/tensor" "$house/src/backend/cpu/avx2" "$house/src/model/llm" "$house/src/cli" \
        "$house/examples" "$house/tests/e2e"
    cp "$top/docs/architecture.md" "$house/docs/"
    printf '#include "offgrid.h"\n#include <stdio.h>\n' >"$house/src/base/base.h"
    printf '#include "base/base.h"\n#include <pthread.h>\n' >"$house/src/tensor/tensor.c"
    printf '#include "tensor/tensor.h"\n#include <immintrin.h>\n' >"$house/src/backend/cpu/avx2/gemv.c"
    printf '#include "offgrid.h"\n#include "cli/args.h"\n#include "args.h"\n#include <jansson.h>\n' >"$house/src/cli/run.c"
    echo >"$house/src/cli/args.h"
    printf '#include "offgrid.h"\n#include <stdio.h>\n' >"$house/examples/simple.c"
}

# expect NAME FILE CONTENT SENTENCE: CONTENT, added to FILE, is found, with the file's name and that sentence.
expect() {
    fresh
    mkdir -p "$(dirname "$house/$2")"
    printf '%b' "$3" >>"$house/$2"
    if out=$("$top/scripts/check-arrows" "$house" 2>&1); then
        echo "FAILED $1: nothing found"
        failed=$((failed + 1))
    elif ! printf '%s\n' "$out" | grep -q -F "$2" || ! printf '%s\n' "$out" | grep -q -F "$4"; then
        echo "FAILED $1: it says: $out"
        failed=$((failed + 1))
    else
        echo "ok     $1"
    fi
}

fresh
if out=$("$top/scripts/check-arrows" "$house" 2>&1); then echo "ok     a sound house"; else
    echo "FAILED a sound house: $out"
    failed=1
fi
expect "an arrow that points up" src/base/pool.c '#include "tensor/tensor.h"\n' 'base may not include tensor'
expect "an arrow with spaces" src/base/pool.c '  #  include   "tensor/tensor.h"\n' 'base may not include tensor'
expect "backend meets model" src/backend/cpu/avx2/gemv.c '#include "model/model.h"\n' 'backend may not include model'
expect "model meets backend" src/model/llm/llama.c '#include "backend/backend.h"\n' 'model may not include backend'
expect "a .def file counts too" src/model/models.def '#include "runtime/engine.h"\n' 'model may not include runtime'
expect "the command line looks inside" src/cli/run.c '#include "base/base.h"\n' 'cli may not include base'
expect "the command line names a topic" src/cli/run.c '#include "offgrid/model.h"\n' 'cli may not include offgrid'
expect "a library of another room" src/cli/run.c '#include <curl/curl.h>\n' 'not the C library'
expect "an example looks inside" examples/simple.c '#include "base/base.h"\n' 'only offgrid.h'
expect "a behaviour test looks inside" tests/e2e/probe.c '#include "runtime/engine.h"\n' 'only offgrid.h'
expect "a way around by .." src/base/pool.c '#include "../tensor/tensor.h"\n' 'name it by its room'
expect "a header from nowhere" src/base/pool.c '#include "tensor.h"\n' 'not beside this file'
expect "a room that is not in the table" src/attic/box.c '\n' 'not in the table'
expect "a library in a core room" src/tensor/tensor.c '#include <jansson.h>\n' 'not the C library'
expect "a kernel asks for its CPU" src/backend/cpu/avx2/gemv.c '#if defined(__AVX512F__)\n#endif\n' 'asks for an instruction set'
expect "a file that is too long" src/base/long.c "$(awk 'BEGIN { for (i = 0; i < 1001; i++) printf "\\n" }')" 'limit is 1,000'
[ "$failed" -eq 0 ]
