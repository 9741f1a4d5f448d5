"""Calls operations with the package for Python: connection and calls on stdin, an outcome for each on stdout."""

import json
import sys

from scim_connector import Client, errors


def main() -> None:
    """All calls, one after the other."""
    given = json.load(sys.stdin)
    outcomes = []
    with Client(given["connection"], on_warning=lambda operation, text: None) as client:
        for call in given["calls"]:
            try:
                client.invoke(call["operation"], call["input"])
                outcomes.append("ok")
            except errors.ScimError as error:
                outcomes.append(error.kind)
    json.dump(outcomes, sys.stdout)


main()
