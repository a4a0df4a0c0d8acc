"""Step 1: the platforms' owners enter, publish, decide and offer; their members consent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.naming import named
from gateway.demo.publications import PUBLICATIONS
from gateway.demo.publishing import Published, catalogue, publish_datasets, publish_offers
from gateway.demo.speak import mutate
from gateway.demo.story import Story, require
from gateway.demo.terms import PURPOSE

TITLE: Final = "Owners publish, decide, offer; members consent"
_BATCH: Final = 500
_EVERY: Final = 20
"""One member in so many does not consent."""
_SHOWN: Final = "visits"
"""The dataset whose schema and offer are shown in full."""
_NOTICE: Final = (
    "Your records on this platform, under a pseudonym, may be licensed to developers of language models for research "
    "and development. You can withdraw at any time."
)


async def tell(story: Story) -> Told:
    """Open the gateway for business."""
    already: list[str] = []
    await _enter(story, already)
    published = Published()
    await publish_datasets(story, published)
    if not published.new_datasets:
        already.append("all datasets are published")
    consents = await _consents(story)
    await publish_offers(story, published)
    if not published.new_offers:
        already.append("all offers are published and consents recorded")
    story.learned.catalogue = await catalogue(story)
    shown = {node["id"]: node for node in story.learned.catalogue}
    rows = [_row(name, shown[iri]) for name, iri in story.learned.datasets.items()]
    require(len(rows) == len(PUBLICATIONS), "the catalogue shows every dataset")
    require(all(node["rowCount"] for node in shown.values()), "every dataset has rows")
    decided = sum(len(node["platformTerms"]["decided"]) for node in shown.values())
    require(decided, "the contested terms of the forum are decided")
    offers = sum(len(node["offers"] or ()) for node in shown.values())
    given = sum(int(str(each["consents"])) for each in consents)
    return Told(
        headline=f"{len(rows)} datasets and {offers} offers in the catalogue, {given:,} consents",
        facts={
            "gateway": story.gateway.url,
            "parties": [_party(story, role) for role in _PARTIES],
            "consents": consents,
            "contested_offer_refused_before_the_decision": published.refused_before_decision,
            "decisions_about_platform_terms": decided,
            "catalogue": rows,
            "terms_in_the_catalogue": [_terms(name, shown[iri]) for name, iri in story.learned.datasets.items()],
            f"schema_of_{_SHOWN}": [_column(each) for each in shown[story.learned.datasets[_SHOWN]]["columns"]],
            f"what_the_offer_of_{_SHOWN}_says": named(
                story, shown[story.learned.datasets[_SHOWN]]["offers"][0]["policy"]["summary"]
            ),
        },
        already_done=tuple(already),
    )


_PARTIES: Final[Mapping[Role, str]] = {
    Role.GRID: "PLATFORM_DEVELOPER",
    Role.AVATAR: "AVATAR_OWNER",
    Role.FORUM: "PLATFORM_DEVELOPER",
    Role.BAZAAR: "BUSINESS",
    Role.ETHICS: "ETHICS_BOARD",
    Role.AUDITOR: "AUDITOR",
}


async def _enter(story: Story, already: list[str]) -> None:
    """The operator invites the owners, the board and the auditor; each registers a key."""
    await story.cast.enter_operator()
    platforms = story.platforms
    bound: Mapping[Role, Mapping[str, Any]] = {
        Role.GRID: {"platform": platforms.grid_platform},
        Role.AVATAR: {"platform": platforms.grid_platform, "account": platforms.avatar},
        Role.FORUM: {"platform": platforms.forum_platform},
        Role.BAZAAR: {"platform": platforms.bazaar_platform},
    }
    known = 0
    with story.narrator.progress("registering parties", len(_PARTIES)) as advance:
        for role, kind in _PARTIES.items():
            known += await story.cast.enter(role, kind, **bound.get(role, {}))
            advance(1)
    if known == len(_PARTIES):
        already.append("all parties are registered")


async def _consents(story: Story) -> Sequence[Mapping[str, Fact]]:
    """Record the consents of the forum's members, and of the avatar owner to the use of her own rows."""
    accounts = await story.platforms.forum_accounts()
    consenting = [account for index, account in enumerate(accounts) if index % _EVERY != _EVERY - 1]
    story.learned.consenting = consenting
    batches = [consenting[start : start + _BATCH] for start in range(0, len(consenting), _BATCH)]
    recorded = 0
    with story.narrator.progress("recording consents", len(consenting)) as advance:
        for number, batch in enumerate(batches):
            recorded += await _record(story, Role.FORUM, story.platforms.forum_platform, f"forum:{number}", batch)
            advance(len(batch))
    require(recorded == len(consenting), "every consent is recorded")
    own = await _record(story, Role.GRID, story.platforms.grid_platform, "avatar", [story.platforms.avatar])
    return [
        {
            "platform": story.platforms.forum_platform,
            "members_asked": len(accounts),
            "consents": recorded,
            "calls": len(batches),
        },
        {"platform": story.platforms.grid_platform, "members_asked": 1, "consents": own, "calls": 1},
    ]


async def _record(story: Story, role: Role, platform: str, key: str, accounts: Sequence[str]) -> int:
    categories = sorted(
        {
            column["category"]
            for node in await _shown(story)
            if node["platform"] == platform
            for column in node["columns"]
        }
    )
    payload = await mutate(
        story.cast.client(role),
        "record_consents",
        f"demo:consents:{key}",
        platform=platform,
        notice={"purposes": [PURPOSE], "categories": categories, "recipients": [], "text": _NOTICE},
        accounts=list(accounts),
    )
    return int(payload["count"])


async def _shown(story: Story) -> Sequence[Mapping[str, Any]]:
    if not story.learned.catalogue:
        story.learned.catalogue = await catalogue(story)
    return story.learned.catalogue


def _row(name: str, node: Mapping[str, Any]) -> Mapping[str, Fact]:
    complete = [column["completeness"] for column in node["columns"] if column["completeness"] is not None]
    return {
        "dataset": name,
        "platform": node["platform"],
        "kind": node["kind"],
        "rows": node["rowCount"],
        "columns": len(node["columns"]),
        "complete_percent": round(100 * sum(complete) / len(complete), 1) if complete else None,
    }


def _terms(name: str, node: Mapping[str, Any]) -> Mapping[str, Fact]:
    return {
        "dataset": name,
        "whose_rows": node["rows"],
        "lawful_basis": node["lawfulBasis"].rpartition("#")[2],
        "sensitive": node["sensitive"],
        "ai_use": node["platformTerms"]["aiUse"] + (", decided" if node["platformTerms"]["decided"] else ""),
        "offers": len(node["offers"] or ()),
    }


def _column(column: Mapping[str, Any]) -> Mapping[str, Fact]:
    complete = column["completeness"]
    return {
        "column": column["name"],
        "type": _type(column["type"]),
        "sensitivity": column["sensitivity"],
        "category": column["category"].rpartition("#")[2],
        "complete_percent": None if complete is None else round(100 * complete, 1),
    }


def _type(arrow: str) -> str:
    """A type as people read it: how it is laid out in memory is another matter."""
    match arrow.partition("[")[0].partition("<")[0]:
        case "dictionary":
            return "string"
        case "timestamp":
            return "timestamp (UTC)"
        case _:
            return arrow


def _party(story: Story, role: Role) -> Mapping[str, Fact]:
    return {"role": role.value, "kind": _PARTIES[role], "party": story.cast.party(role)}
