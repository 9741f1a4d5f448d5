"""A user's first weeks: hired, moved, gone. Run it against a provider, for example `scim-connector sandbox`:

SCIM_URL=http://127.0.0.1:8080/scim/v2 SCIM_TOKEN=... python example.py
"""

from __future__ import annotations

import asyncio
import os

from scim_connector import AsyncClient, Client, errors, models


def connection() -> models.Connection:
    """Where the provider is; the token is read from the environment at each call."""
    return models.Connection(service_url=os.environ["SCIM_URL"], auth=models.BearerAuth(token={"env": "SCIM_TOKEN"}))


def hire(client: Client) -> str:
    """Creates somebody, or finds them as described."""
    ada = models.User(
        user_name="ada.of.the.example",
        name=models.Name(given_name="Ada", family_name="Lovelace"),
        emails=[models.MultiValued(value="ada@example.com", type="work", primary=True)],
        active=True,
    )
    ensured = client.ensure_user(ada)
    assert ensured.user.id is not None
    print(f"{ensured.outcome}: {ensured.user.id}")
    return ensured.user.id


def move(client: Client, identifier: str) -> None:
    """Changes what is said of somebody, and reads everybody."""
    client.patch_user(identifier, [models.PatchOperation(op="replace", path="title", value="Countess")])
    try:
        for user in client.iter_users(filter='userName eq "ada.of.the.example"'):
            print(f"{user.user_name}: {user.title}")
    except errors.IncompleteListingError as error:
        print(f"not everybody came: {error}")


def leave(client: Client, identifier: str) -> None:
    """Removes somebody."""
    client.delete_user(identifier)
    try:
        client.get_user(identifier)
    except errors.NotFoundError as error:
        print(f"gone: {error.status}")


async def count() -> int:
    """The same for asyncio."""
    async with AsyncClient(connection()) as client:
        return len([user.id async for user in client.iter_users()])


def main() -> None:
    """All of it."""
    with Client(connection()) as client:
        identifier = hire(client)
        move(client, identifier)
        leave(client, identifier)
    print(f"{asyncio.run(count())} users are left")


if __name__ == "__main__":
    main()
