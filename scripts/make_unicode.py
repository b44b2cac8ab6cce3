#!/usr/bin/env python3
"""Writes tables of Unicode to standard output: the general category of every code point, or (with the argument fold) lower case and letters
without their accents.

Uses Python's unicodedata, or the package unicodedata2 where it is installed (newer data under the same interface):
    python3 scripts/make_unicode.py > src/text/unicode_data.c
    python3 scripts/make_unicode.py fold > src/text/unicode_fold_data.c
"""
import sys

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


def lower_ranges():
    """[from, to, distance]; every code point between, or (odd distances) every second one."""
    out = []
    for cp in range(0x110000):
        low = chr(cp).lower()  # İ becomes two, the second of which is an accent
        if low == chr(cp) or len(low) != 1 and cp != 0x130:
            continue
        step = 2 if (ord(low[0]) - cp) % 2 else 1
        if out and out[-1][2] == ord(low[0]) - cp and cp - out[-1][1] == step:
            out[-1][1] = cp
        else:
            out.append([cp, cp, ord(low[0]) - cp])
    return out


def base_ranges():
    """What is left of a character's full canonical decomposition without its nonspacing marks: [from, to, the first one's], or
    [cp, cp, all of them]. Syllables of Hangul, which are computed, are left out."""
    out = []
    for cp in range(0x110000):
        if 0xAC00 <= cp < 0xD7A4 or 0xD800 <= cp < 0xE000 or unicodedata.category(chr(cp)) == "Mn":
            continue
        base = [ord(c) for c in unicodedata.normalize("NFD", chr(cp)) if unicodedata.category(c) != "Mn"]
        assert 1 <= len(base) <= 3
        if base == [cp]:
            continue
        last = out[-1] if out else None
        if last and len(base) == len(last[2]) == 1 and cp == last[1] + 1 and base[0] == last[2][0] + cp - last[0]:
            last[1] = cp
        else:
            out.append([cp, cp, base])
    return out


def table(rows, per_line):
    for i in range(0, len(rows), per_line):
        print("    " + ", ".join(rows[i:i + per_line]) + ",")
    print("};")


def fold():
    print(f"/* unicode_fold_data.c: lower case and letters without accents, Unicode {unicodedata.unidata_version}. Written by scripts/make_unicode.py. */")
    print('#include "text/unicode.h"\n')
    print("/* clang-format off */")
    lower, base = lower_ranges(), base_ranges()
    print(f"const size_t og_unicode_n_lower = {len(lower)}, og_unicode_n_base = {len(base)};\n")
    print(f"const og_lower_range og_unicode_lower[{len(lower)}] = {{")
    table([f"{{{a}, {b}, {d}}}" for a, b, d in lower], 8)
    print(f"\nconst og_base_range og_unicode_base[{len(base)}] = {{")
    table([f"{{{a}, {b}, {{{', '.join(map(str, c))}}}}}" for a, b, c in base], 6)


def main():
    if sys.argv[1:] == ["fold"]:
        return fold()
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
