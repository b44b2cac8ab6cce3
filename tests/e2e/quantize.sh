# `quantize`: recipes, overrides, targets, refusals; the same file whatever the threads; whole or not at all.
. "$(dirname "$0")/lib/e2e.sh"

# A model whose rows are whole blocks of 256, from the benchmarks' maker, which stands beside the program.
maker=$(dirname "$program")/make_model
[ -x "$maker" ] || skip "no $maker"
${OG_EMULATOR:-} "$maker" --shape tiny-llama --type F32 "$tmp/f32.gguf" >/dev/null || exit 1

# types FILE: how many tensors have which type, e.g. "F32:9 Q4_K:20 Q6_K:8"
types() { og info "$1" | sed -n 's/^  \([A-Z][A-Z0-9_]*\) *\([0-9]*\) tensors.*/\1:\2/p' | sort | tr '\n' ' '; }

exits 0 quantize "$tmp/f32.gguf" "$tmp/a.gguf" Q4_K_M --threads 1
prints '^tensor  *from  *to  *size  *error'
prints '^blk.0.attn_q.weight  *F32  *Q4_K .* %'
prints '^output_norm.weight  *F32  *F32 .*none'
prints 'bits per weight'
exits 0 quantize "$tmp/f32.gguf" "$tmp/b.gguf" q4_k_m --threads 3
ok "three threads write the same file as one" cmp "$tmp/a.gguf" "$tmp/b.gguf"
exits 0 info "$tmp/a.gguf"
prints '^  general.file_type  *u32  *15$'
prints '^  general.quantization_version  *u32  *2$'
ok "Q4_K_M has more bits where the recipe says so" test "$(types "$tmp/a.gguf")" = "F32:10 Q4_K:24 Q6_K:5 "
exits 0 run "$tmp/a.gguf" --raw "a" --temp 0 -n 3

# F32 decodes, and what is decoded encodes to the same blocks where no choice is left.
exits 0 quantize "$tmp/f32.gguf" "$tmp/q8.gguf" Q8_0
exits 0 quantize "$tmp/q8.gguf" "$tmp/back.gguf" F32
ok "everything is F32" test "$(types "$tmp/back.gguf")" = "F32:39 "
exits 0 logits "$tmp/back.gguf" --tokens 1,2,3 --npy "$tmp/x.npy"
exits 0 quantize "$tmp/back.gguf" "$tmp/back2.gguf" F32
ok "F32 to F32 changes nothing" cmp "$tmp/back.gguf" "$tmp/back2.gguf"

exits 0 quantize "$tmp/f32.gguf" "$tmp/c.gguf" Q4_K_M --tensor 'blk.*.ffn_down.weight=Q8_0' --tensor attn_v=F16
ok "overrides" test "$(types "$tmp/c.gguf")" = "F16:4 F32:10 Q4_K:20 Q6_K:1 Q8_0:4 "
exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q4_K_M --tensor nothing=Q8_0
says 'no tensor .* fits the pattern'
exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q4_K_M --tensor attn_v=Q9
exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q4_K_M --tensor attn_v

exits 0 quantize "$tmp/f32.gguf" "$tmp/none.gguf" Q4_K_M --dry-run
ok "a dry run writes nothing" test ! -e "$tmp/none.gguf"

# Targets: never above, and not far below. They try every format on every tensor, which takes minutes where the program is emulated or watched, and
# what they try there is what kcheck and the unit tests compare.
if [ -z "${OG_EMULATOR:-}${OG_SPARSE:-}" ]; then
    exits 0 quantize "$tmp/f32.gguf" "$tmp/t.gguf" --target-bpw 4.5
    got=$(sed -n 's/.* to .*, \([0-9.]*\) bits per weight.*/\1/p' "$tmp/out")
    ok "4.5 bits: $got" awk "BEGIN { exit !($got <= 4.505 && $got > 4.5 * 0.93) }"
    exits 0 quantize "$tmp/f32.gguf" "$tmp/t.gguf" --target-size 2M
    size=$(wc -c <"$tmp/t.gguf")
    ok "2 MiB at most: $size" test "$size" -le 2097152 -a "$size" -gt 1950000
    exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" --target-bpw 1.5
    says 'the target is too small'
    exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" --target-size 1K
