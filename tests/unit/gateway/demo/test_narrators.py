"""The two narrators show the same facts; the plain one shows nothing but text."""

import io
import json

import pytest
from rich.console import Console

from gateway.demo.facts import Command, Document, StepFacts, Told
from gateway.demo.narrator import Narrator, SilentNarrator
from gateway.demo.plain import PlainNarrator
from gateway.demo.terminal import TerminalNarrator

STEP = StepFacts(
    number=5,
    title="One query over three platforms",
    told=Told(
        headline="942 rows",
        facts={
            "took_ms": 61,
            "token_bound_to": "6 licences",
            "sources": [
                {"dataset": "posts", "rows": 471, "problem": None, "charged": "0.2000 EUR", "status": "OK", "at": 1},
                {
                    "dataset": "trust",
                    "rows": 471,
                    "problem": "SOURCE_UNAVAILABLE",
                    "charged": None,
                    "status": "UNAVAILABLE",
                    "at": 1_234_567,
                },
            ],
            "says": ["Only for research.", "Nothing may be passed on."],
        },
        already_done=("the licence of her own visits ended in an earlier run",),
    ),
    elapsed_ms=1234,
)
FOLDER = "/a/folder/with/a/name/that/is/longer/than/a/line/of/the/terminal/can/ever/hold/in/eighty"
WORLD = {"platforms": [{"source": "grid", "records": "generated"}]}


def a_document(failure: dict[str, str] | None = None) -> Document:
    return Document(
        version="0.1.0",
        seed=7,
        world=WORLD,
        steps=(STEP,),
        measured={"revocation_to_denial_ms": 4.2},
        summary=({"step": 5, "came_to": "942 rows", "ms": 1234},),
        go_on=(Command(to="serve it", run=f"muniment serve --folder {FOLDER}"),),
        failure=failure,
    )


def told_by(narrator: Narrator, document: Document) -> None:
    narrator.opening(WORLD)
    narrator.step(STEP.number, STEP.title)
    narrator.doing("reading")
    with narrator.progress("recording consents", 10) as advance:
        advance(10)
    narrator.told(STEP)
    narrator.closing(document)


SHOWN = (
    "One query over three platforms",
    "took ms: 61",
    "posts",
    "471",
    "Only for research.",
    "already done: the licence of her own visits",
    "1,234 ms",
    "942 rows",
    "4.2",
    f"muniment serve --folder {FOLDER}",
    "1,234,567",
)


def test_plain_text_has_every_fact_and_nothing_that_moves():
    out = io.StringIO()

    told_by(PlainNarrator(out), a_document())

    text = out.getvalue()
    assert all(each in text for each in SHOWN)
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_terminal_has_every_fact():
    out = io.StringIO()

    told_by(TerminalNarrator(Console(file=out, force_terminal=True, width=120, color_system=None)), a_document())

    text = out.getvalue()
    assert all(each in text for each in SHOWN)


def told_at(width: int, document: Document) -> tuple[str, str]:
    """What a terminal of this width shows, and what plain text says."""
    terminal, plain = io.StringIO(), io.StringIO()
    told_by(TerminalNarrator(Console(file=terminal, width=width)), document)
    told_by(PlainNarrator(plain), document)
    return terminal.getvalue(), plain.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_fits_and_no_word_is_broken(width):
    for text in told_at(width, a_document()):
        shown = text.replace(f"muniment serve --folder {FOLDER}", "")
        assert all(len(line) <= width for line in shown.splitlines())
        assert "SOURCE_UNAVAILABLE" in text
        assert "Only for research" in text


def test_commands_are_shown_in_one_line():
    for text in told_at(80, a_document()):
        assert f"muniment serve --folder {FOLDER}" in [line.strip() for line in text.splitlines()]


def test_silence_is_silent(capsys):
    told_by(SilentNarrator(), a_document())

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("make", [PlainNarrator, lambda out: TerminalNarrator(Console(file=out, width=120))])
def test_broken_off_story_has_no_summary(make):
    out = io.StringIO()

    told_by(make(out), a_document(failure={"code": "DEMO_STEP_FAILED", "message": "step 5"}))

    assert "summary" not in out.getvalue()


def test_document_is_json_and_holds_what_was_shown():
    value = json.loads(json.dumps(a_document().value()))

    assert value["format"] == 1
    assert value["failure"] is None
    assert value["steps"][0] == {
        "number": 5,
        "title": STEP.title,
        "headline": "942 rows",
        "elapsed_ms": 1234,
        "already_done": list(STEP.told.already_done),
        "facts": dict(STEP.told.facts),
    }
    assert value["go_on"] == [{"to": "serve it", "run": f"muniment serve --folder {FOLDER}"}]
    assert value["measured"] == {"revocation_to_denial_ms": 4.2}
