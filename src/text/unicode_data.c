/* unicode_data.c: general categories of Unicode 18.0.0. Written by scripts/make_unicode.py. */
#include "text/unicode.h"

/* clang-format off */
const uint8_t og_unicode_index[4352] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 17, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 33, 41, 42, 43, 44, 45, 46, 47, 48, 39, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 49, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    50, 17, 17, 17, 51, 17, 52, 53, 54, 55, 56, 57, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 58, 59, 59, 59, 59, 59, 59, 59, 59,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 17, 61, 62, 17, 63, 64, 65,
    66, 67, 68, 69, 70, 71, 17, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96,
    17, 17, 17, 97, 98, 99, 100, 101, 101, 101, 101, 101, 101, 101, 101, 102, 17, 17, 17, 17, 103, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 104, 17, 17, 105, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 106, 101, 101, 101, 101, 101, 101, 17, 17, 107, 108, 101, 109, 110, 111, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 112, 113, 17, 17, 17, 114, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 115, 17, 116, 117, 101, 101, 101, 101, 101, 101, 101, 101, 101, 118, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 119, 39, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 39, 39, 130, 131, 101, 101, 101, 132,
    133, 134, 135, 101, 136, 137, 138, 139, 140, 141, 101, 101, 142, 143, 144, 101, 145, 146, 147, 148, 39, 39, 149, 150, 151, 39, 152, 153, 101, 101, 101, 101,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 154, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 155, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 156, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 157, 17, 17, 158, 101, 101, 101, 101, 101, 101, 101, 101, 101, 17, 17, 159, 101, 101, 101, 101, 101,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 160, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 161, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 162, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    163, 164, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 165,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 165,
};

