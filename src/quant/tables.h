/* tables.h: the numbers that 4-bit codes stand for, in the order of the codes. */
#ifndef OG_QUANT_TABLES_H
#define OG_QUANT_TABLES_H

#define OG_IQ4_VALUES -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
/* e2m1 floats, doubled: bit 3 is the sign. */
#define OG_MXFP4_VALUES 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12

#endif
