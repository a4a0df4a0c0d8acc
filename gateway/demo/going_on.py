"""What can be done with a kept folder: three queries ready to be sent, and the commands for it."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.queries import text
from gateway.demo.reading import ROWS, federated_variables
from gateway.demo.step_9_audit import BUNDLE
from gateway.demo.story import Story

_FOLDER: Final = "queries"


def write_queries(story: Story) -> None:
    """Write three queries with their variables into the folder."""
    folder = story.folder / _FOLDER
    folder.mkdir(exist_ok=True)
    for name, _, variables in _queries(story):
        (folder / f"{name}.graphql").write_text(text(name), encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps(variables, indent=2) + "\n", encoding="utf-8")


def commands(story: Story, *, kept: bool) -> tuple[str, ...]:
    """Commands to go on with, in the order in which they make sense."""
    if not kept:
        return ("muniment demo --keep DIR", "muniment serve --folder DIR")
    folder = shlex.quote(str(story.folder))
    return (
        story.platforms.forum_command(),
        f"muniment serve --folder {folder}",
        *(
            f"muniment client query {folder}/{_FOLDER}/{name}.graphql --party {folder}/parties/{role}.json"
            for name, role, _ in _queries(story)
        ),
        f"muniment verify {folder}/{BUNDLE}",
        f"muniment graph verify --folder {folder}",
    )


def _queries(story: Story) -> Sequence[tuple[str, Role, Mapping[str, Any]]]:
    learned = story.learned
    revoked = learned.licences["her own visits"]
    licences = [licence for licence in learned.licences.values() if licence != revoked]
    return (
        ("catalogue", Role.DEVELOPER, {"first": 50}),
        ("federated", Role.DEVELOPER, federated_variables(story, licences, ROWS)),
        ("access_log", Role.AUDITOR, {"licence": learned.licences["posts"], "first": 50}),
    )