const char og_unicode_block[166][257] = {
    "yyyyyyyyy~~~~~yyyyyyyyyyyyyyyyyyvqqqsqqqmnqrqlqqhhhhhhhhhhqqrrrqq``````````````````````````mqntktaaaaaaaaaaaaaaaaaaaaaaaaaamrnry"
    "yyyyy~yyyyyyyyyyyyyyyyyyyyyyyyyyvqssssuqtudorzuturjjtaqqtjdpjjjq```````````````````````r```````aaaaaaaaaaaaaaaaaaaaaaaaraaaaaaaa",
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`aa`a`a`a`a`a`a`a`aa`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a``a`a`aa"
    "a``a`a``a```aa````a``a```aaa``a``a`a`a``a`aa`a``a```a`a``aad`aaadddd`ba`ba`ba`a`a`a`a`a`a`a`aa`a`a`a`a`a`a`a`a`aa`ba`a```a`a`a`a",
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`aaaaaaa``a``aa`a````a`a`a`a`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaddaaaaaaaaaaaaaaaaaaaaaaaaaaccccccccccccccccccttttccccccccccccttttttttttttttccccctttttttctcttttttttttttttttt",
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee`a`act`a}}caaaq`"
    "}}}}tt`q```}`}``a`````````````````}`````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`aa```aaa`a`a`a`a`a`a`a`a`a`a`a`aaaaa`ar`a``aa```",
    "````````````````````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a"
    "`aueeeeegg`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a``a`a`a`a`a`a`aa`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a",
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a}``````````````````````````````````````}ccqqqqqqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaqlccuus}eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeleqeeqeeqeee}}}}}}ddddddddddddddddddddddddddd}}}}ddddqq}}}}}}}}}}}",
    "zzzzzzrrrqqsqquueeeeeeeeeeeqzqqqddddddddddddddddddddddddddddddddcddddddddddeeeeeeeeeeeeeeeeeeeeehhhhhhhhhhqqqqddeddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddqdeeeeeeezueeeeeecceeueeeeddhhhhhhhhhhddduud",
    "qqqqqqqqqqqqqq}zdeddddddddddddddddddddddddddddddeeeeeeeeeeeeeeeeeeeeeeeeeee}}ddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddeeeeeeeeeeed}}}}}}}}}}}}}}hhhhhhhhhhdddddddddddddddddddddddddddddddddeeeeeeeeeccuqqqc}}ess",
    "ddddddddddddddddddddddeeeeceeeeeeeeeceeeceeeee}}qqqqqqqqqqqqqqq}dddddddddddddddddddddddddeee}}q}ddddddddddd}}}}}dddddddddddddddd"
    "ddddddddtdddddddzz}}}}}eeeeeeeeedddddddddddddddddddddddddddddddddddddddddceeeeeeeeeeeeeeeeeeeeeeeezeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "eeefddddddddddddddddddddddddddddddddddddddddddddddddddddddefedfffeeeeeeeeffffeffdeeeeeeeddddddddddeeqqhhhhhhhhhhqcdddddddddddddd"
    "deff}dddddddd}}dd}}dddddddddddddddddddddd}ddddddd}d}}}dddd}}edfffeeee}}ff}}ffed}}}}}}}}f}}}}dd}dddee}}hhhhhhhhhhddssjjjjjjusdqe}",
    "}eef}dddddd}}}}dd}}dddddddddddddddddddddd}ddddddd}dd}dd}dd}}e}fffee}}}}ee}}eee}}}e}}}}}}}dddd}d}}}}}}}hhhhhhhhhheedddeq}}}}}}}}}"
    "}eef}ddddddddd}ddd}dddddddddddddddddddddd}ddddddd}dd}ddddd}}edfffeeeee}eef}ffe}}d}}}}}}}}}}}}}}}ddee}}hhhhhhhhhhqs}}}}}}}deeeeee",
    "}eff}dddddddd}}dd}}dddddddddddddddddddddd}ddddddd}dd}ddddd}}edfefeeee}}ff}}ffe}}}}}eeeef}}}}dd}dddee}}hhhhhhhhhhudjjjjjj}}}}}}}}"
    "}}ed}dddddd}}}ddd}dddd}}}dd}d}dd}}}dd}}}ddd}}}dddddddddddd}}}}ffeff}}}fff}fffe}}d}}}}}}f}}}}}}}}}}}}}}hhhhhhhhhhjjjuuuuuusu}}}}}",
    "efffedddddddd}ddd}ddddddddddddddddddddddd}dddddddddddddddd}}edeeeffff}eee}eeee}}}}}}}ee}ddd}dd}}ddee}}hhhhhhhhhh}}}}}}}qjjjjjjju"
    "deffqdddddddd}ddd}ddddddddddddddddddddddd}dddddddddd}ddddd}}edfefffff}eff}ffee}}}}}}}ff}}}}}ddd}ddee}}hhhhhhhhhh}ddf}}}}}}}}}}}}",
    "eeffddddddddd}ddd}dddddddddddddddddddddddddddddddddddddddddeedfffeeee}fff}fffedu}}}}dddfjjjjjjjdddee}}hhhhhhhhhhjjjjjjjjjudddddd"
    "}eff}dddddddddddddddddd}}}dddddddddddddddddddddddd}ddddddddd}d}}ddddddd}}}e}}}}fffeee}e}ffffffff}}}}}}hhhhhhhhhh}}ffq}}}}}}}}}}}",
    "}ddddddddddddddddddddddddddddddddddddddddddddddddeddeeeeeee}}}}sddddddceeeeeeeeqhhhhhhhhhhqq}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}dd}d}ddddd}dddddddddddddddddddddddd}d}ddddddddddeddeeeeeeeeed}}ddddd}c}eeeeeee}hhhhhhhhhh}}dddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "duuuqqqqqqqqqqqqqqququuueeuuuuuuhhhhhhhhhhjjjjjjjjjjueueuemnmnffdddddddd}dddddddddddddddddddddddddddddddddddd}}}}eeeeeeeeeeeeeef"
    "eeeeeqeedddddeeeeeeeeeee}eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee}uuuuuuuueuuuuuu}uuqqqqquuuuqq}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddffeeeefeeeeeefeeffeedhhhhhhhhhhqqqqqqddddddffeeddddeeedfffddfffffffdddeeeeddddddddddd"
    "ddeffeeffffffedfhhhhhhhhhhfffeuu``````````````````````````````````````}`}}}}}`}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaqcaaa",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}dddd}}ddddddd}d}dddd}}dddddddddddddddddddddddddddddddd"
    "ddddddddd}dddd}}ddddddddddddddddddddddddddddddddd}dddd}}ddddddd}d}dddd}}ddddddddddddddd}dddddddddddddddddddddddddddddddddddddddd",
    "ddddddddddddddddd}dddd}}ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}eeeqqqqqqqqqjjjjjjjjjjjjjjjjjjjj}}}"
    "dddddddddddddddduuuuuuuuuu}}}}}}``````````````````````````````````````````````````````````````````````````````````````}}aaaaaa}}",
    "lddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddduqddddddddddddddddd"
    "vddddddddddddddddddddddddddmn}}}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddqqqiiidddddddd}}}}}}}",
    "ddddddddddddddddddeeef}}}}}}}}}dddddddddddddddddddeefqq}}}}}}}}}ddddddddddddddddddee}}}}}}}}}}}}ddddddddddddd}ddd}ee}}}}}}}}}}}}"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddeefeeeeeeeffffffffeffeeeeeeeeeeeqqqcqqqsde}}hhhhhhhhhh}}}}}}jjjjjjjjjj}}}}}}",
    "qqqqqqlqqqqeeezehhhhhhhhhh}}}}}}dddddddddddddddddddddddddddddddddddcddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}"
    "dddddeedddddddddddddddddddddddddddddddddded}}}}}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddd}eeeffffeefff}}}}ffeffffffeee}}}}u}}}qqhhhhhhhhhhdddddddddddddddddddddddddddddd}}ddddd}}}}}}}}}}}"
    "dddddddddddddddddddddddddddddddddddddddddddd}}}}dddddddddddddddddddddddddd}}}}}}hhhhhhhhhhj}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "dddddddddddddddddddddddeeffe}}qqdddddddddddddddddddddddddddddddddddddddddddddddddddddfefeeeeeee}efeffeeeeeeeeffffffeeeeeeeeee}}e"
    "hhhhhhhhhh}}}}}}hhhhhhhhhh}}}}}}qqqqqqqcqqqqqq}}eeeeeeeeeeeeeegeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee}}}}}}}}}}}}}}}",
    "eeeefdddddddddddddddddddddddddddddddddddddddddddddddefeeeeefefffffeffdddddddd}qqhhhhhhhhhhqqqqqqquuuuuuuuuueeeeeeeeeuuuuuuuuuqqq"
    "eefddddddddddddddddddddddddddddddfeeeeffeefeeeddhhhhhhhhhhddddddddddddddddddddddddddddddddddddddddddddefeefffefeeeff}}}}}}}}qqqq",
    "ddddddddddddddddddddddddddddddddddddffffffffeeeeeeeeffee}}}qqqqqhhhhhhhhhh}}}dddhhhhhhhhhhddddddddddddddddddddddddddddddccccccqq"
    "aaaaaaaaa`a}}}}}```````````````````````````````````````````}}```qqqqqqqq}}}}}}}}eeeqeeeeeeeeeeeeefeeeeeeeddddeddddddeddfeed}}}}}",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccaaaaaaaaaaaaacaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaccccccccccccccccccccccccccccccccccccceeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a"
    "`a`a`a`a`a`a`a`a`a`a`aaaaaaaaa`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a",
    "aaaaaaaa````````aaaaaa}}``````}}aaaaaaaa````````aaaaaaaa````````aaaaaa}}``````}}aaaaaaaa}`}`}`}`aaaaaaaa````````aaaaaaaaaaaaaa}}"
    "aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaa}aa````btatttaaa}aa````btttaaaa}}aa````}tttaaaaaaaa`````ttt}}aaa}aa````btt}",
    "vvvvvvvvvvvzzzzzllllllqqopmoopmoqqqqqqqqwxzzzzzvqqqqqqqqqopqqqqkkqqqrmnqqqqqqqqqqqrqkqqqqqqqqqqvzzzzz}zzzzzzzzzzjc}}jjjjjjrrrmnc"
    "jjjjjjjjjjrrrmncccccccccccccccccsssssssssssssssssssssssssssssssssssss}}}}}}}}}}}eeeeeeeeeeeeeggggegggeeeeeeeeeeee}}}}}}}}}}}}}}}",
    "uu`uuuu`uua```aa```au`uur`````uuuuuu`u`u`u````ua````addddauuaa``rrrrr`aaaauruuaujjjjjjjjjjjjjjjjiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"
    "iii`aiiiijuu}}}}rrrrruuuuurruuuuruuruuruuuuuuuruuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurruururuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrrrrrrrr",
    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr",
    "uuuuuuuumnmnuuuuuuuuuuuuuuuuuuuurruuuuuuumnuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuruuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrrrrrrrrrrrrrrrrrrrrruuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrruuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}}}}}}}}}}}uuuuuuuuuuu}}}}}}}}}}}}}}}}}}}}}jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj"
    "jjjjjjjjjjjjjjjjjjjjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuujjjjjjjjjjjjjjjjjjjjjj",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuruuuuuuuuuruuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrrrr",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuruuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuumnmnmnmnmnmnmnjjjjjjjjjj"
    "jjjjjjjjjjjjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrmnrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrmnmnmnmnmnrrrrrrrrrrrrrrrr",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
    "rrrmnmnmnmnmnmnmnmnmnmnmnrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrmnmnrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrmnrr",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuurrrrrrrrrrrrrrrrrrrrruurrrrrruuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}uuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "````````````````````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`a```aa`a`a`a````a`aa`aaaaaacc``"
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`aauuuuuu`a`aeee`a}}}}}qqqqjqq",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}a}}}}}a}}dddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}cq}}}}}}}}}}}}}}e"
    "ddddddddddddddddddddddd}}}}}}}}}ddddddd}ddddddd}ddddddd}ddddddd}ddddddd}ddddddd}ddddddd}ddddddd}eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "qqopopqqqopqopqqqqqqqqqlqqlqopqqopmnmnmnmnqqqqqcqqqqqqqqqqllqqqqlqmqqqqqqqqqqqqquuqqqmnmnmnmnl}}qqmn}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "uuuuuuuuuuuuuuuuuuuuuuuuuu}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}}}}}}}}}}}}}}}uuuuuuuuuuuuuuuu",
    "vqqqucdimnmnmnmnmnuumnmnmnmnlmnnuiiiiiiiiieeeefflcccccuuiiicdquu}ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddd}}eettccdlddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddqcccd",
    "}}}}}ddddddddddddddddddddddddddddddddddddddddddd}ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddd}uujjjjuuuuuuuuuudddddddddddddddddddddddddddddddduuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}udddddddddddddddd",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}jjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuujjjjjjjjujjjjjjjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "jjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuujjjjjjjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddduuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "dddddddddddddddddddddcdddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddd}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}ddddddddddddddddddddddddddddddddddddddddccccccqq",
    "ddddddddddddcqqqddddddddddddddddhhhhhhhhhhdd}}}}}}}}}}}}}}}}}}}}`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`adegggqeeeeeeeeeeqc"
    "`a`a`a`a`a`a`a`a`a`a`a`a`a`acceeddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddiiiiiiiiiieeqqqqqq}}}}}}}}",
    "tttttttttttttttttttttttccccccccctt`a`a`a`a`a`a`aaa`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`a`acaaaaaaaa`a`a``a"
    "`a`a`a`actt`a`ad`a`aaa`a`a`a`a`a`a`a`a`a`a`````a`````a`a`a`a`a`a`a`a````a`a``a`a`a`a`a`a`a`a``}}}}`}}}}}}}}}}}}}}cccc`adccaddddd",
    "ddedddeddddedddddddddddddddddddddddffeefuuuue}}}jjjjjjuusu}}}}}}ddddddddddddddddddddddddddddddddddddddddddddddddddddqqqq}}}}}}}}"
    "ffddddddddddddddddddddddddddddddddddddddddddddddddddffffffffffffffffee}}}}}}}}qqhhhhhhhhhh}}}}}}eeeeeeeeeeeeeeeeeeddddddqqqdqdde",
    "hhhhhhhhhhddddddddddddddddddddddddddddeeeeeeeeqqdddddddddddddddddddddddeeeeeeeeeeeff}}}}}}}}}}}qddddddddddddddddddddddddddddd}}}"
    "eeefdddddddddddddddddddddddddddddddddddddddddddddddeffeeeeffeefffqqqqqqqqqqqqq}chhhhhhhhhh}}}}qqdddddecdddddddddhhhhhhhhhhddddd}",
    "dddddddddddddddddddddddddddddddddddddddddeeeeeeffeeffee}}}}}}}}}dddeddddddddef}}hhhhhhhhhh}}qqqqddddddddddddddddcdddddduuudfefdd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddedeeeddeedddddeeded}}}}}}}}}}}}}}}}}}}}}}}}ddcqqdddddddddddfeeffqqdccfe}}}}}}}}}",
    "}dddddd}}dddddd}}dddddd}}}}}}}}}ddddddd}ddddddd}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaatccccaaaaaaaaactt``}}aaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaadddddddddddddddddddddddddddddddddddffeffeffqfe}}hhhhhhhhhh}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}ddddddddddddddddddddddd}}}}ddddddddddddddddddddddddddddddddddddddddddddddddd}}}}",
    "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"
    "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
    "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||"
    "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}dddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "aaaaaaa}}}}}}}}}}}}aaaaa}}}}}deddddddddddrddddddddddddd}ddddd}d}dd}dd}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddtttttttttttttttttuuuuuuuuuuuuuuuuddddddddddddddddddddddddddddddddddddddddddddd",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddnmuuuuuuuuuuuuuuuudddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddduudddddddddddddddddddddddddddddddddddddddddddddddddddddduuuuuuuu}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddddddddddddsuuu",
    "eeeeeeeeeeeeeeeeqqqqqqqmnq}}}}}}eeeeeeeeeeeeeeeeqllkkmnmnmnmnmnmnmnmnqqmnqqqqkkkqqq}qqqqlmnmnmnqqqrlrrr}qsqq}}}}ddddd}dddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}z",
    "}qqqsqqqmnqrqlqqhhhhhhhhhhqqrrrqq``````````````````````````mqntktaaaaaaaaaaaaaaaaaaaaaaaaaamrnrmnqmnqqddddddddddcddddddddddddddd"
    "ddddddddddddddddddddddddddddddccddddddddddddddddddddddddddddddd}}}dddddd}}dddddd}}dddddd}}ddd}}}ssrtuss}urrrruu}}}}}}}}}}zzzuu}}",
    "dddddddddddd}dddddddddddddddddddddddddd}ddddddddddddddddddd}dd}ddddddddddddddd}}dddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}",
    "qqq}}}}jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj}}}uuuuuuuuuiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiijjjjuuuuuuu"
    "uuuuuuuuuujjuuu}uuuuuuuuuuuuu}}}u}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuue}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "ddddddddddddddddddddddddddddd}}}ddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}ejjjjjjjjjjjjjjjjjjjjjjjjjjj}}}}",
    "ddddddddddddddddddddddddddddddddjjjj}}}}}}}}}ddddddddddddddddddddiddddddddi}}}}}ddddddddddddddddddddddddddddddddddddddeeeee}}}}}"
    "dddddddddddddddddddddddddddddd}qdddddddddddddddddddddddddddddddddddd}}}}ddddddddqiiiii}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "````````````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaadddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddd}}hhhhhhhhhh}}}}}}````````````````````````````````````}}}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}}}",
    "dddddddddddddddddddddddddddddddddddddddd}}}}}}}}dddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}q```````````}````"
    "```````````}```````}``}aaaaaaaaaaa}aaaaaaaaaaaaaaa}aaaaaaa}aa}}}dddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}dddddddddddddddddddddd}}}}}}}}}}dddddddd}}}}}}}}}}}}}}}}}}}}}}}}"
    "cccccc}cccccccccccccccccccccccccccccccccccccccccc}cccccccccccccc}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddddd}}d}dddddddddddddddddddddddddddddddddddddddddddd}dd}}}d}}ddddddddddddddddddddddd}qjjjjjjjjddddddddddddddddddddddduujjjjjjj"
    "ddddddddddddddddddddddddddddddd}}}}}}}}jjjjjjjjj}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddddddddddddddddddd}dd}}}}}jjjjj",
    "ddddddddddddddddddddddjjjjjj}}}qdddddddddddddddddddddddddd}}}}}qdddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}jjddjjjjjjjjjjjjjjjj}}jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj",
    "deee}ee}}}}}eeeedddd}ddd}ddddddddddddddddddddddddddddd}}eee}}}}ejjjjjjjjj}}}}}}}qqqqqqqqq}}}}}}}dddddddddddddddddddddddddddddjjq"
    "dddddddddddddddddddddddddddddjjj}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddduddddddddddddddddddddddddddddee}}}}jjjjjqqqqqqq}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}qqqqqqqdddddddddddddddddddddd}}jjjjjjjjddddddddddddddddddd}}}}}jjjjjjjj"
    "dddddddddddddddddd}}}}}}}qqqq}}}}}}}}}}}}jjjjjjj}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "```````````````````````````````````````````````````}}}}}}}}}}}}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}}}}}}jjjjjj",
    "ddddddddddddddddddddddddddddddddddddeeee}}}}}}}}hhhhhhhhhh}}}}}}hhhhhhhhhhddddcd``````````````````````}}}eeeeelcaaaaaaaaaaaaaaaa"
    "aaaaaa}}}}}}}}rr}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj}"
    "dddddddddddddddddddddddddddddddddddddddddd}eel}}dd}}}}}}}}}}}}}}}}dddcdd}tteeeeequuuuuuuudddddddddddddddddddddd}eeeeeeeeeeeeeeee",
    "dddddddddddddddddddddddddddddjjjjjjjjjjd}}}}}}}}ddddddddddddddddddddddeeeeeeeeeeejjjjqqqqq}}}}}}}}}}}}}}}}}}}}}}dddddddddddddddd"
    "ddeeeeqqqq}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddddddddddddddddjjjjjjj}}}}}}}}}}}}}}}}}}}}ddddddddddddddddddddddd}}}}}}}}}",
    "fefdddddddddddddddddddddddddddddddddddddddddddddddddddddeeeeeeeeeeeeeeeqqqqqqq}}}}jjjjjjjjjjjjjjjjjjjjhhhhhhhhhheddeed}}}}}}}}}e"
    "eefdddddddddddddddddddddddddddddddddddddddddddddfffeeeeffeeqqzqqqqe}}}}}}}}}}z}}ddddddddddddddddddddddddd}}}}}}}hhhhhhhhhh}}}}}}",
    "eeeddddddddddddddddddddddddddddddddddddeeeeefeeeeeeee}hhhhhhhhhhqqqqdffd}}}}}}}}dddddddddddddddddddddddddddddddddddeqqd}}}}}}}}}"
    "eefddddddddddddddddddddddddddddddddddddddddddddddddfffeeeeeeeeeffddddqqqqeeeeqfehhhhhhhhhhdqdqqq}jjjjjjjjjjjjjjjjjjjj}}}}}}}}}}}",
    "dddddddddddddddddd}dddddddddddddddddddddddddfffeeeffefeeqqqqqqedde}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "ddddddd}d}dddd}ddddddddddddddd}ddddddddddq}}}}}}dddddddddddddddddddddddddddddddddddddddddddddddefffeeeeeeee}}}}}hhhhhhhhhh}}}}}}",
    "eeff}dddddddd}}dd}}dddddddddddddddddddddd}ddddddd}dd}ddddd}eedffeffff}}ff}}fff}}d}}}}}}f}}}}}dddddff}}eeeeeee}}}eeeee}}}}}}}}}}}"
    "dddddddddd}d}}d}dddddddddddddddddddddddddddddddddddddd}dfffeeeeee}f}}f}ffff}ffefededqq}qq}}}}}}}}ee}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddfffeeeeeeeeffeeefeddddqqqqqhhhhhhhhhhqq}qeddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "ddddddddddddddddddddddddddddddddddddddddddddddddfffeeeeeefeffffeefeeddqd}}}}}}}}hhhhhhhhhh}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "dddddddddddddddddddddddddddddddddddddddddddddddfffeeee}}ffffeefeeqqqqqqqqqqqqqqqqqqqqqqqddddee}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddfffeeeeeeeeffefeeqqqd}}}}}}}}}}}hhhhhhhhhh}}}}}}qqqqqqqqqqqqq}}}}}}}}}}}}}}}}}}}"
    "dddddddddddddddddddddddddddddddddddddddddddefeffeeeeeefedq}}}}}}hhhhhhhhhh}}}}}}hhhhhhhhhhhhhhhhhhhh}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddd}}efeffeeeefeeeee}}}}hhhhhhhhhhjjqqquddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddfffeeeeeeeeefeeq}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaahhhhhhhhhhjjjjjjjjj}}}}}}}}}}}}d",
    "ddddddd}}d}}dddddddd}dd}ddddddddddddddddddddddddffffff}ff}}eefedfdfeqqq}}}}}}}}}hhhhhhhhhh}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddd}}dddddddddddddddddddddddddddddddddddddddfffeeee}}eeffffedqdf}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "deeeeeeeeeeddddddddddddddddddddddddddddddddddddddddeeeeeefdeeeeqqqqqqqqe}}}}}}}}deeeeeeffeeedddddddddddddddddddddddddddddddddddd"
    "ddddddddddeeeeeeeeeeeeefeeqqqdqqqqq}}}}}}}}}}}}}ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}",
    "qqqqqqqqqqd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}efeeefef}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddddddddddddddddddddddddddddq}}}}}}}}}}}}}}hhhhhhhhhh}}}}}}",
    "ddddddddd}dddddddddddddddddddddddddddddddddddddfeeeeeee}eeeeeefedqqqqq}}}}}}}}}}hhhhhhhhhhjjjjjjjjjjjjjjjjjjj}}}qqdddddddddddddd"
    "dddddddddddddddd}}eeeeeeeeeeeeeeeeeeeeee}feeeeeeefeefee}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddd}dd}ddddddddddddddddddddddddddddddddddddddeeeeee}}}e}ee}eeeeeeede}}}}}}}}hhhhhhhhhh}}}}}}dddddd}dd}dddddddddddddddddddddd"
    "ddddddddddfffff}ee}ffefed}}}}}}}hhhhhhhhhh}}}}}}dddddddddddddddddddddddddddddddddddddddddcdd}}}}hhhhhhhhhh}}}}}}ed}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddddddddddddddeeffqq}}}}}}}",
    "eedfddddddddddddd}ddddddddddddddddddddddddddddddddddffeeeee}}}ffefeqqqqqqqqqqqqqhhhhhhhhhhe}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}d}}}}}}}}}}}}}}}jjjjjjjjjjjjjjjjjjjjjuuuuuuuussssuuuuuuuuuuuuuuuuu}}}}}}}}}}}}}q",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiqqqqqiiiiiiiiiii"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"
    "iiiiiii}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddqq}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddzzzzzzzzzzzzzzzzeddddddeeeeeeeeeeeeeee}}}}}}}}}}dddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddeeeeeeeeeeeefffeeehhhhhhhhhh}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}ddddddddddddddddddddddddddddddd}hhhhhhhhhh}}}}qqdddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}hhhhhhhhhh}}}}}}dddddddddddddddddddddddddddddd}}eeeeeq}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddeeeeeeeqqqqquuuuccccqu}}}}}}}}}}hhhhhhhhhh}jjjjjjj}ddddddddddddddddddddd}}}}}ddd"
    "dddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}cccddddddddddddddddddddddddddddddddddddddddccqqqhhhhhhhhhh}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "jjjjjjjjjjjjjjjjjjjjjjjqqqq}}}}}`````````````````````````}}aaaaaaaaaaaaaaaaaaaaaaaaa}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}edfffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffff}}}}}}}eeeeccccccccccccc}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ccqce}}}}}}}}}}}ffcciii}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}d",
    "ddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddd}}}}}}}}}}}}}}ddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}cccc}ccccccc}cc}",
    "ddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}d}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddd}}d}}}}}}}}}}}}}}ddddd}}}}}}}dddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}ddddddddddddd}}}"
    "ddddddddd}}}}}}}dddddddddd}}ueeqzzzz}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuhhhhhhhhhhuuu}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}uuuuuuuuuuuuuuuuuuuuuuu}uuu}}}}}}}}rrruuuuuuuuuuuuuuuurrrrrrrrrrrrrr}}",
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee}}eeeeeeeeeeeeeeeeeeeeeee}}}}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuueeuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuffeeeuuuffffffzzzzzzzzeeeee"
    "eeeuueeeeeeeuuuuuuuuuuuuuuuuuuuuuuuuuuuuuueeeeuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuueeeu}}}}}}}}}}fffuuuuuuuueeuufuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "ff}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}jjjjjjjjjjjjjjjjjjjj}}}}}}}}}}}}jjjjjjjjjjjjjjjjjjjj}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}jjjjjjjjjjjjjjjjjjjjjjjjj}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "``````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaa``````````````````````````aaaaaaa}aaaaaaaaaaaaaaaaaa````````````````````````"
    "``aaaaaaaaaaaaaaaaaaaaaaaaaa`}``}}`}}``}}````}````````aaaa}a}aaaaaaa}aaaaaaaaaaa``````````````````````````aaaaaaaaaaaaaaaaaaaaaa",
    "aaaa``}````}}````````}```````}aaaaaaaaaaaaaaaaaaaaaaaaaa``}````}`````}`}}}```````}aaaaaaaaaaaaaaaaaaaaaaaaaa````````````````````"
    "``````aaaaaaaaaaaaaaaaaaaaaaaaaa``````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaa``````````````````````````aaaaaaaaaaaaaaaaaa",
    "aaaaaaaa``````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaa``````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaa````````````````"
    "``````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaa}`````````````````````````raaaaaaaaaaaaaaaaaaaaaaaaaraaaaaa`````````````````````````raaaa",
    "aaaaaaaaaaaaaaaaaaaaaraaaaaa`````````````````````````raaaaaaaaaaaaaaaaaaaaaaaaaraaaaaa`````````````````````````raaaaaaaaaaaaaaaa"
    "aaaaaaaaaraaaaaa`````````````````````````raaaaaaaaaaaaaaaaaaaaaaaaaraaaaaa`a}}hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh",
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeuuuueeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeuuuuuuuueuuuuuuuuuu"
    "uuuueuuqqqqq}}}}}}}}}}}}}}}eeeee}eeeeeeeeeeeeeee}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrr}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "aaaaaaaaaadaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`aaaaaaa`a`aa`aaa`aaaaaaaaaaaaaaaaaaaaaa`a`a`a`aaa`a`a`a`a`a`a`a"
    "dd}}}}}}}}}}}}}}aaaaaaa}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ccccccccccccccccccccccccccccccccccccccccccccccccccc",
    "eeeeeee}eeeeeeeeeeeeeeeee}}eeeeeee}ee}eeeee}}}}}cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}e}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddd}}}eeeeeeeccccccc}}hhhhhhhhhh}}}}du}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}dddddddddddddddddddddddddddddde}}}}}}}}}}}}}}}}}ddddddddddddddddddddddddddddddddddddddddddddeeeehhhhhhhhhh}}}}}s",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}dddddddddddddddddddddddddddceeeehhhhhhhhhh}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddddddddddddddddddddddddddddddeedhhhhhhhhhh}}}}q",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddddddddddddddddddddddddddddddd}dddeddedddddddeeddddde}}}}}}}}dc",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}ddddddd}dddd}dd}ddddddddddddddd}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}jjjjjjjjjeeeeeee}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "``````````````````````````````````aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeec}}}}hhhhhhhhhh}}}}qq}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}jjjjjjjjjjjjjjj"
    "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjujjjsjjjj}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjujjjjjjjjjjjjjjj}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddd}ddddddddddddddddddddddddddd}dd}d}}d}dddddddddd}dddd}d}d}}}}}}d}}}}d}d}d}ddd}dd}d}}d}d}d}d}d}dd}d}}dddd}ddddddd}dddd}dddd}d}"
    "dddddddddd}ddddddddddddddddd}}}}}ddd}ddddd}ddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}rr}}}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}uuuuuuuuuuuuuuu}}uuuuuuuuuuuuuuu}uuuuuuuuuuuuuuu}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}",
    "jjjjjjjjjjjjjuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuu",
    "uuu}}}}}}}}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}uuuuuuuuu}}}}}}}uu}}}}}}}}}}}}}}uuuuuu}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuttttt",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}uuuuuuuuuuuuuuuuu}}}uuuuuuuuuuuuu}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}uuuuuuuuuuuu}}}}uuuuuuuuuuuuuuuu",
    "uuuuuuuuuuuu}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}uuuuuuuuuu}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuu}}}}}}}}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}uuuuuuuuuuuu}}}}uu}}}}}}}}}}}}}}rrrrrrrrr}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}}}}}}}}uuuuuuuuuuuuuu}}uuuuuuuuuuuuu}}}"
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu}u}}}uuuuuuuuuuuuuuuuuu}uuuuuuuuuuuuu}}}uuuuuuuuuuuu}}}}}",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
    "uuuuuuuuuuuuuuuuuuu}uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuhhhhhhhhhhu}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddd}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddd}}dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}dddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}dddddddddddddddddddddddddddddddddddddddddddddddd"
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "}z}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee}}}}}}}}}}}}}}}}",
    "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||"
    "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||}}",
};
