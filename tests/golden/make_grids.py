#!/usr/bin/env python3
"""The codebooks of the IQ1, IQ2 and IQ3 formats, from the PyPI package `gguf`, as the rows of src/quant/grids_data.c.

Needs: pip install gguf numpy. Prints each codebook's points, a number each: two bits (IQ1, IQ2) or three (IQ3) a coordinate, the first
coordinate lowest, which say the how many-th value the coordinate has.
"""
import numpy as np
from gguf import quants

BOOKS = {"IQ2_XXS": 2, "IQ2_XS": 2, "IQ2_S": 2, "IQ1_S": 2, "IQ3_XXS": 3, "IQ3_S": 3}


def main() -> None:
    for name, bits in BOOKS.items():
        book = getattr(quants, name)
        book.init_grid()
        points = np.searchsorted(np.array(book.grid_map, np.float32), book.grid.reshape(book.grid_shape))
        codes = (points << (bits * np.arange(points.shape[1]))).sum(axis=1)
        print(f"/* {name}: {len(codes)} points, values {', '.join(map(str, book.grid_map))} */")
        rows = [f"P(0x{c:04x})" if bits == 2 else f"P(0{c:04o})" for c in codes]
        for at in range(0, len(rows), 15):
            print("    " + ", ".join(rows[at : at + 15]) + ",")


if __name__ == "__main__":
    main()
