"""The package against servers of others, tests/servers of the repository: the life of a user, of a group, a listing. Where they are not
installed it is told which, and SCIM_CONNECTOR_SERVERS names where they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import unittest
import uuid
from collections.abc import Iterator
from pathlib import Path

from scim_connector import AsyncClient, Client, errors, models

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
INSTALLED = Path(os.environ.get("SCIM_CONNECTOR_SERVERS", ROOT / "target/servers"))
SERVERS = {
    "scimmy": ["node", str(ROOT / "tests/servers/scimmy.mjs"), "--modules", str(INSTALLED / "node")],
    "scim2-server": [str(INSTALLED / "venv/bin/python"), str(ROOT / "tests/servers/scim2.py")],
}


@contextlib.contextmanager
def provider(command: list[str]) -> Iterator[models.Connection]:
    """A server, and the connection to it."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            facts = json.loads(server.stdout.readline())
            yield models.Connection(service_url=facts["serviceUrl"], auth=models.BearerAuth(token=facts["bearer"]))
        finally:
            server.stdin.close()


@unittest.skipUnless(INSTALLED.is_dir() or "SCIM_CONNECTOR_SERVERS" in os.environ, "tests/servers/install.py has installed nothing")
class Servers(unittest.TestCase):
    """The same on each."""

    def test_a_life(self) -> None:
        for name, command in SERVERS.items():
            with self.subTest(name), provider(command) as connection, Client(connection, on_warning=lambda *_: None) as client:
                self.assertTrue(client.test_connection().ok)
                self.live(client)
                asyncio.run(self.live_beside(connection))

    def live(self, client: Client) -> None:
        """One after the other."""
        name = f"python-{uuid.uuid4()}"
        given = models.User(user_name=name, name=models.Name(given_name="Ada", family_name="Lovelace"), active=True)
        given.emails = [models.MultiValued(value="ada@example.com", type="work", primary=True)]
        made = client.create_user(given)
        assert made.id is not None
        with self.assertRaises(errors.ConflictError):
            client.create_user(given)
        self.assertEqual(client.ensure_user(given).outcome, "unchanged")
        client.patch_user(made.id, [{"op": "replace", "path": "title", "value": "Countess"}])
        read = client.get_user(made.id)
        self.assertEqual((read.title, read.user_name, read.emails and read.emails[0].value), ("Countess", name, "ada@example.com"))
        read.nick_name = "Ada"
        client.update_user(made.id, read)
        self.assertEqual(client.get_user(made.id, attributes=["nickName"]).nick_name, "Ada")
        client.deactivate_user(made.id)
        self.assertIs(client.get_user(made.id).active, False)
        group = client.create_group(models.Group(display_name=name, members=[models.MultiValued(value=made.id)]))
        assert group.id is not None
        self.assertEqual([one.value for one in client.get_group(group.id).members or []], [made.id])
        client.remove_group_members(group.id, [models.Member(value=made.id)])
        self.assertEqual([one.id for one in client.iter_users(filter=f'userName eq "{name}"')], [made.id])
        report = client.bulk(
            [models.BulkOperation(method="DELETE", path=f"/Groups/{group.id}"), {"method": "DELETE", "path": f"/Users/{made.id}"}]
        )
        self.assertEqual((report.succeeded, report.failed), (2, 0))
        with self.assertRaises(errors.NotFoundError):
            client.get_user(made.id)

    async def live_beside(self, connection: models.Connection) -> None:
        """Many at once."""
        async with AsyncClient(connection, on_warning=lambda *_: None) as client:
            names = [f"python-{uuid.uuid4()}" for _ in range(12)]
            made = await asyncio.gather(*(client.create_user(models.User(user_name=name)) for name in names))
            listed = {one.user_name async for one in client.iter_users(count=5)}
            self.assertLessEqual(set(names), listed)
            await asyncio.gather(*(client.delete_user(one.id or "") for one in made))


if __name__ == "__main__":
    unittest.main()
