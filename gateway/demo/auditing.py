"""What parties of a licence and auditors can read of its use."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.demo.cast import Role
from gateway.demo.speak import pages
from gateway.demo.story import Story


async def accesses(story: Story, licence: str) -> Sequence[Mapping[str, Any]]:
    """Every access under one licence, as the auditor sees it: recorded, denied, withheld."""
    return await pages(story.cast.client(Role.AUDITOR), "access_log", "accessLog", variables={"licence": licence})
