#!/usr/bin/env bash
# What three readers of LDIF make of files that RFC 2849 allows: ldif 4.3.0 (PyPI), ldif 0.5.1 (npm), ldif-parser 0.3.2 (crates.io).
# Needs python3, node, npm, cargo and the public registries; uses a temporary folder only. Fails when an answer changes.
#
# Seen: an entry with a value by reference (`:<`) is not there, and no error is told (ldif-parser); bytes that are no text become the
# text "base64:..." there, and a list of texts holds bytes (PyPI). A blank line after `version: 1` is an entry without a name (PyPI). A
# change record of the RFC's example 6 kind ends the file (PyPI); an entry that is to be deleted is an entry like others there. An
# empty value before another attribute is an error (npm). Names that differ in case are one attribute in one of the three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
a blank line after the version
  ldif (PyPI): [null, "uid=ada"]
  ldif (npm): ["uid=ada"]
  ldif-parser: ["uid=ada"]
a value by reference
  ldif (PyPI): ["uid=ada", "uid=bob"]
  ldif (npm): ["uid=ada", "uid=bob"]
  ldif-parser: ["uid=bob"]
bytes that are no text
  ldif (PyPI): [b'\xe4']
  ldif (npm): ["\ufffd"]
  ldif-parser: ["base64:5A=="]
an empty value
  ldif (PyPI): [""]
  ldif (npm): error
  ldif-parser: [""]
CN and cn
  ldif (PyPI): CN ["A"], cn ["B"]
  ldif (npm): CN ["A"], cn ["B"]
  ldif-parser: cn ["A", "B"]
a change
  ldif (PyPI): error
  ldif (npm): ["uid=ada"]
  ldif-parser: error
a deletion
  ldif (PyPI): ["uid=ada"]
  ldif (npm): ["uid=ada"]
  ldif-parser: error
EXPECTED

cat > cases.json <<'JSON'
[
  ["a blank line after the version", "dn", "version: 1\n\ndn: uid=ada\ncn: Ada\n"],
  ["a value by reference", "dn", "dn: uid=ada\ncn: Ada\njpegPhoto:< file:photo.bin\n\ndn: uid=bob\ncn: Bob\n"],
  ["bytes that are no text", "cn", "dn: uid=ada\ncn:: 5A==\n"],
  ["an empty value", "cn", "dn: uid=ada\ncn:\nsn: Berg\n"],
  ["CN and cn", "all", "dn: uid=ada\nCN: A\ncn: B\n"],
  ["a change", "dn", "dn: uid=ada\nchangetype: modify\nreplace: cn\ncn: Ada\n-\n"],
  ["a deletion", "dn", "dn: uid=ada\nchangetype: delete\n"]
]
JSON
printf 'not a picture' > photo.bin

python3 -m venv venv
venv/bin/pip install --quiet ldif==4.3.0
cat > python.py <<'PYTHON'
import io
import json

from ldif import LDIFParser


def written(value):
    return json.dumps(value) if all(isinstance(item, (str, type(None))) for item in value) else repr(value)


for name, wanted, text in json.load(open("cases.json")):
    try:
        entries = list(LDIFParser(io.BytesIO(text.encode())).parse())
        if wanted == "all":
            print(", ".join(f"{key} {written(values)}" for key, values in entries[0][1].items()))
        else:
            print(written([dn for dn, _ in entries]) if wanted == "dn" else written(entries[0][1][wanted]))
    except Exception:
        print("error")
PYTHON
venv/bin/python python.py > python.txt

npm init --yes > npm.log
npm install --silent --no-audit --no-fund ldif@0.5.1 >> npm.log
cat > javascript.mjs <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import ldif from "ldif";

const written = (value) => JSON.stringify([value].flat(), null, 1).replace(/\n */g, (gap, at, all) => (all[at - 1] === "," ? " " : ""));
for (const [, wanted, text] of JSON.parse(readFileSync("cases.json"))) {
  try {
    const entries = ldif.parse(text).entries;
    const attributes = () => entries[0].toObject({}).attributes;
    if (wanted === "all") console.log(Object.entries(attributes()).map(([name, value]) => `${name} ${written(value)}`).join(", "));
    else console.log(wanted === "dn" ? written(entries.map((entry) => entry.dn)) : written(attributes()[wanted]).replace("\ufffd", "\\ufffd"));
  } catch {
    console.log("error");
  }
}
JAVASCRIPT
node javascript.mjs > javascript.txt

cat > Cargo.toml <<'TOML'
[package]
name = "read"
version = "0.0.0"
edition = "2021"
[dependencies]
ldif-parser = "=0.3.2"
serde_json = "=1.0.150"
TOML
mkdir src
cat > src/main.rs <<'RUST'
fn main() {
    let cases: Vec<(String, String, String)> = serde_json::from_str(include_str!("../cases.json")).unwrap();
    for (_, wanted, text) in cases {
        let written = match ldif_parser::LdifParser::parse(&text) {
            Err(_) => "error".to_owned(),
            Ok(entries) if wanted == "dn" => format!("{:?}", entries.iter().map(|entry| &entry.dn).collect::<Vec<_>>()),
            Ok(entries) if wanted == "all" => {
                entries[0].attributes.iter().map(|(name, values)| format!("{name} {values:?}")).collect::<Vec<_>>().join(", ")
            }
            Ok(entries) => format!("{:?}", entries[0].attributes[&wanted]),
        };
        println!("{written}");
    }
}
RUST
cargo run --quiet > rust.txt

python3 - <<'PYTHON' > seen.txt
import json

libraries = {"ldif (PyPI)": "python.txt", "ldif (npm)": "javascript.txt", "ldif-parser": "rust.txt"}
lines = {name: open(file).read().splitlines() for name, file in libraries.items()}
for index, (case, _, _) in enumerate(json.load(open("cases.json"))):
    print(case)
    for name, said in lines.items():
        print(f"  {name}: {said[index]}")
PYTHON
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
