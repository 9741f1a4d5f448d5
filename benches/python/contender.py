"""scim2-client as a contender of the benches: one task, one JSON object on standard output.

    python contender.py TASK URL [--count N] [--in-flight N] [--certificate FILE]

The tasks are those of src/tasks.rs, and those which the others do in the bench's own process. Everything that the package
checks by default is checked, since that is how it is used.
"""

import argparse
import asyncio
import json
import resource
import ssl
import statistics
import time

from httpx2 import AsyncClient, Client, Limits
from scim2_client.engines.httpx2 import AsyncSCIMClient, SyncSCIMClient
from scim2_models import BulkOperation, BulkRequest, ScimProvider, SearchRequest, User

TOKEN = "bench-token"
PAGE = 1000
ROUNDS = 5


def user(number: int) -> User:
    """The user of src/users.rs."""
    return User.model_validate(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "externalId": f"e-{number}",
            "userName": f"user{number}@example.com",
            "name": {"givenName": "Ada", "familyName": f"Number {number}", "formatted": f"Ada Number {number}"},
            "displayName": f"Ada Number {number}",
            "title": "Engineer",
            "preferredLanguage": "en-GB",
            "timezone": "Europe/London",
            "active": True,
            "emails": [
                {"value": f"user{number}@example.com", "type": "work", "primary": True},
                {"value": f"ada{number}@example.org", "type": "home"},
            ],
            "phoneNumbers": [{"value": "+44 20 7946 0000", "type": "work"}],
            "addresses": [
                {"type": "work", "streetAddress": "1 Example Street", "locality": "London", "postalCode": "EC1A 1AA", "country": "GB"}
            ],
        }
    )


def settings(arguments: argparse.Namespace) -> dict:
    """What both HTTP clients are made with."""
    secure = arguments.url.startswith("https:")
    return {
        "base_url": arguments.url,
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "verify": ssl.create_default_context(cafile=arguments.certificate) if secure else True,
        "timeout": 60,
    }


def client(arguments: argparse.Namespace) -> SyncSCIMClient:
    """One connection."""
    return SyncSCIMClient(Client(**settings(arguments)), provider=ScimProvider(models=[User]))


def create(arguments: argparse.Namespace) -> dict:
    """One user."""
    assert client(arguments).create(user(1)).id
    return {}


def sequential(arguments: argparse.Namespace) -> dict:
    """Calls one after the other; the median of a few rounds, in microseconds a call."""
    scim = client(arguments)

    def call(number: int) -> None:
        if arguments.task == "sequential-create":
            assert scim.create(user(number)).id
        else:
            assert scim.query(User, f"{number:032x}").id == f"{number:032x}"

    def took() -> float:
        calls = max(1, arguments.count // ROUNDS)
        start = time.perf_counter()
        for number in range(1, calls + 1):
            call(number)
        return (time.perf_counter() - start) * 1e6 / calls

    took()
    return {"micros": statistics.median(took() for _ in range(ROUNDS))}


async def throughput(arguments: argparse.Namespace) -> dict:
    """Calls a second with several at a time, by the asynchronous client."""
    limits = Limits(max_connections=arguments.in_flight, max_keepalive_connections=arguments.in_flight)
    async with AsyncClient(**settings(arguments), limits=limits) as http:
        scim = AsyncSCIMClient(http, provider=ScimProvider(models=[User]))

        async def took() -> float:
            numbers = iter(range(1, arguments.count + 1))

            async def lane() -> None:
                for number in numbers:
                    assert (await scim.create(user(number))).id

            start = time.perf_counter()
            await asyncio.gather(*(lane() for _ in range(arguments.in_flight)))
            return arguments.count / (time.perf_counter() - start)

        await took()
        return {"perSecond": statistics.median([await took() for _ in range(3)])}


def timed(arguments: argparse.Namespace, work) -> dict:
    """What listing and bulk report."""
    start = time.perf_counter()
    done = work(arguments)
    seconds = time.perf_counter() - start
    assert done == arguments.count, f"{done} users came instead of {arguments.count}"
    return {"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def listing(arguments: argparse.Namespace) -> int:
    """Every page of a thousand until enough users came."""
    scim, listed = client(arguments), 0
    while listed < arguments.count:
        page = scim.query(User, query_parameters=SearchRequest(start_index=listed + 1, count=PAGE))
        if not page.resources:
            break
        listed += len(page.resources)
    return listed


def bulk(arguments: argparse.Namespace) -> int:
    """Users in requests of a thousand."""
    scim, done = client(arguments), 0
    for first in range(1, arguments.count + 1, PAGE):
        numbers = range(first, min(first + PAGE, arguments.count + 1))
        operations = [BulkOperation[User](method="POST", path="/Users", bulk_id=str(number), data=user(number)) for number in numbers]
        answer = scim.bulk(BulkRequest[User](operations=operations))
        done += sum(str(operation.status) == "201" for operation in answer.operations)
    return done


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["create", "sequential-create", "sequential-get", "throughput", "listing", "bulk"])
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--in-flight", type=int, default=1)
    parser.add_argument("--certificate")
    arguments = parser.parse_args()
    if arguments.task == "create":
        said = create(arguments)
    elif arguments.task == "throughput":
        said = asyncio.run(throughput(arguments))
    elif arguments.task in ("listing", "bulk"):
        said = timed(arguments, listing if arguments.task == "listing" else bulk)
    else:
        said = sequential(arguments)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
