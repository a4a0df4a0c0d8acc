"""``datasheet.md``: what a trainer must know of the package before using it."""

from collections.abc import Iterator
from typing import Final

from gateway.preparation.package.contents import Contents, DatasetPart
from gateway.preparation.package.told import ANONYMITY

DATASHEET: Final = "datasheet.md"


def datasheet(contents: Contents) -> bytes:
    """The file ``datasheet.md``."""
    return ("\n".join(_lines(contents)) + "\n").encode()


def _lines(contents: Contents) -> Iterator[str]:
    yield f"# Datasheet of delivery `{contents.delivery}`"
    yield ""
    yield f"Ordered {contents.ordered:%Y-%m-%d} by `{contents.licensee}`: {contents.rows:,} records."
    yield f"Use: `{contents.action}` for `{contents.purpose}`, and nothing else."
    yield ""
    yield "## People"
    yield ""
    yield ANONYMITY
    for part in contents.parts:
        yield ""
        yield from _part(part)


def _part(part: DatasetPart) -> Iterator[str]:
    yield f"## {part.title}"
    yield ""
    yield f"- record set `{part.name}`: {part.rows:,} {part.kind.value} records of `{part.platform}`"
    yield f"- dataset `{part.dataset}`, licensor `{part.licensor}`, lawful basis `{part.lawful_basis}`"
    yield f"- licence `{part.licence}`, agreement `{part.agreement}` version {part.version}, policy `{part.policy}`"
    if part.attribution:
        yield f"- attribution: {part.attribution}"
    if part.terms_source:
        yield f"- the platform's own terms: {part.terms_source}"
    for licence, rows in sorted(part.record_licences.items()):
        yield f"- {rows:,} records carry the licence {licence}"
    yield ""
    yield "| column | meaning | category | done to it |"
    yield "|---|---|---|---|"
    for each in part.columns:
        declared = each.declared
        yield f"| `{declared.name}` | {declared.description} | {declared.category} | {each.transform or 'nothing'} |"
    if part.left_out:
        yield ""
        yield "Not licensed, and not here: " + ", ".join(f"`{name}`" for name in part.left_out) + "."
    yield ""
    yield "What was agreed:"
    yield ""
    for sentence in part.terms:
        yield f"- {sentence}"
