#!/usr/bin/env bash
# What scim2-filter-parser 0.7.0 (PyPI), which django-scim2 filters with, makes of filters in SQL, on SQLite. Needs python3 and PyPI;
# uses a temporary folder only. Fails when an answer changes.
#
# Seen: a condition on an attribute that the server does not map is dropped without a word, and its "or" with it, so that what
# remains is joined by "and": somebody whom the filter names is not found. null is the text "NULL", so that a person of that name is
# found instead of those without a name. _ and % in a string are wildcards. A boolean is the text TRUE, which equals no boolean of SQLite.
# A string with an escaped quote, and an attribute name in another case (RFC 7643 section 2.1), are errors.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
userName eq "ada": ada
userName eq "ada" or title eq "x" and active eq false: nobody
title eq "x" or userName eq "ada": ada
name.familyName eq null: eve
userName sw "a_a": ada, a_a
userName co "%": ada, a_a, eve
active eq true: nobody
userName eq "o\"hara": SCIMParserError
USERNAME eq "ada": TypeError
EXPECTED

python3 -m venv venv
venv/bin/pip install --quiet scim2-filter-parser==0.7.0
cat > find.py <<'PYTHON'
import re
import sqlite3

from scim2_filter_parser.queries import SQLQuery

database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE users (username TEXT, family TEXT, active BOOLEAN)")
people = [("ada", None, True), ("a_a", "Berg", True), ("eve", "NULL", True)]
database.executemany("INSERT INTO users VALUES (?, ?, ?)", people)
attributes = {
    ("userName", None, None): "users.username",
    ("name", "familyName", None): "users.family",
    ("active", None, None): "users.active",
}


def found(text):
    query = SQLQuery(text, "users", attributes)
    where = re.sub(r"{(\w+)}", r":\1", query.where_sql)
    rows = database.execute(f"SELECT username FROM users WHERE {where}", query.params_dict)
    return ", ".join(name for (name,) in rows) or "nobody"


for text in [
    'userName eq "ada"',
    'userName eq "ada" or title eq "x" and active eq false',
    'title eq "x" or userName eq "ada"',
    "name.familyName eq null",
    'userName sw "a_a"',
    'userName co "%"',
    "active eq true",
    r'userName eq "o\"hara"',
    'USERNAME eq "ada"',
]:
    try:
        print(f"{text}: {found(text)}")
    except Exception as error:
        print(f"{text}: {type(error).__name__}")
PYTHON
venv/bin/python find.py > seen.txt
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
