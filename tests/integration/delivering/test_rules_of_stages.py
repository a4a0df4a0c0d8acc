"""The report of a preparation: which rules were applied in each stage, and its pictures for everybody."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.preparation.package.contents import RuleStage
from policies.model import Transform
from policies.terms import Terms
from policies.vocabulary import PSEUDONYMISE
from tests.testkit.delivering import package, prepared
from tests.testkit.reading import CONSENT, TERMS, an_exchange

PSEUDONYMS = {"rater": Transform(term=PSEUDONYMISE), "rated": Transform(term=PSEUDONYMISE)}
ALL = frozenset({"rater", "rated", "value"})


@dataclass
class Page(HTMLParser):
    """What a report in HTML is made of."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    @override
    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def reported(folder: Path, basis: str | None, terms: Terms) -> tuple[str, Page, str, str]:
    """The report in both forms, the deciding clause, and the notice."""
    async with an_exchange(folder) as exchange:
        dataset = await exchange.dataset() if basis is None else await exchange.dataset(basis=basis)
        licence = await exchange.licence(dataset, terms)
        notice = await exchange.consent("ann", "bob")
        view = await prepared(exchange, licence, rows=50)
        assert view.code is None
        page = Page()
        page.feed((package(exchange, view) / "report.html").read_text(encoding="utf-8"))
        clause = f"{exchange.licences[licence].agreement}#p1"
        return view.report or "", page, clause, notice


def stages(page: Page) -> dict[str, list[tuple[str, str]]]:
    """Rules with their basis, by stage."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in page.rows:
        if len(row) == 3 and row[0] in set(RuleStage):
            found.setdefault(row[0], []).append((row[1], row[2]))
    return found


@pytest.mark.requirement("R65")
async def test_every_stage_says_which_rules_were_applied_and_why(tmp_path: Path) -> None:
    terms = replace(TERMS, columns=ALL, transforms=PSEUDONYMS, max_records=10)

    told, page, clause, notice = await reported(tmp_path, CONSENT, terms)

    found = stages(page)
    assert list(found) == [stage.value for stage in RuleStage]
    agreed = f"clause `{clause}` of the agreement"
    assert found["terms"] == [("at most 10 rows leave", agreed)]
    assert (("rows with somebody who has not consented are left out", f"lawful basis `{CONSENT}`")) in found["consent"]
    assert ("consent to this notice counts", f"notice `{notice}`") in found["consent"]
    assert [basis for _, basis in found["pseudonyms"]] == [agreed, agreed]
    assert [rule.split(":")[0] for rule, _ in found["pseudonyms"]] == ["rated", "rater"]
    assert found["columns"][0] == ("these columns leave: rater, rated, value", agreed)
    assert any("record_id" in rule for rule, _ in found["columns"][1:])
    for stage, rules in found.items():
        for rule, basis in rules:
            assert f"| {stage} | {rule} | {basis} |" in told


@pytest.mark.requirement("R65")
async def test_the_rules_are_those_that_were_applied_and_no_fixed_text(tmp_path: Path) -> None:
    """Another basis, other terms: other rules; where none was applied the stage says so."""
    told, page, clause, notice = await reported(tmp_path, None, replace(TERMS, columns=ALL, consent=True))

    found = stages(page)
    asks = ("rows with somebody who has not consented are left out", f"clause `{clause}` of the agreement")
    assert asks in found["consent"]
    assert ("consent to this notice counts", f"notice `{notice}`") in found["consent"]
    assert [rule for rule, _ in found["pseudonyms"]] == ["none"]
    assert [rule for rule, _ in found["quality"]] == ["none"]
    assert "pseudonym" not in "".join(rule for rules in found.values() for rule, _ in rules)
    assert told


async def test_the_pictures_are_there_for_everybody_and_nothing_is_run_or_fetched(tmp_path: Path) -> None:
    _, page, _, _ = await reported(tmp_path, CONSENT, replace(TERMS, columns=ALL))

    pictures = page.named("svg")
    assert len(pictures) == 4 + 3
    assert all(each["role"] == "img" for each in pictures)
    assert [each["aria-label"] for each in pictures[:4]] == [
        "1 of 5 rows",
        "0 of 5 rows",
        "4 of 5 rows",
        "0 of 5 rows",
    ]
    assert [each["aria-label"] for each in pictures[4:]] == ["1 of 1 rows"] * 3
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("title")) == len(page.named("h1")) == 1
    assert len(page.named("caption")) == len(page.named("table")) == 3
    assert all(each.get("scope") in {"row", "col"} for each in page.named("th"))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}]
