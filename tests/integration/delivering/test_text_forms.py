"""One text has several forms in Unicode; terms on rows hold for all of them, in packages and in queries."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from policies.model import Constraint, Policy, Prohibition, Target
from policies.predicate import Comparator, Compare
from policies.vocabulary import COLUMN, Iri, Operator
from tests.testkit.delivering import LICENSED, prepared, records
from tests.testkit.reading import CONSENT, PLATFORM, a_read, an_exchange, ratings

COMPOSED, DECOMPOSED = "ren\u00e9", "rene\u0301"
ROWS = ratings(("ann", COMPOSED, 1), ("ann", DECOMPOSED, 2), ("ann", "bob", 3))


def hiding(*names: str) -> Callable[[Policy], Policy]:
    """Adds a prohibition of rows in which somebody of this name is rated."""

    def change(policy: Policy) -> Policy:
        model = policy.permissions[0]
        operator = Operator.EQ if len(names) == 1 else Operator.IS_ANY_OF
        rated = Constraint(left=COLUMN, operator=operator, right=names, on_column="rated")
        hidden = Prohibition(
            uid=Iri(f"{policy.uid}#hidden"),
            assigner=model.assigner,
            assignee=model.assignee,
            action=model.action,
            target=Target(source=model.target.source, refinements=(rated,)),
        )
        return replace(policy, prohibitions=(*policy.prohibitions, hidden))

    return change


PLAIN = replace(LICENSED, transforms={})
NAMED = pytest.mark.parametrize("names", [(COMPOSED,), (DECOMPOSED,), (COMPOSED, "zoe"), (DECOMPOSED, "zoe")])


@NAMED
async def test_a_prohibited_name_leaves_in_no_form_of_a_package(tmp_path: Path, names: tuple[str, ...]) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": ROWS}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(), PLAIN, amended=hiding(*names))

        view = await prepared(exchange, licence, rows=50)

        assert (await records(exchange, view))["rated"].to_pylist() == ["bob"]
        assert (view.items[0].rows, view.items[0].dropped) == (1, 2)


@NAMED
async def test_a_prohibited_name_leaves_in_no_form_of_a_query(tmp_path: Path, names: tuple[str, ...]) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": ROWS}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(), PLAIN, amended=hiding(*names))

        result = await exchange.one(a_read(licence))

        assert result.rows["rated"].to_pylist() == ["bob"]


@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED])
async def test_a_filter_finds_a_name_in_every_form(tmp_path: Path, name: str) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": ROWS}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(), PLAIN)
        where = Compare(column="rated", comparator=Comparator.EQ, value=name)

        result = await exchange.one(a_read(licence, where=where))

        assert result.rows["rated"].to_pylist() == [COMPOSED, DECOMPOSED]


@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED])
async def test_consent_is_one_persons_in_every_form_of_the_name(tmp_path: Path, name: str) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": ROWS}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), PLAIN)
        await exchange.consent("ann", name)

        result = await exchange.one(a_read(licence))

        assert result.rows["rated"].to_pylist() == [COMPOSED, DECOMPOSED]
