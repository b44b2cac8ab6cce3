// Random documents of schemas' grammars, checked by ajv: every one must be valid.
//
//   npm install --prefix /tmp/node ajv ajv-formats
//   cmake --build build-test --target walk_schema
//   NODE_PATH=/tmp/node/node_modules node tests/parity/walk_schemas.mjs build-test/walk_schema CASES.json [N]
//
// CASES.json: a list of {"schema": ..., "draft": "draft7" or not}, such as vectors/grammar/json_schema_cases.json. Schemas that the compiler
// refuses are counted. Left out, because ajv's numbers are doubles and its format email is narrower than RFC 5321: documents with numbers of more
// than 15 digits, schemas with that format.
import { createRequire } from "node:module";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_PATH ?? ".", "x.js"));
const Ajv = require("ajv").default, Ajv2020 = require("ajv/dist/2020").default, formats = require("ajv-formats").default;
const [walk, cases, n = "60"] = process.argv.slice(2);
const file = join(mkdtempSync(join(tmpdir(), "walk")), "schema.json");
let good = 0, bad = 0, refused = 0, empty = 0;
JSON.parse(readFileSync(cases, "utf8")).forEach((c, i) => {
  if (JSON.stringify(c.schema).includes('"email"')) return;
  writeFileSync(file, JSON.stringify(c.schema));
  const made = spawnSync(walk, [file, n, String(i + 1)], { maxBuffer: 1 << 28 });
  if (made.status === 3) return void refused++;
  if (made.status !== 0) {
    console.log(`${c.id ?? i}: ${made.stderr}`);
    if (!String(made.stderr).trim().endsWith("follow")) bad++;
    return;
  }
  const old = c.draft === "draft7";
  const ajv = new (old ? Ajv : Ajv2020)({ strict: false, multipleOfPrecision: 9, allErrors: true, ownProperties: true });
  formats(ajv);
  let check;
  try {
    check = ajv.compile(c.schema);
  } catch (e) {
    console.log(`${c.id ?? i}: ajv: ${e.message}`);
    return;
  }
  const documents = made.stdout.toString("utf8").split("\0").slice(0, -1);
  if (documents.length === 0) empty++;
  for (const text of documents) {
    if (/[0-9.]{16}/.test(text)) continue;
    let value;
    try {
      value = JSON.parse(text);
    } catch (e) {
      console.log(`${c.id ?? i}: not JSON: ${text}`);
      bad++;
      continue;
    }
    if (check(value)) good++;
    else {
      bad++;
      console.log(`${c.id ?? i}: ${JSON.stringify(c.schema).slice(0, 300)} makes ${text.slice(0, 300)}: ${ajv.errorsText(check.errors)}`);
    }
  }
});
console.log(`${good} documents are valid, ${bad} are not; ${refused} schemas refused, ${empty} have none`);
process.exit(bad ? 1 : 0);
