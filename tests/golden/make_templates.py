#!/usr/bin/env python3
"""Writes tests/golden/jinja/templates.tsv: what independent implementations make of whole chat templates, and says where they differ.

    make_templates.py TEMPLATES OUT FOLDER

TEMPLATES: a folder of *.jinja files. FOLDER: where npm has installed @huggingface/jinja. jinja2 (PyPI, 3.1) set up as transformers does gives
the golden digest, or @huggingface/jinja where that refuses; where both render, every difference between them is printed. The conversation has instructions, two tools,
a call, its result, an answer and a further question; it is rendered with reasoning as the template has it, on and off. The first of
four forms of the call is taken that the template prints as JSON.

Columns: template, reasoning, form of the call, by which of the two, bytes, SHA-256 of the rendering (-: both refuse).
"""
import datetime
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2025, 7, 10, 12, 0, 0)
ARGUMENTS = {"city": "Paris", "days": 3}
# How templates want a message of nothing but calls: its arguments and its content.
FORMS = {"object": (ARGUMENTS, ""), "text": (json.dumps(ARGUMENTS), ""), "object-null": (ARGUMENTS, None), "text-null": (json.dumps(ARGUMENTS), None)}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city.", "parameters": {"type": "object", "properties": {
        "city": {"type": "string", "description": "The city"}, "days": {"type": "integer", "description": "How many"}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "add", "description": "Adds <|im_end|>.", "parameters": {"type": "object", "properties": {
        "a": {"type": "number", "description": "left"}, "b": {"type": "number", "description": "right"}}, "required": ["a", "b"]}}},
]


def messages(arguments, content):
    call = {"id": "call00001", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
    return [
        {"role": "system", "content": "Be kind. "},
        {"role": "user", "content": "Weather in\nParis? 世界"},
        {"role": "assistant", "content": content, "tool_calls": [call]},
        {"role": "tool", "content": "{\"sky\": \"<clear>\"}", "tool_call_id": "call00001", "name": "get_weather"},
        {"role": "assistant", "content": "Clear \"sky\"."},
        {"role": "user", "content": "And\ttomorrow?"},
    ]


def context(form, reasoning):
    c = {"messages": messages(*form), "documents": None, "tools": TOOLS, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>"}
    if reasoning != "default":
        c["enable_thinking"] = c["thinking"] = reasoning == "on"
    return c


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment(lenient=False):
    def refuse(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys,
                          default=list if lenient else None)  # a generator is no list, unless `lenient`

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = refuse
    env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    return env


def render(env, text, form, reasoning):
    try:
        return env.from_string(text).render(**context(form, reasoning))
    except Exception as e:  # a template may do anything
        return e


def as_json(text):
    """Whether the call's arguments are printed as JSON, neither as Python has objects nor as JSON in JSON."""
    return isinstance(text, str) and "Paris" in text.split("世界")[1] and "{'city'" not in text and '\\"city' not in text


NODE = """
import { Template } from '@huggingface/jinja';
import { readFileSync, writeFileSync } from 'fs';
globalThis.Date = class extends Date { constructor(...a) { super(...(a.length ? a : [2025, 6, 10, 12, 0, 0])); } };
const jobs = JSON.parse(readFileSync(process.argv[2], 'utf8'));
writeFileSync(process.argv[3], JSON.stringify(jobs.map(j => {
    try { return { text: new Template(j.text).render(j.context) }; }
    catch (e) { return { error: String(e.message) }; }
})));
"""


def other(folder, jobs):
    with tempfile.TemporaryDirectory(dir=folder) as tmp:
        tmp = pathlib.Path(tmp)
        (tmp / "run.mjs").write_text(NODE)
        (tmp / "jobs.json").write_text(json.dumps(jobs))
        subprocess.run(["node", tmp / "run.mjs", tmp / "jobs.json", tmp / "out.json"], check=True)
        return json.loads((tmp / "out.json").read_text())


def main():
    env, chooser, jobs = environment(), environment(lenient=True), []
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.jinja")):
        text = file.read_text()
        kind = next((k for k, form in FORMS.items() if as_json(render(chooser, text, form, "default"))), "object")
        for reasoning in ("default", "on", "off"):
            jobs.append({"name": file.stem, "reasoning": reasoning, "kind": kind, "text": text, "context": context(FORMS[kind], reasoning),
                         "want": render(env, text, FORMS[kind], reasoning)})
    got = other(sys.argv[3], [{"text": j["text"], "context": j["context"]} for j in jobs])
    rows, equal, good = [], 0, 0
    for job, second in zip(jobs, got):
        want, by, label = job["want"], "jinja2", f"{job['name']} ({job['reasoning']})"
        if isinstance(want, str):
            good += 1
            equal += second.get("text") == want
            if second.get("text") != want:
                print(f"{label}: @huggingface/jinja differs: {second.get('error', second.get('text'))[:200]!r}")
        else:
            print(f"{label}: jinja2 refuses: {want}; @huggingface/jinja: {second.get('error', 'renders')}")
            want, by = second.get("text"), "huggingface"
        data = (want or "").encode()
        digest = hashlib.sha256(data).hexdigest() if want is not None else "-"
        rows.append([job["name"], job["reasoning"], job["kind"], by, str(len(data)), digest])
    pathlib.Path(sys.argv[2]).write_text("".join("\t".join(r) + "\n" for r in rows))
    print(f"{good} of {len(jobs)} rendered by jinja2, {equal} of them alike by @huggingface/jinja")


main()
