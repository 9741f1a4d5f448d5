"""A SCIM 2.0 client for Python: creates, changes and finds users and groups at a provider.

from scim_connector import Client, models

with Client({"serviceUrl": "https://example.com/scim/v2", "auth": {"type": "bearer", "token": {"env": "SCIM_TOKEN"}}}) as client:
    user = client.create_user(models.User(user_name="ada"))
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import errors, models
from ._core import Outcome, manifest_text
from ._listing import AsyncListing, Listing
from ._route import Transport
from .client import Choice, Client, ConnectionReport, Step
from .errors import ScimError

if TYPE_CHECKING:
    from .aio import AsyncClient

__all__ = [
    "AsyncClient",
    "AsyncListing",
    "Choice",
    "Client",
    "ConnectionReport",
    "Listing",
    "Outcome",
    "ScimError",
    "Step",
    "Transport",
    "errors",
    "manifest",
    "models",
]


def manifest() -> dict[str, Any]:
    """What there is to draw: every operation with its schemas, the connection, the profiles of providers. No network."""
    described: dict[str, Any] = json.loads(manifest_text())
    return described


def __getattr__(name: str) -> Any:
    # Who has no event loop does not wait for asyncio to be loaded.
    if name == "AsyncClient":
        from .aio import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
