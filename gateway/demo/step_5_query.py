"""Step 5: a token bound to the licences, and one query over three platforms."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.money import total
from gateway.demo.naming import names
from gateway.demo.reading import ROWS, asked_and_given, read, row_of
from gateway.demo.speak import ask
from gateway.demo.story import Story, require
from gateway.demo.terms import PURPOSE, RECORD_LICENCES

TITLE: Final = "One query over three platforms, with a receipt for every dataset"
_PLATFORMS: Final = 3
_OK: Final = "OK"
_OF_EACH: Final = 50
"""Records asked of each record licence."""


async def tell(story: Story) -> Told:
    """Read under every licence that is in force."""
    learned = story.learned
    states = {name: await state_of(story, licence) for name, licence in learned.licences.items()}
    learned.usable = tuple(learned.licences[name] for name, state in states.items() if state == "ACTIVE")
    ended = [name for name, state in states.items() if state != "ACTIVE"]
    story.narrator.doing("reading three platforms")
    answer = await read(story, learned.usable)
    known = names(story)
    for report in answer.reports:
        require(report["status"] == _OK, f"{known[report['dataset']]} answered")
        require(report["receipt"], f"{known[report['dataset']]} gave a receipt")
        learned.receipts[known[report["dataset"]]] = report["receipt"]
    require(len(answer.reports) == len(learned.usable), "there is one report per licensed dataset")
    platforms = {report["platform"] for report in answer.reports}
    require(len(platforms) == _PLATFORMS, "three platforms answered")
    rows = sum(report["rows"] for report in answer.reports)
    return Told(
        headline=f"{rows:,} rows of {len(answer.reports)} datasets on {len(platforms)} platforms, a receipt for each",
        facts={
            "token_bound_to": f"{len(learned.usable)} licences",
            "purpose": PURPOSE,
            "took_ms": answer.took_ms,
            "platforms": len(platforms),
            "rows": rows,
            "rows_withheld": sum(report["withheld"] for report in answer.reports),
            "charged": total(report["charged"] for report in answer.reports),
            "asked_and_given": asked_and_given(story, answer, ROWS),
            "sources": [row_of(story, report) for report in answer.reports],
            "second_query_by_the_licence_of_each_post": await _record_licences(story),
            "how_to_read_the_figures": _explained(hers="her own visits" not in ended),
        },
        already_done=tuple(f"the licence of {name} ended in an earlier run" for name in ended),
    )


def _explained(*, hers: bool) -> Sequence[str]:
    """Why the figures are what they are; ``hers`` as long as her own visits are among them."""
    sharing = "Her own visits and visits are records of one kind: they come in one field and share its rows."
    others = "of her own visits those of all others, " if hers else ""
    withheld = f"{others}of visits hers, on the forum those of members who did not consent"
    return [
        f"Each field of the query is asked for its first {ROWS} rows.",
        *([sharing] if hers else []),
        f"Withheld rows were read and left out: {withheld}.",
        f"The second query asks for {_OF_EACH} posts under each licence that posts carry: rows on top, own receipts.",
    ]


async def state_of(story: Story, licence: str) -> str:
    """The state of a licence now, as the developer sees it."""
    found = (await ask(story.cast.client(Role.DEVELOPER), "licence", {"id": licence}))["licence"]
    require(found, "the developer sees the licence")
    return str(found["state"])


async def _record_licences(story: Story) -> Sequence[Mapping[str, Fact]]:
    """The same dataset by the licence of each record: none travels without its own."""
    licences = [story.learned.licences["posts"]]
    hints = dict(zip(("oldest", "middle", "newest"), RECORD_LICENCES, strict=True))
    variables = {"licences": licences, "purpose": PURPOSE, "first": _OF_EACH, **hints}
    content = await ask(story.cast.client(Role.DEVELOPER), "record_licences", variables, licences=licences)
    rows: list[Mapping[str, Fact]] = []
    for name, hint in hints.items():
        nodes = content[name]["nodes"] or ()
        require(nodes, f"there are posts under {hint}")
        require(all(node["licenceHint"] == hint for node in nodes), f"only posts under {hint} answer to it")
        rows.append({"record_licence": hint, "asked": _OF_EACH, "given": len(nodes)})
    return rows
