"""Records: one run of the read path per operation, whatever the shape of the query."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.kinds import Kind
from gateway.exchange.read.model import OrderTerm, Position
from policies.model import ColumnMode
from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or
from policies.vocabulary import EVALUATE, FINE_TUNE
from tests.testkit.api import LEDGER, LICENCE_IRI, PURPOSE, MemoryRead, Served, a_refusal, served

COLUMNS = {
    "rater": ["ann", "bob", "cem", "dee", "eva"],
    "rated": ["bob", "cem", "dee", "eva", "ann"],
    "value": [Decimal("1.500000000"), Decimal(-10), None, Decimal(3), Decimal("0.000000001")],
    "observed_at": [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 6)],
    "derived": [False, False, True, False, None],
}


def a_service(**read: object) -> Served:
    return served(MemoryRead(columns=COLUMNS, **read))  # type: ignore[arg-type]  # keyword arguments of a fake


def ratings(selection: str, arguments: str = "", field: str = "ratings") -> str:
    return f'{field}(licences: ["{LICENCE_IRI}"], purpose: "{PURPOSE}" {arguments}) {{ {selection} }}'


async def test_records_come_with_their_columns_page_reports_and_receipt() -> None:
    app = a_service()

    answer = await app.query(
        "{"
        + ratings(
            "nodes { id rater value observedAt derived dataset licence } pageInfo { hasNextPage hasPreviousPage }"
            "sources { source platform status rows charged { amountMicro currency } receipt { id seq at }"
            "problem { code } }",
            "first: 2",
        )
        + "}"
    )

    assert answer.json() == {
        "data": {
            "ratings": {
                "nodes": [
                    {
                        "id": "r0",
                        "rater": "ann",
                        "value": "1.5",
                        "observedAt": "2026-01-01T00:00:00Z",
                        "derived": False,
                        "dataset": LEDGER,
                        "licence": LICENCE_IRI,
                    },
                    {
                        "id": "r1",
                        "rater": "bob",
                        "value": "-10",
                        "observedAt": "2026-01-02T00:00:00Z",
                        "derived": False,
                        "dataset": LEDGER,
                        "licence": LICENCE_IRI,
                    },
                ],
                "pageInfo": {"hasNextPage": True, "hasPreviousPage": False},
                "sources": [
                    {
                        "source": "bazaar",
                        "platform": "bazaar",
                        "status": "OK",
                        "rows": 2,
                        "charged": {"amountMicro": "1500", "currency": "EUR"},
                        "receipt": {"id": "urn:muniment:access:1", "seq": 41, "at": "2026-11-21T12:00:00Z"},
                        "problem": None,
                    }
                ],
            }
        }
    }


async def test_only_selected_columns_are_asked_for_through_fragments_aliases_and_directives() -> None:
    app = a_service()

    answer = await app.query(
        "query ($no: Boolean!, $yes: Boolean!) { a: "
        + ratings("...page")
        + """ }
        fragment page on RatingConnection { nodes { ...who stars: value } edges { cursor node { rated ...who } } }
        fragment who on Rating { rater observedAt @skip(if: $yes) ... @include(if: $no) { derived sourceId } }""",
        {"no": False, "yes": True},
    )

    ((command,),) = app.read.runs
    assert answer.status_code == 200
    assert set(command.columns) == {"rater", "value", "rated"}
    assert command.with_id is False
    assert command.field == "a"
    assert answer.json()["data"]["a"]["nodes"][0] == {"rater": "ann", "stars": "1.5"}


async def test_all_record_fields_of_an_operation_are_one_run() -> None:
    app = a_service()

    await app.query(
        "{ viewer { id } "
        "x: "
        + ratings("nodes { rater }")
        + " y: "
        + ratings("nodes { value }", "action: EVALUATE")
        + ratings("nodes { subject }", field="profiles")
        + "}"
    )

    (commands,) = app.read.runs
    assert [(each.field, each.kind, each.action) for each in commands] == [
        ("x", Kind.RATING, FINE_TUNE),
        ("y", Kind.RATING, EVALUATE),
        ("profiles", Kind.PROFILE, FINE_TUNE),
    ]
    assert len({each.operation for each in commands}) == 1


async def test_arguments_become_one_command() -> None:
    app = a_service()

    await app.query(
        "query ($from: DateTime!) {"
        + ratings(
            "nodes { id }",
            """place: "https://www.iso.org/obp/ui/#iso:code:3166:DE", first: 7, onUnlicensed: OMIT,
            orderBy: [{column: OBSERVED_AT, direction: DESC}, {column: VALUE}],
            where: {observedAt: {gte: $from}, or: [{value: {gt: "2.5"}}, {rater: {in: ["ann"]}}],
                    not: {derived: {isNull: true}}}""",
        )
        + "}",
        {"from": "2026-01-01T01:00:00+01:00"},
    )

    ((command,),) = app.read.runs
    assert command.first == 7
    assert command.with_id
    assert command.columns == ()
    assert command.mode is ColumnMode.OMIT
    assert command.place == "https://www.iso.org/obp/ui/#iso:code:3166:DE"
    assert command.order == (OrderTerm(column="observed_at", descending=True), OrderTerm(column="value"))
    assert command.where == And(
        parts=(
            Compare(column="observed_at", comparator=Comparator.GTE, value=datetime(2026, 1, 1, tzinfo=UTC)),
            Or(
                parts=(
                    Compare(column="value", comparator=Comparator.GT, value=Decimal("2.5")),
                    AnyOf(column="rater", values=("ann",)),
                )
            ),
            Not(part=IsNull(column="derived")),
        )
    )


async def test_a_column_whose_name_is_a_word_of_python_is_served() -> None:
    app = served(MemoryRead(columns={"class": ["gold", None]}))

    answer = await app.query("{" + ratings("nodes { class }", 'where: {class: {eq: "gold"}}', "credentials") + "}")

    assert answer.json()["data"]["credentials"]["nodes"] == [{"class": "gold"}, {"class": None}]


async def test_a_column_that_was_left_out_is_null() -> None:
    app = a_service()

    answer = await app.query("{" + ratings("nodes { rater metric }", "first: 1") + "}")

    assert answer.json()["data"]["ratings"]["nodes"] == [{"rater": "ann", "metric": None}]


async def test_pages_follow_each_other_until_every_row_was_given_once() -> None:
    app = a_service()
    seen: list[str] = []
    after, more = None, True

    while more:
        answer = await app.query(
            "query ($after: String) {"
            + ratings(
                "edges { cursor node { rater } } pageInfo { hasNextPage hasPreviousPage endCursor }",
                "first: 2, after: $after",
            )
            + "}",
            {"after": after},
        )
        page = answer.json()["data"]["ratings"]
        seen += [edge["node"]["rater"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert seen == COLUMNS["rater"]
    assert app.read.runs[1][0].after == Position(values={LEDGER: "1"})


@pytest.mark.parametrize(
    ("arguments", "token"),
    [
        ("first: 2, after: $c, where: {value: {gt: 1}}", "developer"),
        ("first: 2, after: $c, orderBy: [{column: VALUE}]", "developer"),
        ("first: 2, after: $c, action: GROUND", "developer"),
        ("first: 2, after: $c", "other"),
    ],
)
async def test_a_cursor_of_another_query_or_party_is_foreign(arguments: str, token: str) -> None:
    app = a_service()
    page = await app.query("{" + ratings("pageInfo { endCursor }", "first: 2") + "}")
    cursor = page.json()["data"]["ratings"]["pageInfo"]["endCursor"]
    runs = len(app.read.runs)

    answer = await app.query(
        "query ($c: String) {" + ratings("nodes { id }", arguments) + "}", {"c": cursor}, token=token
    )

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"
    assert error["path"] == ["ratings"]
    assert len(app.read.runs) == runs


@pytest.mark.parametrize("cursor", ["", "x", "arrayconnection:1", "AAAA", "é", "A" * 20_000, "////"])
async def test_a_forged_cursor_fails_its_own_field_only(cursor: str) -> None:
    app = a_service()

    answer = await app.query(
        "query ($c: String) { a: "
        + ratings("nodes { rater }", "after: $c")
        + " b: "
        + ratings("nodes { rater }")
        + "}",
        {"c": cursor},
    )

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"
    assert error["path"] == ["a"]
    assert answer.json()["data"]["a"] is None
    assert len(answer.json()["data"]["b"]["nodes"]) == 5


@pytest.mark.parametrize("first", [0, -1, 1001, 2147483647])
async def test_a_page_has_1_to_1000_records(first: int) -> None:
    app = a_service()

    answer = await app.query("{" + ratings("nodes { id }", f"first: {first}") + "}")

    assert answer.json()["errors"][0]["extensions"]["code"] == "LIST_SIZE_OUT_OF_RANGE"
    assert app.read.runs == []


async def test_a_null_in_a_filter_is_an_error_and_does_not_widen_it() -> None:
    app = a_service()

    answer = await app.query(
        "query ($v: Decimal) {" + ratings("nodes { id }", "where: {value: {gt: $v}}") + "}", {"v": None}
    )

    assert answer.json()["errors"][0]["extensions"]["code"] == "FILTER_INVALID"
    assert app.read.runs == []


async def test_a_filter_of_too_many_conditions_is_refused() -> None:
    app = a_service()
    where = {"or": [{"value": {"gt": 1}}] * 150}

    answer = await app.query("query ($w: RatingFilter) {" + ratings("nodes { id }", "where: $w") + "}", {"w": where})

    assert answer.json()["errors"][0]["extensions"]["code"] == "FILTER_INVALID"


async def test_a_refused_dataset_is_a_report_and_one_error_at_its_field() -> None:
    app = served(MemoryRead(problem=a_refusal()))

    answer = await app.query(
        "{ a: " + ratings("nodes { rater } sources { status problem { code stage clause message decisionId } }") + "}"
    )

    (error,) = answer.json()["errors"]
    assert error == {
        "message": "column `rater` is not licensed",
        "path": ["a"],
        "extensions": {
            "code": "COLUMN_NOT_LICENSED",
            "stage": "decide",
            "clause": "urn:muniment:agreement:1#p1",
            "decisionId": "urn:muniment:access:9",
            "dataset": LEDGER,
            "documentation": error["extensions"]["documentation"],
        },
    }
    assert answer.json()["data"]["a"]["sources"][0]["status"] == "REFUSED"
    assert answer.json()["data"]["a"]["sources"][0]["problem"]["stage"] == "decide"


async def test_an_unknown_failure_is_masked_under_an_incident() -> None:
    app = a_service(failure=RuntimeError("password=hunter2"))

    answer = await app.query("{ viewer { id } " + ratings("nodes { id }") + "}")

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["incident"] in error["message"]
    assert "hunter2" not in answer.text
    assert answer.json()["data"]["viewer"] is not None


async def test_a_genuine_but_expired_token_leaves_a_trace_of_what_it_asked_for() -> None:
    app = a_service()

    answer = await app.query("{" + ratings("nodes { rater }") + "}", token="expired")

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["reason"] == "expired"
    assert app.read.runs == []
    ((command,),) = app.read.expired
    assert command.columns == ("rater",)


async def test_an_expired_token_with_a_broken_request_leaves_none() -> None:
    app = a_service()

    answers = [await app.query("{ nothing }", token="expired"), await app.query("", token="expired")]

    assert [each.status_code for each in answers] == [401, 401]
    assert app.read.expired == []
