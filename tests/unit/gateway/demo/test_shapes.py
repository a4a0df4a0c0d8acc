"""How facts are laid out: nothing that is there is lost between the document and what people see."""

import pytest

from gateway.demo.facts import Fact
from gateway.demo.shapes import Grid, Items, Line, Pairs, shape, shapes, text_of


def test_value_becomes_a_line():
    assert list(shape("rows", 35592)) == [Line(label="rows", text="35,592")]


def test_list_of_sentences_becomes_items():
    assert list(shape("terms", ["only a", "b"])) == [Items(label="terms", texts=("only a", "b"))]


def test_list_of_words_becomes_a_line():
    assert list(shape("kinds", ["a", "b"])) == [Line(label="kinds", text="a, b")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_not_there_is_left_out(nothing):
    assert list(shape("citation", nothing)) == []
    assert list(shape("answer", {"refused": nothing, "rows": 0})) == [
        Pairs(label="answer", lines=(Line(label="rows", text="0"),))
    ]
    assert list(shape("answer", {"refused": nothing})) == []
    (table,) = shape("sources", [{"name": "grid", "problem": nothing}, {"name": "forum", "problem": nothing}])
    assert table == Grid(label="sources", columns=("name",), rows=(("grid",), ("forum",)), numeric=frozenset())


def test_long_id_is_shortened_for_people():
    assert list(shape("owner", "urn:muniment:party:01a2224f-64f3-76c4-961a-1d302d443884")) == [
        Line(label="owner", text="urn:muniment:party:…2d443884")
    ]


def test_list_of_objects_becomes_a_table_over_all_their_names():
    facts: list[Fact] = [{"name": "grid", "rows": 3}, {"name": "forum", "rows": 4, "note": "x"}]

    (table,) = shape("sources", facts)

    assert table == Grid(
        label="sources",
        columns=("name", "rows", "note"),
        rows=(("grid", "3", ""), ("forum", "4", "x")),
        numeric=frozenset({1}),
    )


def test_object_becomes_its_plain_values_and_then_what_it_holds():
    facts: Fact = {"max_records": 10, "terms": ["a"], "purpose": "research", "rows": [{"x": 1}], "in": {"y": 2}}

    assert list(shape("asked for", facts)) == [
        Pairs(
            label="asked for",
            lines=(Line(label="max records", text="10"), Line(label="purpose", text="research")),
        ),
        Line(label="asked for, terms", text="a"),
        Grid(label="asked for, rows", columns=("x",), rows=(("1",),), numeric=frozenset({0})),
        Pairs(label="asked for, in", lines=(Line(label="y", text="2"),)),
    ]


def test_names_are_read_as_words_and_keep_their_order():
    assert [each.label for each in shapes({"rows_withheld": 1, "rows": 2})] == ["rows withheld", "rows"]


def test_every_form_of_value_has_a_text():
    values: tuple[Fact, ...] = (None, "", True, False, 1.25, ["a", 2], {"b_c": 3})

    assert [text_of(each) for each in values] == [
        "",
        "",
        "yes",
        "no",
        "1.2",
        "a, 2",
        "b c 3",
    ]


def test_empty_list_is_said_to_be_empty():
    assert list(shape("terms", [])) == [Line(label="terms", text="none")]
