"""Writes answers.json: what jq 1.8 makes of each expression of expressions.txt.

    pip install jq==1.13.0        (it holds jq 1.8.2)
    python crates/expression/tests/jq/make.py

A line `# input NAME` or `# input NAME JSON` says what the expressions below it work on. `$person` is a variable.
"""

import json
import pathlib

import jq

FOLDER = pathlib.Path(__file__).parent


def answer(expression, source, variables):
    used = {name: value for name, value in variables.items() if f"${name}" in expression}
    row = {"expression": expression, "input": json.loads(source)}
    if used:
        row["variables"] = {f"${name}": value for name, value in used.items()}
    try:
        results = [line for line in jq.compile(expression, args=used).input_text(source).text().split("\n") if line]
    except ValueError:
        return row | {"error": True}
    if len(results) != 1:
        return row | {"count": len(results)}
    return row | {"result": json.loads(results[0])}


def main():
    inputs, source, rows = {}, "null", []
    for line in (FOLDER / "expressions.txt").read_text().splitlines():
        if line.startswith("# input "):
            name, _, text = line.removeprefix("# input ").partition(" ")
            inputs[name] = source = text or inputs[name]
        elif line and not line.startswith("#"):
            rows.append(answer(line, source, {"person": json.loads(inputs["person"])}))
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (FOLDER / "answers.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
