#!/usr/bin/env bash
# What two ways into a component make of values that are not of the function's WIT type: jco 1.35.0 (npm) and wasmtime 50.0.1 (PyPI),
# which transpile and load the same component that gives back what it is given. Needs node, npm, python3 and the public registries;
# uses a temporary folder only. Fails when an answer changes.
#
# Seen: numbers beyond a type's range wrap around without an error in both, so that -1 is the largest number. jco also takes a text for
# a boolean, where "false" is true, what is not there for 0 and false, the first of several characters, and a text that is no number
# for NaN; wasmtime refuses values of another type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
u8 256: jco 0; wasmtime 0
u8 -1: jco 255; wasmtime 255
u64 -1: jco 18446744073709551615; wasmtime 18446744073709551615
u8 "3": jco 3; wasmtime TypeError
u8 null: jco 0; wasmtime TypeError
bool "false": jco true; wasmtime TypeError
bool null: jco false; wasmtime TypeError
char "ab": jco "a"; wasmtime TypeError
f64 "x": jco NaN; wasmtime TypeError
EXPECTED

cat > echo.wat <<'WAT'
(component
  (core module $module
    (func (export "i32") (param i32) (result i32) local.get 0)
    (func (export "i64") (param i64) (result i64) local.get 0)
    (func (export "f64") (param f64) (result f64) local.get 0))
  (core instance $core (instantiate $module))
  (func (export "u8") (param "value" u8) (result u8) (canon lift (core func $core "i32")))
  (func (export "u64") (param "value" u64) (result u64) (canon lift (core func $core "i64")))
  (func (export "bool") (param "value" bool) (result bool) (canon lift (core func $core "i32")))
  (func (export "char") (param "value" char) (result char) (canon lift (core func $core "i32")))
  (func (export "f64") (param "value" f64) (result f64) (canon lift (core func $core "f64"))))
WAT
cat > cases.json <<'JSON'
[["u8", 256], ["u8", -1], ["u64", -1], ["u8", "3"], ["u8", null], ["bool", "false"], ["bool", null], ["char", "ab"], ["f64", "x"]]
JSON

npm init --yes > npm.log
npm pkg set type=module
npm install --silent --no-audit --no-fund --ignore-scripts @bytecodealliance/jco@1.35.0 >> npm.log
export WAST_STRICT_COMPONENT_INDICES=0
npx jco parse echo.wat -o echo.wasm
npx jco transpile echo.wasm -o javascript > transpile.log
cat > call.js <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import * as component from "./javascript/echo.js";

for (const [type, value] of JSON.parse(readFileSync("cases.json"))) {
  try {
    const seen = component[type](type === "u64" ? BigInt(value) : value);
    console.log(typeof seen === "string" ? JSON.stringify(seen) : String(seen));
  } catch (error) {
    console.log(error.constructor.name);
  }
}
JAVASCRIPT
node call.js > javascript.txt

python3 -m venv venv
venv/bin/pip install --quiet wasmtime==50.0.1
cat > call.py <<'PYTHON'
import json

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker

engine = Engine()
store = Store(engine)
instance = Linker(engine).instantiate(store, Component.from_file(engine, "echo.wasm"))
javascript = open("javascript.txt").read().splitlines()
for (kind, value), seen in zip(json.load(open("cases.json")), javascript, strict=True):
    try:
        here = json.dumps(instance.get_func(store, kind)(store, value))
    except Exception as error:
        here = type(error).__name__
    print(f"{kind} {json.dumps(value)}: jco {seen}; wasmtime {here}")
PYTHON
venv/bin/python call.py > seen.txt
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
