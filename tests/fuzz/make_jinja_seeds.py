#!/usr/bin/env python3
"""Writes the seeds of fuzz_jinja: corpus/jinja/ beside this script, a byte of options and a template each."""
import pathlib

FOLDER = pathlib.Path(__file__).parent / "corpus" / "jinja"
TEXTS = [
    "{%- for m in messages -%}{{ m.role }}{{ loop.index0 }}{% else %}x{% endfor +%}\n  {% if n > 1 and not t %}a{% elif s %}b{% endif %}",
    "{% macro m(a, b=1) %}{{ caller() if caller }}{{ a ~ b }}{% endmacro %}{% call m(1) %}x{% endcall %}{% set ns = namespace(i=0) %}{% set ns.i = 2 %}",
    "{{ d | tojson(indent=2) }}{{ items | sort | map('string') | join(',') }}{{ s[::-1] }}{{ s.split('\\n') | last | title | indent(2) }}",
    "{{ '%05.2f %s' % (f, s) }}{{ '{0:>5}{a!r}'.format(1, a=s) }}{{ messages | selectattr('role', 'eq', 'user') | list }}{{ strftime_now('%c') }}",
    "{% raw %}{{ x }}{% endraw %}{# c -#} {% filter upper %}a{% endfilter %}{% with a = 1 %}{{ a }}{% endwith %}{% set q %}z{% endset %}{{ (1, 2)[0] }}",
    "{% for i in items recursive %}{{ loop([1]) if i == 3 }}{{ loop.cycle(1, 2) }}{% break %}{% endfor %}{{ {1: 2.5e3, 'k': [none]} }}{{ 7 // 2 ** 2 % 3 }}",
]

FOLDER.mkdir(parents=True, exist_ok=True)
for i, text in enumerate(TEXTS):
    (FOLDER / f"seed{i}").write_bytes(bytes([i]) + text.encode())
