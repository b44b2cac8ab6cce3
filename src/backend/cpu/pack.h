/* pack.h: weights as the kernels read them. See "Packed weights" in docs/architecture.md for panels, groups and slices.
 *
 * Packing moves 4-byte words of 16 rows side by side and rearranges scales; nothing is rounded, and sizes stay those of the file.
 * f16[16] below is one number a row, [j][16] one a sub-block and row. V is a 64-byte vector; byte r * 4 + j of it belongs to row r, column
 * 4t + j of its slice t (0..7 within a block of 32 columns).
 *
 *  q4_0   f16 d[nb][16], padded to 64 bytes; then per block V[4]: low nibbles slice v, high nibbles slice v + 4; u = q + 8
 *  q8_0   f16 d[nb][16], padded to 64 bytes; then per block V[8]: slice v; u = q + 128
 *  q4_k   f16 d[16], f16 dmin[16], sc_lo[64], m_lo[64], sc_hi[32], m_hi[32]; then per pair of blocks (2p, 2p + 1) V[8]: low nibbles
 *         slice v of block 2p, high nibbles slice v of block 2p + 1. 6-bit scale j of row r: bits 0..3 in sc_lo[(j % 4) * 16 + r] (low
 *         nibble for j < 4, else high), bits 4..5 in sc_hi[(j % 2) * 16 + r] >> 2 * (j / 2); mins the same
 *  q5_k   q4_k's first 256 bytes; V[8] of high bits: bit b of vector t is bit 4 of slice t of block b; then q4_k's quants
 *  q6_k   f16 d[16], 32 bytes of padding, int8 sc[16][16]; then per half h (blocks 4h .. 4h + 3): V[8] A, V[8] B, V[8] H: A low nibbles:
 *         slice v of block 4h, high: of block 4h + 2; B low: block 4h + 1, high: 4h + 3; H bits 2i, 2i + 1: bits 4, 5 of block 4h + i;
 *         u = q + 32
 *  iq4_xs f16 d[16], sc_hi[32], sc_lo[64], which hold scale + 32 as q4_k's do; then q4_0's quants; nibbles are places in
 *         OG_IQ4_VALUES; u = q + 127
 *  iq4_nl q4_0's scales and quants; nibbles are places in OG_IQ4_VALUES; u = q + 127
 *  mxfp4  uint8 e[nb][16], padded to 64 bytes; then q4_0's quants; nibbles are places in OG_MXFP4_VALUES; u = q + 12
 *  q5_0   q4_0's scales; then per block V of high bits: bit t is bit 4 of slice t; and q4_0's V[4]; u = q + 16
 *  q4_1   f16 d[nb][16], f16 m[nb][16]; then q4_0's quants; u = q
 *  q5_1   q4_1's head; then q5_0's quants; u = q
 *  q3_k   f16 d[16], 32 bytes of padding, sc_hi[4][16], sc_lo[8][16]; then per half h V[8]: bits 2i, 2i + 1 of vector v are bits 0, 1 of
 *         slice v of block 4h + i; then V[8] of high bits: bit b of vector t is bit 2 of slice t of block b; u = q + 4. scale + 32, j of
 *         row r: bits 0..3 in sc_lo[j % 8][r] (low nibble for j < 8, else high), bits 4..5 in sc_hi[j % 4][r] >> 2 * (j / 4)
 *  q2_k   f16 d[16], f16 dmin[16], sc[16][16] (mins in the high nibbles); then q3_k's V[8] of two bits per half; u = q
 *  iq1_s iq1_m iq2_xxs iq2_xs iq2_s iq3_xxs iq3_s   codes and signs, a byte a row: layout/grids.h
 *  tq1_0  f16 d[16], 32 bytes of padding; then V[13] as the file's words, five digits of base 3 to a byte: layout/tq1_0.c; u = q + 1
 *  tq2_0  f16 d[16], 32 bytes of padding; then q3_k's V[8] of two bits per half; u = q + 1
 *  nvfp4  scales[2 * nb][16]; then per 16 columns V[2]: low nibbles slice v, high nibbles slice v + 2: places in OG_MXFP4_VALUES;
 *         u = q + 12
 *  q1_0   f16 d[nb / 4][16], padded to 64 bytes; then per block V of bits: bit t is that of slice t; u = q + 1
 *  q2_0   f16 d[nb / 2][16], padded to 64 bytes; then per block V[2]: bits 2i, 2i + 1 of vector h are slice 4h + i; u = q + 1
 *  others float scale[subs][16], float min[subs][16] if the type has mins, then per block V[8]: slice v; u = q + offset
 *         (subs = 32 * nb / group)
 *  f32 f16 bf16   [k][16]: no groups */
#ifndef OG_BACKEND_CPU_PACK_H
#define OG_BACKEND_CPU_PACK_H

#include "backend/cpu/kernels.h"

/* True if the type has a layout of its own here, false if it is packed as bytes ("other"). */
bool og_pack_native(og_type type);
/* Bytes of one group of nb blocks of 32 columns, and of a whole panel of k columns. */
size_t og_pack_group_bytes(og_type type, int nb);
size_t og_pack_panel_bytes(og_type type, int64_t k);
/* Packs one panel: rows[r] is the file's row r of k columns, or NULL for a row past the end (packed as zero). dst: og_pack_panel_bytes,
 * 64-byte aligned. */
void og_pack_panel(og_type type, const uint8_t *const rows[OG_PANEL], int64_t k, uint8_t *dst);

#endif
