"""A document that would cost too much is refused early, with one code, whatever its trick is."""

import pytest
from graphql import get_introspection_query, parse

from gateway.api.documents import DocumentRefusedError, Documents
from gateway.api.errors import QueryTooDeepError
from gateway.api.limits import Limits, check_costs, check_tokens
from gateway.api.schema import graphql_schema
from tests.testkit.api import SCHEMA

DOCUMENTS = Documents(graphql_schema(SCHEMA), Limits())


def refusal(text: str, documents: Documents = DOCUMENTS) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        documents.get(text)
    (error,) = refused.value.errors
    return str(error["extensions"]["code"])


def nested_fragments(levels: int, spread: str = "...F{0} ...F{0}") -> str:
    fragments = [f"fragment F{level} on Query {{ {spread.format(level + 1)} }}" for level in range(levels)]
    return " ".join(["{ ...F0 }", *fragments, f"fragment F{levels} on Query {{ __typename }}"])


def test_ten_thousand_aliases_are_refused_at_the_thirty_first() -> None:
    """What follows is not even looked at: the broken text at the end goes unnoticed."""
    text = "{" + " ".join(f"a{number}: __typename" for number in range(10_000)) + "}"

    assert refusal(text) == "QUERY_TOO_MANY_ALIASES"
    assert refusal(text + '"unterminated') == "QUERY_TOO_MANY_ALIASES"


def test_colons_of_arguments_and_variables_are_no_aliases() -> None:
    values = ", ".join("{value: {gt: 1}}" for _ in range(50))

    check_tokens(f"query ($a: Int, $b: Int) {{ ratings(where: {{or: [{values}]}}) {{ nodes {{ id }} }} }}", Limits())


@pytest.mark.parametrize("spread", ["...F{0}", "...F{0} ...F{0}", "viewer {{ id }} ... on Query {{ ...F{0} ...F{0} }}"])
def test_thirty_nested_fragments_are_too_deep(spread: str) -> None:
    assert refusal(nested_fragments(30, spread)) == "QUERY_TOO_DEEP"


def test_fragments_that_multiply_are_counted_without_being_spread() -> None:
    """Spread, they would be 20 to the power of 14 fields."""
    assert refusal(nested_fragments(14, "...F{0} " * 20)) == "QUERY_TOO_LARGE"


def test_aliases_are_counted_through_fragments() -> None:
    text = "{ ...A } fragment A on Query { ...B ...B ...B ...B } fragment B on Query { " + " ".join(
        f"b{number}: __typename" for number in range(10)
    )

    assert refusal(text + " }") == "QUERY_TOO_MANY_ALIASES"


def test_directives_are_limited_and_counted_through_fragments() -> None:
    many = "{ __typename " + "@skip(if: false) " * 2000 + "}"
    spread = "{ ...A ...A } fragment A on Query { ...B ...B } fragment B on Query { " + (
        " ".join("x: __typename @skip(if: false)" for _ in range(20)) + " }"
    )

    assert refusal(many) == "QUERY_TOO_MANY_DIRECTIVES"
    assert refusal(spread) in {"QUERY_TOO_MANY_DIRECTIVES", "QUERY_TOO_MANY_ALIASES"}


def test_too_many_tokens_root_fields_and_brackets_each_have_their_code() -> None:
    assert refusal("{ " + "__typename " * 10_000 + "}") == "QUERY_TOO_LARGE"
    assert refusal("{ " + "__typename " * 30 + "}") == "QUERY_TOO_MANY_ROOT_FIELDS"
    assert refusal("{ a" * 100 + "}" * 100) == "QUERY_TOO_DEEP"
    assert refusal("{ a(b: " + "[" * 3000 + "]" * 3000 + ") }") == "QUERY_TOO_DEEP"
    assert refusal("(" * 3000) == "QUERY_TOO_DEEP"


def test_fields_are_limited_in_depth() -> None:
    with pytest.raises(QueryTooDeepError):
        check_costs(parse("{ a" * 16 + "}" * 16), Limits())


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { id } ...A }",
        "{ ...A ...B } fragment A on Query { ...B } fragment B on Query { ...C ...A } fragment C on Query { ...B }",
    ],
)
def test_fragments_in_a_circle_are_left_to_validation(text: str) -> None:
    check_costs(parse(text), Limits())
    with pytest.raises(DocumentRefusedError) as refused:
        DOCUMENTS.get(text)

    assert {error["extensions"]["code"] for error in refused.value.errors} == {"GRAPHQL_VALIDATION_FAILED"}


def test_the_usual_introspection_query_is_within_the_limits() -> None:
    document = DOCUMENTS.get(get_introspection_query())

    assert document.introspects


def test_a_document_is_parsed_once_and_the_store_is_bounded() -> None:
    documents = Documents(graphql_schema(SCHEMA), Limits(), entries=2)
    first = documents.get("{ viewer { id } }")

    again = documents.get("{ viewer { id } }")
    documents.get("{ viewer { kind } }")
    documents.get("{ viewer { scopes } }")
    after = documents.get("{ viewer { id } }")

    assert again is first
    assert after is not first
    assert after.root == first.root


def test_a_store_of_few_characters_still_serves() -> None:
    documents = Documents(graphql_schema(SCHEMA), Limits(), characters=10)

    assert documents.get("{ viewer { id } }").introspects is False
    assert documents.get("{ viewer { id } }").introspects is False


def test_typename_is_no_introspection() -> None:
    assert DOCUMENTS.get("{ viewer { __typename } }").introspects is False
    assert DOCUMENTS.get('{ viewer { id } ...F } fragment F on Query { __type(name: "Party") { name } }').introspects
