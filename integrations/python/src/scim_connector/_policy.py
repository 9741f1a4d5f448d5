"""Where requests may go: pure decisions on URLs, names and addresses. Knows no sockets."""

from __future__ import annotations

import functools
import ipaddress
import re
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Origin", "Policy", "Refused", "is_public"]


#: An origin; a path and query. Neither has blanks or anything that is not ASCII.
_PARTS = re.compile(r"(https?://[!-\"$-.0->@-~]+)([!-\"$-~]*)(?:#[!-~]*)?", re.IGNORECASE)


class Refused(Exception):
    """The request may not leave; the text says what is to be done."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL (RFC 6454 section 4)."""

    secure: bool
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> tuple[Origin, str]:
        """A URL's origin, and what is asked for there: its path and query."""
        parts = _PARTS.fullmatch(url)
        if parts is None:
            raise Refused("the request names no http or https host")
        origin, target = parts.groups()
        return _origin(origin), target if target.startswith("/") else f"/{target}"

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it names this machine itself; a name that merely leads here does not."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


@functools.lru_cache(64)
def _origin(url: str) -> Origin:
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("the URL cannot be read") from None
    if not parts.hostname or "@" in parts.netloc:
        raise Refused("the request names no http or https host")
    secure = parts.scheme == "https"
    default = 443 if secure else 80
    return Origin(secure, parts.hostname.lower(), default if port is None else port)


class Policy:
    """The origins that may be talked to, and how."""

    def __init__(self, urls: Iterable[str], insecure: bool, public_only: bool) -> None:
        self._origins = {Origin.of(url)[0] for url in urls}
        self._insecure = insecure
        self._public_only = public_only

    def check(self, origin: Origin) -> None:
        """Decides about where a request goes."""
        if origin not in self._origins:
            raise Refused(f"{origin} is not an origin of this connection; if it is meant, add it to origins of the transport")
        if not (origin.secure or self._insecure or origin.is_loopback):
            raise Refused(f"{origin} is not https; set allowInsecureHttp in the connection if that is intended")

    def allows(self, address: str) -> bool:
        """Decides about what a name leads to."""
        return not self._public_only or is_public(address)


def is_public(address: str) -> bool:
    """Whether an address is on the public internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        words = found.packed
        # IPv4 in other clothes: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif words[:12] == bytes.fromhex("0064ff9b0000000000000000"):
            found = ipaddress.IPv4Address(words[12:])
        elif found.sixtofour is not None:
            found = found.sixtofour
    # Azure answers whoever asks there with credentials.
    return found.is_global and not found.is_multicast and str(found) != "168.63.129.16"
