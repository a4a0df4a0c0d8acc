"""The secrets of one run: how people of each platform are keyed, and the key of each licence."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from gateway.exchange.ports import Ports
from gateway.exchange.read.decide import Permitted
from gateway.preparation.pseudonyms import licence_key
from graph.journal.vault import subject_key

Keyed = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKeys:
    """Lives as long as one operation; an account is hashed once in it."""

    platforms: Mapping[str, Keyed]
    licences: Mapping[str, bytes]

    @classmethod
    async def of(cls, ports: Ports, permitted: Iterable[Permitted]) -> "RunKeys":
        """The keys that these datasets need."""
        datasets = list(permitted)
        platforms = {each.plan.dataset.platform for each in datasets}
        salts = {name: await asyncio.to_thread(ports.vault.salt, name) for name in sorted(platforms)}
        return cls(
            platforms={name: cache(partial(subject_key, salt, name)) for name, salt in salts.items()},
            licences={each.licence.licence: licence_key(ports.master, each.licence.licence) for each in datasets},
        )

    def people(self, permitted: Permitted) -> Keyed:
        """Account of the dataset's platform -> keyed hash."""
        return self.platforms[permitted.plan.dataset.platform]

    def licence(self, permitted: Permitted) -> bytes:
        """Key of the licence: for pseudonyms and opaque ids."""
        return self.licences[permitted.licence.licence]
