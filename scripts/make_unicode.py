#!/usr/bin/env python3
"""Writes src/text/unicode_data.c, the general category of every code point, to standard output.

Uses Python's unicodedata, or the package unicodedata2 where it is installed (newer data under the same interface):
    python3 scripts/make_unicode.py > src/text/unicode_data.c
"""
try:
    import unicodedata2 as unicodedata
except ImportError:
    import unicodedata

# The order of og_category in src/text/unicode.h. "white control": the control characters that are white space.
CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
              "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "white control"]
WHITE_CONTROLS = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}  # with Z*, this is the property White_Space
BLOCK = 256


def letter(cp):
    name = "white control" if cp in WHITE_CONTROLS else unicodedata.category(chr(cp))
    return chr(ord("`") + CATEGORIES.index(name))


def main():
    blocks, index = {}, []
    for first in range(0, 0x110000, BLOCK):
        text = "".join(letter(cp) for cp in range(first, first + BLOCK))
        index.append(blocks.setdefault(text, len(blocks)))
    assert len(blocks) <= 256

    print(f"/* unicode_data.c: general categories of Unicode {unicodedata.unidata_version}. Written by scripts/make_unicode.py. */")
    print('#include "text/unicode.h"\n')
    print("/* clang-format off */")
    print(f"const uint8_t og_unicode_index[{len(index)}] = {{")
    for i in range(0, len(index), 32):
        print("    " + ", ".join(map(str, index[i:i + 32])) + ",")
    print("};\n")
    print(f"const char og_unicode_block[{len(blocks)}][{BLOCK + 1}] = {{")
    for text in blocks:
        print(f'    "{text[:128]}"\n    "{text[128:]}",')
    print("};")


if __name__ == "__main__":
    main()
