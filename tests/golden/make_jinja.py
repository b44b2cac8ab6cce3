#!/usr/bin/env python3
"""Writes tests/golden/jinja/cases.h: small templates and what jinja2 (PyPI, 3.1) makes of them, set up as transformers does but for a
sandbox that lets lists and dicts change. None as the text: jinja2 refuses."""
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
from jinja2.sandbox import SandboxedEnvironment

CONTEXT = {
    "messages": [
        {"role": "system", "content": " Be brief. "},
        {"role": "user", "content": "Grüße <|im_end|> 'x' \"y\""},
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1.5, "b": [True, None]}}}]},
    ],
    "n": 7, "f": 0.1, "big": 1e16, "small": 1e-7, "t": True, "items": [3, 1, 2], "d": {"b": 1, "a": {"x": [1, 2]}}, "empty": "",
    "text": "one two\nthree\n\nfour", "bos_token": "<s>",
}
TEMPLATES = [
    "{% for m in messages %}\n  {{- m.role }}:{{ m.content or '-' }}|\n{%- endfor %}",
    "{%- for m in messages -%} {{ loop.index }}/{{ loop.length }} {{ loop.first }} {{ loop.last }} {{ loop.previtem.role }} {% endfor %}",
    "{{ messages[2].tool_calls[0].function | tojson }}|{{ d | tojson(indent=2) }}|{{ messages[1].content | tojson }}",
    "{{ d }}|{{ items }}|{{ (1,) }}|{{ [none, true, 1.0, 'a\\'b', \"q\\n\"] }}|{{ big }} {{ small }} {{ f }} {{ f + 0.2 }} {{ 1e100 }} {{ -0.0 }}",
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 7 / 2 }} {{ 7.5 // 2 }} {{ '%05.2f|%-4s|%+d' % (3.14159, 'ab', 5) }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' in 'cat' }} {{ 4 not in items }} {{ 'b' in d }} {{ not t }} {{ n == 7.0 }} {{ 'x' ~ 1 ~ none }}",
    "{{ text[1:5] }}|{{ text[::-1] }}|{{ text[-4:] }}|{{ items[::2] }}|{{ items[5:] }}|{{ items[-1] }}|{{ text[100] }}|{{ 'Grüße'[2:4] }}",
    "{% set ns = namespace(x=0, y='') %}{% for i in items %}{% set ns.x = ns.x + i %}{% set z = i %}{% endfor %}{{ ns.x }}{{ z is defined }}",
    "{% macro m(a, b='B', c=none) %}[{{ a }}{{ b }}{{ c }}{{ caller(1) if caller }}]{% endmacro %}{{ m(1) }}{{ m(1, c=2) }}{% call(x) m('z') %}<{{ x }}>{% endcall %}",
    "{% macro r(n) %}{{ n }}{% if n > 0 %},{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(5) }}",
    "{% macro v() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ v(1, 2, k=3) }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set s %}  hi {% endset %}[{{ s | trim }}]{% set u | upper %}abc{% endset %}{{ u }}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{{ d | dictsort }}{{ d.keys() | list }}{{ d | items | list }}",
    "{% for i in range(10) %}{% if i is odd %}{% continue %}{% endif %}{% if i > 6 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}{% for i in items if i > 1 %}{{ loop.index }}:{{ i }} {% endfor %}",
    "{% for i in items recursive %}{{ i }}{{ loop([9]) if i == 3 }}{% endfor %}{% for i in items %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{% endfor %}",
    "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}{{ messages | rejectattr('content') | map(attribute='role') | join(',') }}",
    "{{ items | sort }}{{ items | sort(reverse=true) | first }}{{ items | max }}{{ items | sum }}{{ ['b', 'A', 'a'] | unique | list }}{{ ['b', 'A'] | sort }}",
    "{{ items | batch(2, 0) | list }}{{ items | slice(2) | list }}{{ messages | groupby('role') | map('first') | list }}",
    "{{ text | indent(2) }}|{{ text | title }}|{{ text | wordcount }}|{{ 'aé' | upper }}|{{ 'ÀB' | lower }}|{{ 'hello wORLD' | capitalize }}|{{ \"it's\".title() }}",
    "{{ ' a b '.split() }}{{ 'a,b,,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}{{ 'a b c'.rsplit(' ', 1) }}{{ text.splitlines() }}{{ 'k=v'.partition('=') }}",
    "{{ 'xxabxx'.strip('x') }}{{ 'abab'.replace('b', 'c', 1) }}{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.find('c') }}{{ 'aXb'.lower().islower() }}{{ 'ab'.count('b') }}",
    "{{ '{} {1}'.format(1) if false else '{0}-{1:>4}-{2:.2f}'.format('a', 'b', 2.5) }}",
    "{{ '10' | int + 1 }}{{ 'x' | int(5) }}{{ '1.5' | float }}{{ 2.5 | round }}{{ 3.14159 | round(2) }}{{ 7 | round }}{{ '0x1f' | int(base=16) }}{{ -3 | abs }}",
    "{{ missing | default('d') }}{{ empty | default('e', true) }}{{ missing is defined }}{{ none is none }}{{ missing.x is defined if false }}[{{ missing }}]",
    "{{ n is number }}{{ t is integer }}{{ d is mapping }}{{ 'a' is string }}{{ items is sequence }}{{ range is callable }}{{ 6 is divisibleby 3 }}{{ 1 is sameas true }}{{ d is iterable }}",
    "{% raw %}{{ not }} {% x %}{% endraw %}{# comment #}\n  {% if t %}\n yes\n  {% endif %}\n{%+ if t +%} x {% endif -%}   end\n",
    "{% filter upper %}abc {{ n }}{% endfilter %}{% with x = 1, y = 2 %}{{ x + y }}{% endwith %}{% generation %}g{% endgeneration %}",
    "{{ strftime_now('%d %B %Y %H:%M:%S %A %j %y %b %a %I%p') }}",
    "{% set l = [1] %}{% set _ = l.append(2) %}{% do l.extend([3]) %}{{ l }}{{ l.pop() }}{{ l }}{% set _ = d.update({'z': 1}) %}{{ d.get('q', 'Q') }}",
    "{{ '<a&\"' | e }}{{ '<b>' | safe }}{{ 'a b/ü' | urlencode }}{{ 'foo bar baz' | truncate(7, true, '..', 0) }}{{ {'a': 'b'} | xmlattr }}",
    "{{ [1, 2] + [3] }}{{ 'ab' * 2 }}{{ [0] * 3 }}{{ (1, 2) + (3,) }}{{ true + 1 }}{{ {'a': 1} == {'a': 1.0} }}{{ [1, 2] < [1, 3] }}",
    "{% if messages | selectattr('role', 'equalto', 'nobody') %}generators are true{% endif %}{{ messages | selectattr('x') | list | length }}",
    "{{ none + 1 }}", "{{ missing.x }}", "{{ 'a' + 1 }}", "{{ raise_exception('no') }}", "{{ 1 // 0 }}", "{{ [] | nofilter }}", "{{ 'a' is notest }}",
    "{% for a, b in items %}{% endfor %}", "{{ n() }}", "{{ items | tojson(foo=1) }}", "{{ missing | tojson }}", "{% set n.x = 1 %}",
    "{{ range(1000000) }}", "{% if %}{% endif %}", "{{ 'a }}", "{% for %}", "{{ 1 +  }}", "{{ (1 }}", "{% endif %}", "{% macro m(a=1, b) %}{% endmacro %}",
]


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.Scope(body, lineno=lineno)


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def render(text):
    env = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols", "jinja2.ext.do"])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = refuse
    env.globals["strftime_now"] = lambda f: datetime.datetime(2025, 7, 10, 12, 0, 0).strftime(f)
    try:
        return env.from_string(text).render(**json.loads(json.dumps(CONTEXT)))
    except Exception:
        return None


def literal(text):
    if text is None:
        return "NULL"
    out = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{out}"'


lines = ["/* Written by ../make_jinja.py with jinja2 %s. */" % jinja2.__version__, "CONTEXT(%s)" % literal(json.dumps(CONTEXT))]
lines += ["CASE(%s, %s)" % (literal(t), literal(render(t))) for t in TEMPLATES]
path = pathlib.Path(__file__).parent / "jinja" / "cases.h"
path.write_text("\n".join(lines) + "\n")
print(len(TEMPLATES), "cases,", sum(render(t) is None for t in TEMPLATES), "refused")
