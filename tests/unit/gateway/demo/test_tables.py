"""Tables keep within their width, and never lose or break a word or a figure on the way."""

import pytest

from gateway.demo.shapes import Grid
from gateway.demo.tables import Lines, laid_out, wrapped

SOURCES = Grid(
    label="sources",
    columns=("dataset", "took ms", "problem"),
    rows=(("her own visits", "1,234", ""), ("posts", "45", "SOURCE_UNAVAILABLE")),
    numeric=frozenset({1}),
)


def test_table_with_room_has_one_line_for_each_row():
    assert laid_out(SOURCES, 80) == Lines(
        header=(
            "dataset          took  problem",
            "                   ms",
            "--------------  -----  ------------------",
        ),
        body=(
            "her own visits  1,234",
            "posts              45  SOURCE_UNAVAILABLE",
        ),
    )


def test_narrow_table_breaks_between_words():
    assert laid_out(SOURCES, 36).body == (
        "her own    1,234",
        "visits",
        "posts         45  SOURCE_UNAVAILABLE",
    )


def test_table_that_cannot_fit_is_told_row_by_row():
    assert laid_out(SOURCES, 30) == Lines(
        header=(),
        body=(
            "her own visits",
            "  took ms 1,234",
            "posts",
            "  took ms 45",
            "  problem SOURCE_UNAVAILABLE",
        ),
    )


@pytest.mark.parametrize("width", range(20, 60))
def test_no_width_loses_a_word_or_is_exceeded(width):
    lines = laid_out(SOURCES, width)
    text = " ".join((*lines.header, *lines.body))

    assert all(len(line) <= max(width, len("  problem SOURCE_UNAVAILABLE")) for line in (*lines.header, *lines.body))
    assert all(word in text.split() for row in SOURCES.rows for cell in row for word in cell.split())


def test_lines_hang_under_their_beginning():
    assert wrapped("one two three", 9, first="- ", rest="  ") == ("- one two", "  three")
    assert wrapped("", 9, first="- ") == ("-",)
