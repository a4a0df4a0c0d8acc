"""The published schema: what was promised to callers is not taken away by accident."""

import sys
from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

from connectors import spi
from connectors.kinds import Kind
from gateway.api import print_schema
from gateway.api.decisions import Effect
from gateway.api.enums import (
    AiUse,
    FigureSource,
    LicenceState,
    NegotiationState,
    OnUnlicensed,
    PartyKind,
    RecordKind,
    RowScope,
    SourceStatus,
    UseAction,
    Wider,
)
from gateway.exchange import contributions
from gateway.exchange.read import model
from graph.journal import events, rows
from policies import difference
from policies import model as policy_model
from policies.model import ColumnMode, LicenceStatus

SNAPSHOT = Path(__file__).parents[3] / "schema.graphql"


def test_nothing_that_callers_rely_on_was_removed() -> None:
    published = build_schema(SNAPSHOT.read_text(encoding="utf-8"))
    present = build_schema(print_schema.schema_text())

    assert [change.description for change in find_breaking_changes(published, present)] == []


def test_the_snapshot_is_the_schema() -> None:
    """After a wanted change: ``python -m gateway.api.print_schema tests/schema.graphql``."""
    assert print_schema.schema_text() == SNAPSHOT.read_text(encoding="utf-8")


def test_the_schema_is_written_to_a_file_or_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["print_schema", str(tmp_path / "schema.graphql")])
    print_schema.main()
    monkeypatch.setattr(sys, "argv", ["print_schema"])
    print_schema.main()

    assert (tmp_path / "schema.graphql").read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.parametrize(
    ("shown", "ours"),
    [
        (SourceStatus, model.SourceStatus),
        (OnUnlicensed, ColumnMode),
        (NegotiationState, rows.NegotiationState),
        (LicenceState, LicenceStatus),
        (PartyKind, events.PartyKind),
        (RowScope, events.RowScope),
        (Wider, difference.Wider),
        (FigureSource, contributions.FigureSource),
        (Effect, policy_model.Effect),
    ],
)
def test_enums_have_exactly_the_members_of_what_they_show(shown: type, ours: type) -> None:
    assert [each.name for each in shown] == [each.name for each in ours]  # type: ignore[attr-defined]  # enums


def test_kinds_actions_and_platform_terms_are_complete() -> None:
    assert [each.name for each in RecordKind] == [each.name for each in Kind]
    assert [each.value for each in AiUse] == [each.value for each in spi.AiUse]  # type: ignore[comparison-overlap]  # enum_value
    assert len(UseAction) == 4
