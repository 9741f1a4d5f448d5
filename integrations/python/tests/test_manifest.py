"""The package has each operation, each input field and each kind of error that the component's manifest names; and models lose nothing."""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scim_connector
from scim_connector import AsyncClient, Client, errors, models
from scim_connector._operations import LISTINGS, OPERATIONS

HERE = Path(__file__).resolve().parent
MANIFEST = scim_connector.manifest()


def snake(name: str) -> str:
    """A name of JSON as the package spells it."""
    spelled = "".join(f"_{letter.lower()}" if letter.isupper() and at else letter.lower() for at, letter in enumerate(name))
    return {"$ref": "ref", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:_user": "enterprise"}.get(spelled, spelled)


def nested(schema: Any, model: type[models.Model], path: str) -> Iterator[tuple[str, bool]]:
    """Each member of a schema below a model, and whether the model has it."""
    for name, member in schema.get("properties", {}).items():
        shape = model._SHAPES.get(name)
        constant = name in model._CONSTANTS
        fields = {one.name for one in dataclasses.fields(model)}
        yield f"{path}/{name}", constant or (shape is not None and shape.attribute == snake(name) and shape.attribute in fields)
        inner = member.get("items", member) if isinstance(member, dict) else {}
        kind = shape.kind if shape else None
        if isinstance(kind, type) and issubclass(kind, models.Model) and isinstance(inner, dict):
            yield from nested(inner, kind, f"{path}/{name}")


class Complete(unittest.TestCase):
    """Nothing of the manifest is missing."""

    def test_every_operation_and_every_input(self) -> None:
        seen = 0
        self.assertEqual({one["name"] for one in MANIFEST["operations"]}, OPERATIONS)
        self.assertEqual({one["name"] for one in MANIFEST["operations"] if one["paginated"]}, LISTINGS)
        for operation in MANIFEST["operations"]:
            fields = operation["input"]["properties"]
            for client in (Client, AsyncClient):
                parameters = inspect.signature(getattr(client, snake(operation["name"]))).parameters
                self.assertEqual({snake(name) for name in fields} | {"self", "timeout"}, set(parameters), operation["name"])
                needed = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty} - {"self"}
                self.assertEqual({snake(name) for name in operation["input"].get("required", [])}, needed, operation["name"])
                if operation["paginated"]:
                    self.assertTrue(hasattr(client, f"iter_{snake(operation['name']).removeprefix('list_')}"), operation["name"])
            seen += len(fields)
        self.assertGreater(seen, 200)

    def test_every_member_of_what_is_sent(self) -> None:
        roots = {"User": models.User, "Group": models.Group}
        for operation in MANIFEST["operations"]:
            for name, field in operation["input"]["properties"].items():
                inner = field.get("items", field)
                model = roots.get(operation["interface"].capitalize().rstrip("s") if name == "payload" else "")
                model = model or {"operations": models.PatchOperation, "request": models.BulkOperation, "ticket": models.Ticket}.get(name)
                if operation["name"] == "bulk" and name == "operations":
                    model = models.BulkOperation
                for path, there in nested(inner, model, f"{operation['name']}/{name}") if model else ():
                    self.assertTrue(there, path)
        for path, there in nested(MANIFEST["connection"], models.Connection, "connection"):
            self.assertTrue(there, path)

    def test_every_kind_of_error(self) -> None:
        for error in MANIFEST["errors"]:
            self.assertIn(error["kind"], errors.KINDS)
            self.assertTrue(issubclass(errors.KINDS[error["kind"]], errors.ScimError))

    def test_every_kind_of_credentials(self) -> None:
        tags = {case["properties"]["type"]["const"] for case in MANIFEST["connection"]["properties"]["auth"]["oneOf"]}
        made = {getattr(one, "_CONSTANTS", {}).get("type") for one in vars(models).values() if isinstance(one, type)}
        self.assertEqual(tags, made - {None})

    def test_examples_are_understood(self) -> None:
        for operation in MANIFEST["operations"]:
            payload = operation["example"].get("payload")
            types: dict[str, type[models.Model]] = {"users": models.User, "me": models.User, "groups": models.Group}
            model = types.get(operation["interface"])
            if payload and model:
                read = model.from_json(payload)
                self.assertEqual((read.to_json(), read.extra), (payload, {}), operation["name"])

    def test_what_is_generated_is_current(self) -> None:
        generator = HERE.parent / "generate.py"
        if not generator.exists():
            self.skipTest("the package stands alone")
        done = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Models(unittest.TestCase):
    """Resources as objects."""

    def test_what_is_not_understood_is_kept(self) -> None:
        cases: list[dict[str, Any]] = [
            {},
            {"userName": "ada", "x": {"y": None}, "urn:example:1": [1]},
            {"userName": 7, "active": "true", "emails": {"value": "x"}, "name": "Ada", "nickName": None, "groups": ["g"]},
            {"emails": [{"value": "a", "z": 1, "primary": "yes"}], "name": {"givenName": "Ada", "z": 1}},
            {"emails": [], "roles": None},
        ]
        for given in cases:
            self.assertEqual(models.User.from_json(given).to_json(), given)
        for nonsense in (["x"], None, "x", 1):
            with self.assertRaises(TypeError):
                models.User.from_json(nonsense)

    def test_they_compare_and_show_themselves(self) -> None:
        one, other = models.User(user_name="ada"), models.User(user_name="ada")
        self.assertEqual((one == other, repr(one)), (True, "User(user_name='ada')"))
        other.extra["x"] = 1
        self.assertNotEqual(one, other)
        self.assertNotEqual(models.User(), models.Group())
        with self.assertRaises(TypeError):
            models.User(usrName="ada")  # type: ignore[call-arg]


if __name__ == "__main__":
    unittest.main()
