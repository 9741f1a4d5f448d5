#!/usr/bin/env bash
# Whom five libraries find with the same filters of RFC 7644 section 3.4.2.2 among the same three people: scim2-parse-filter 0.2.10,
# scim2-filter 0.2.0, scim-query-filter-parser 2.0.4 and scimmy 1.3.5 (npm), scim-filter 0.2.3 (crates.io). Needs node, npm, cargo and
# the public registries; uses a temporary folder only. Fails when an answer changes.
#
# Seen: no filter but the plainest means the same to all. Two conditions in one pair of brackets are met by two different addresses
# (scim2-parse-filter, scim-filter); "or" binds before "and" (scim2-filter, where AND in capitals finds nobody either); an empty list is
# "present" for three; and one person without addresses makes a filter by address fail for everybody (scimmy, whose routers answer 400
# invalidValue then; scim-query-filter-parser). All but the latter take userName with regard to case, although RFC 7643 section 4.1.1 has
# it without.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
userName eq "ada"
  scim2-parse-filter: nobody
  scim2-filter: nobody
  scim-query-filter-parser: Ada
  scimmy: nobody
  scim-filter: nobody
emails[type eq "work" and value eq "home@example.com"]
  scim2-parse-filter: Ada
  scim2-filter: nobody
  scim-query-filter-parser: nobody
  scimmy: TypeError
  scim-filter: Ada
userName eq "bob" or userName eq "zoe" and active eq true
  scim2-parse-filter: bob
  scim2-filter: nobody
  scim-query-filter-parser: bob
  scimmy: bob
  scim-filter: bob
active eq true AND userName eq "Ada"
  scim2-parse-filter: Ada
  scim2-filter: nobody
  scim-query-filter-parser: Ada
  scimmy: Ada
  scim-filter: Ada
emails pr
  scim2-parse-filter: Ada, bob
  scim2-filter: Ada, bob
  scim-query-filter-parser: Ada
  scimmy: TypeError
  scim-filter: Ada, bob
emails.value eq "work@example.com"
  scim2-parse-filter: Ada
  scim2-filter: Ada
  scim-query-filter-parser: TypeError
  scimmy: TypeError
  scim-filter: Ada
nickName ne "x"
  scim2-parse-filter: nobody
  scim2-filter: nobody
  scim-query-filter-parser: nobody
  scimmy: Ada, bob, zoe
  scim-filter: nobody
not (nickName eq "x")
  scim2-parse-filter: Ada, bob, zoe
  scim2-filter: Ada, bob, zoe
  scim-query-filter-parser: cannot be parsed
  scimmy: Ada, bob, zoe
  scim-filter: Ada, bob, zoe
EXPECTED

cat > cases.json <<'JSON'
{
  "people": [
    {"userName": "Ada", "active": true, "emails": [{"value": "work@example.com", "type": "work"}, {"value": "home@example.com", "type": "home"}]},
    {"userName": "bob", "emails": []},
    {"userName": "zoe"}
  ],
  "filters": [
    "userName eq \"ada\"",
    "emails[type eq \"work\" and value eq \"home@example.com\"]",
    "userName eq \"bob\" or userName eq \"zoe\" and active eq true",
    "active eq true AND userName eq \"Ada\"",
    "emails pr",
    "emails.value eq \"work@example.com\"",
    "nickName ne \"x\"",
    "not (nickName eq \"x\")"
  ]
}
JSON

cat > Cargo.toml <<'TOML'
[package]
name = "find"
version = "0.0.0"
edition = "2021"
[dependencies]
scim-filter = "=0.2.3"
serde_json = "=1.0.150"
TOML
mkdir src
cat > src/main.rs <<'RUST'
use serde_json::Value;

fn main() {
    let cases: Value = serde_json::from_str(include_str!("../cases.json")).unwrap();
    for filter in cases["filters"].as_array().unwrap() {
        let people = cases["people"].as_array().unwrap().clone();
        let found = match scim_filter::scim_filter(filter.as_str().unwrap(), people) {
            Ok(found) if found.is_empty() => "nobody".to_owned(),
            Ok(found) => found.iter().filter_map(|person: &Value| person["userName"].as_str()).collect::<Vec<_>>().join(", "),
            Err(error) => format!("{error:?}"),
        };
        println!("{found}");
    }
}
RUST
cargo run --quiet > rust.txt

npm init --yes > npm.log
npm install --silent --no-audit --no-fund scim2-parse-filter@0.2.10 scim2-filter@0.2.0 scim-query-filter-parser@2.0.4 scimmy@1.3.5 >> npm.log
cat > find.mjs <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import * as parseFilter from "scim2-parse-filter";
import * as scim2Filter from "scim2-filter";
import { compileFilter } from "scim-query-filter-parser";
import SCIMMY from "scimmy";

const { people, filters } = JSON.parse(readFileSync("cases.json"));
const rust = readFileSync("rust.txt", "utf8").split("\n");
const libraries = {
  "scim2-parse-filter": (text) => people.filter(parseFilter.filter(parseFilter.parse(text))),
  "scim2-filter": (text) => people.filter(scim2Filter.filter(scim2Filter.parse(text))),
  "scim-query-filter-parser": (text) => people.filter(compileFilter(text)),
  scimmy: (text) => new SCIMMY.Types.Filter(text).match(structuredClone(people)),
};
for (const [index, filter] of filters.entries()) {
  console.log(filter);
  for (const [name, find] of Object.entries(libraries)) {
    let found;
    try {
      found = find(filter).map((person) => person.userName).join(", ") || "nobody";
    } catch (error) {
      found = /parse/i.test(error.message) ? "cannot be parsed" : error.constructor.name;
    }
    console.log(`  ${name}: ${found}`);
  }
  console.log(`  scim-filter: ${rust[index]}`);
}
JAVASCRIPT
node find.mjs > seen.txt
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
