"""Step 4: both sides check and sign the hash of each agreement; the licences are in force."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.demo.deals import conclude
from gateway.demo.facts import Fact, Told
from gateway.demo.naming import named
from gateway.demo.story import Story, require

TITLE: Final = "Agreements: one document, one hash, two signatures"
_SHOWN: Final = "posts"
"""The agreement whose plain-language summary is printed."""


async def tell(story: Story) -> Told:
    """Sign everything that was accepted."""
    learned = story.learned
    rows: list[Mapping[str, Fact]] = []
    before: list[str] = []
    summary: Sequence[str] = ()
    waiting = [*learned.negotiations.items(), ("visits", learned.small_negotiation)]
    with story.narrator.progress("signing agreements", len(waiting)) as advance:
        for name, negotiation in waiting:
            deal, done = await conclude(story, name, negotiation)
            small = negotiation == learned.small_negotiation
            label = f"{name} (few records)" if small else name
            if done:
                before.append(f"the agreement about {label}")
            agreement, licence = deal["agreement"], deal["licence"]
            require(len(agreement["signatures"]) == 2, f"two signatures stand under the agreement about {label}")  # noqa: PLR2004  # both sides
            require(licence is not None, f"the licence of {label} exists")
            if small:
                learned.small_licence = licence["id"]
            else:
                learned.licences[name] = licence["id"]
            if name == _SHOWN:
                summary = named(story, agreement["policy"]["summary"])
            rows.append(
                {
                    "dataset": label,
                    "agreement_hash": agreement["policy"]["hash"],
                    "owner_signed": "by rule"
                    if any(each["delegated"] for each in agreement["signatures"])
                    else "in person",
                    "licence": licence["state"],
                }
            )
            advance(1)
    return Told(
        headline=f"{len(rows)} agreements signed by both sides, {len(rows)} licences",
        facts={"agreements": rows, f"what_the_agreement_about_{_SHOWN}_says": summary},
        already_done=tuple(before),
    )