fi
exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q4_0 --target-bpw 4
exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf"

exits 2 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q4_X
says 'there are F32, F16'
names=$(sed -n 's/.* there are //p' "$tmp/err" | tr -d ,)
exits 0 quantize --help
cp "$tmp/out" "$tmp/help"
for name in $names; do
    ok "the help names $name" grep -qw "$name" "$tmp/help"
    ok "the manual names $name" grep -qw "$name" "$(dirname "$0")/../../man/offgrid-quantize.1"
done
exits 0 quantize "$tmp/f32.gguf" "$tmp/d.gguf" IQ2_XS --dry-run
says 'want an importance matrix'
cp "$tmp/f32.gguf" "$tmp/copy.gguf"
exits 2 quantize "$tmp/f32.gguf" "$tmp/./f32.gguf" Q8_0
says 'is the input itself'
ok "the input is as it was" cmp "$tmp/f32.gguf" "$tmp/copy.gguf"
exits 1 quantize "$tmp/f32.gguf" "$tmp/no/folder.gguf" Q8_0
exits 1 quantize "$tmp/f32.gguf" "$tmp/d.gguf" Q8_0 --imatrix "$tmp/f32.gguf"
says 'is no importance matrix'

# The last tensor's last bytes become a NaN.
head -c $(($(wc -c <"$tmp/copy.gguf") - 4)) "$tmp/copy.gguf" >"$tmp/nan.gguf"
printf '\000\000\300\177' >>"$tmp/nan.gguf"
exits 1 quantize "$tmp/nan.gguf" "$tmp/d.gguf" Q8_0
says 'output_norm.weight: the weight in row 0, column 255 is NaN or infinite'
ok "no file where there was an error, and no temporary" test -z "$(ls "$tmp" | grep '^d\.gguf')"

# A model in several files becomes one; without one of its parts it is refused.
parts=$root/tests/golden/gguf
exits 0 quantize "$parts/split-00001-of-00003.gguf" "$tmp/whole.gguf" F32
ok "all parts are in it" test "$(og info "$tmp/whole.gguf" | grep -c '^  split')" -eq 0
exits 0 quantize "$tmp/whole.gguf" "$tmp/whole2.gguf" F32
ok "and it is what it was" cmp "$tmp/whole.gguf" "$tmp/whole2.gguf"
cp "$parts"/split-0000[13]-of-00003.gguf "$tmp"
exits 1 quantize "$tmp/split-00001-of-00003.gguf" "$tmp/d.gguf" F32
says 'split-00002-of-00003.gguf'

# A full disk (here: a limit on the size of files, in blocks of 512 bytes) and places where nothing can be written.
got=0
(
    trap '' XFSZ
    ulimit -f 400
    og quantize "$tmp/f32.gguf" "$tmp/full.gguf" Q8_0
) >"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
ok "a full disk is an error: $got" test "$got" -ne 0
says 'full.gguf'
ok "nothing is left of it" test -z "$(ls "$tmp" | grep full)"
exits 1 quantize "$tmp/f32.gguf" "$tmp/f32.gguf/x.gguf" Q8_0
says 'x.gguf'

# Ctrl-C: nothing is left, unless it came too late.
if command -v timeout >/dev/null; then
    checks=$((checks + 1))
    got=0
    timeout --preserve-status -s INT 0.4 ${OG_EMULATOR:-} "$program" quantize "$tmp/f32.gguf" "$tmp/i.gguf" IQ4_XS -t 1 >/dev/null 2>&1 || got=$?
    case $got in
    130) ok "interrupted: no file, and no temporary" test -z "$(ls "$tmp" | grep '^i\.gguf')" ;;
    0) exits 0 info "$tmp/i.gguf" ;;
    *) fail "interrupted: exit code $got" ;;
    esac
fi

# Rows that are no whole number of blocks.
small=$golden/llama-gqa.gguf
if [ -f "$small" ]; then
    exits 0 quantize "$small" "$tmp/s.gguf" Q4_K_M
    prints 'rows do not fit Q4_K'
    says 'warning: .* tensors have rows that are no whole number of blocks'
fi
done_testing
