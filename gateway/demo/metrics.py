"""What the gateway counts, read from its public page of metrics."""

import re
from collections.abc import Mapping
from typing import Final

import aiohttp

_JOURNAL: Final = "/.well-known/muniment-journal"
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


async def counter(url: str, name: str) -> int:
    """The sum of a Prometheus counter over all its labels; 0 when it was never counted."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(f"{url}/metrics") as answer:
        answer.raise_for_status()
        text = await answer.text()
    pattern = re.compile(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? ([0-9.e+]+)$", re.MULTILINE)
    return round(sum(float(value) for value in pattern.findall(text)))


async def journal_key(url: str) -> tuple[str, Mapping[str, str]]:
    """Name and public key of the gateway's journal, as it publishes them."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(f"{url}{_JOURNAL}") as answer:
        answer.raise_for_status()
        content = await answer.json()
        return str(content["origin"]), content["key"]


async def ready(url: str) -> bool:
    """Whether the gateway says that it can serve."""
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(f"{url}/health/ready") as answer:
            return answer.status == 200  # noqa: PLR2004  # HTTP OK
    except aiohttp.ClientError:
        return False
