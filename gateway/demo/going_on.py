"""What can be done with a kept folder: three queries ready to be sent, and the commands for it."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Command
from gateway.demo.programs import muniment, python
from gateway.demo.queries import text
from gateway.demo.reading import federated_variables
from gateway.demo.step_9_audit import BUNDLE
from gateway.demo.step_11_deliver import FOLDER as PACKAGE
from gateway.demo.step_13_audit import BUNDLE as AUDIT
from gateway.demo.story import Story

_FOLDER: Final = "queries"
_ROWS: Final = 5
_TO_KEEP: Final = (
    "nothing of this run was kept; to keep the store, the proof and three ready queries, and to be told the commands "
    "for them"
)


def write_queries(story: Story) -> None:
    """Write three queries with their variables into the folder."""
    folder = story.folder / _FOLDER
    folder.mkdir(exist_ok=True)
    for each in _queries(story):
        (folder / f"{each.name}.graphql").write_text(text(each.name), encoding="utf-8")
        (folder / f"{each.name}.json").write_text(json.dumps(each.variables, indent=2) + "\n", encoding="utf-8")


def commands(story: Story, *, kept: bool) -> tuple[Command, ...]:
    """What can be done now: with the folder, or to get one."""
    if not kept:
        return (Command(to=_TO_KEEP, run=f"{muniment()} demo --keep world"),)
    folder = shlex.quote(str(story.folder))
    forum = story.platforms.forum_command().removeprefix("python ")
    return (
        Command(to="check the proof of step 9; no server is needed", run=f"{muniment()} verify {folder}/{BUNDLE}"),
        Command(to="check the audit bundle of step 13", run=f"{muniment()} verify {folder}/{AUDIT}"),
        Command(to="check the package of step 11 in the same way", run=f"{muniment()} verify {folder}/{PACKAGE}"),
        Command(to="compare the graph with the journal", run=f"{muniment()} graph verify --folder {folder}"),
        Command(to="serve the forum again, in a terminal of its own", run=f"{python()} {forum}"),
        Command(to="serve the gateway, in a second terminal", run=f"{muniment()} serve --folder {folder}"),
        *(
            Command(
                to=each.to,
                run=f"{muniment()} client query {folder}/{_FOLDER}/{each.name}.graphql "
                f"--party {folder}/parties/{each.role}.json",
            )
            for each in _queries(story)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """A document of the demo, ready to be sent."""

    name: str
    role: Role
    to: str
    variables: Mapping[str, Any]


def _queries(story: Story) -> Sequence[_Query]:
    learned = story.learned
    licences = [licence for name, licence in learned.licences.items() if name not in learned.ended]
    return (
        _Query(
            name="catalogue",
            role=Role.DEVELOPER,
            to="while both are served, read the catalogue as the developer",
            variables={"first": 50},
        ),
        _Query(
            name="federated",
            role=Role.DEVELOPER,
            to=f"send the query of step 5 again, for {_ROWS} rows of each field",
            variables=federated_variables(story, licences, _ROWS),
        ),
        _Query(
            name="access_log",
            role=Role.AUDITOR,
            to="list every access to the posts, as the auditor",
            variables={"licence": learned.licences["posts"], "first": 50},
        ),
    )
