#!/usr/bin/env bash
# What jaq 3.1.2 makes of expressions that people write for data with absent values, beside jq 1.8.2 (PyPI jq 1.13.0).
# Needs cargo, python3 and the public registries; uses a temporary folder only. Fails when an answer changes.
#
# Seen: jaq joins null as "null", prints 10/5 as 2.0, divides by zero, deletes other elements than those that were named
# together, and refuses slices and assignments through null. In the first four rows it gives other data without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > rows.txt <<'ROWS'
["Ada", null] | join(" ")
10 / 5 | tostring
1 / 0 | tojson
[1, 2, 3] | del(.[0, 1])
{"a": null} | .a[1:]
{} | .a.b = 1
{} | del(.a.b)
"Ärger" | test("^\\p{Lu}")
ROWS

cat > expected.txt <<'EXPECTED'
jq:   "Ada "
jaq:  "Ada null"
jq:   "2"
jaq:  "2.0"
jq:   an error
jaq:  "Infinity"
jq:   [3]
jaq:  [2]
jq:   null
jaq:  an error
jq:   {"a":{"b":1}}
jaq:  an error
jq:   {}
jaq:  an error
jq:   true
jaq:  an error
EXPECTED

mkdir -p jaq/src
cat > jaq/Cargo.toml <<'TOML'
[package]
name = "jaq-answers"
version = "0.0.0"
edition = "2021"

[dependencies]
jaq-core = "=3.1.2"
jaq-std = "=3.0.4"
jaq-json = "=2.0.3"
TOML
cat > jaq/src/main.rs <<'RUST'
use jaq_core::{data, load, Compiler, Ctx, Vars};
use jaq_json::Val;

fn answer(code: &str) -> Option<String> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = load::Arena::default();
    let modules = load::Loader::new(defs).load(&arena, load::File { code, path: () }).ok()?;
    let filter = Compiler::default().with_funs(funs).compile(modules).ok()?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let result = filter.id.run((context, Val::default())).next()?.ok()?;
    Some(result.to_string())
}

fn main() {
    for code in std::io::stdin().lines() {
        println!("{}", answer(&code.unwrap()).unwrap_or_else(|| "an error".into()));
    }
}
RUST
cargo run --quiet --manifest-path jaq/Cargo.toml < rows.txt > jaq.txt

python3 -m venv python
python/bin/pip install --quiet jq==1.13.0
python/bin/python - <<'PYTHON' > jq.txt
import json
import jq

for code in open("rows.txt"):
    try:
        print(json.dumps(jq.compile(code.strip()).input_text("null").first(), separators=(",", ":")))
    except ValueError:
        print("an error")
PYTHON

paste -d '\n' <(sed 's/^/jq:   /' jq.txt) <(sed 's/^/jaq:  /' jaq.txt) > seen.txt
cat seen.txt
diff expected.txt seen.txt
echo "as expected: jaq 3.1.2, jq 1.8.2"
