"""Step 13: from a model back to people, terms and money; from one notice forward; and a graph that lies is found."""

import asyncio
import copy
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from gateway.client import VerifiedAudit, verify_audit
from gateway.client.errors import AuditInvalidError
from gateway.demo.cast import Role
from gateway.demo.catching_up import caught_up
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact, Told
from gateway.demo.metrics import journal_key
from gateway.demo.naming import named
from gateway.demo.speak import ask
from gateway.demo.story import Story, require

TITLE: Final = "The auditor: from a run to owners and terms, from a notice to runs"
BUNDLE: Final = "audit.json"
"""File of the folder that ``muniment verify`` can check."""
_GRAPH: Final = "graph.db"
_SHOWN: Final = ("lets", "number of records", "pay")
"""The sentences of each agreement's terms that are printed have one of these words."""


async def tell(story: Story) -> Told:
    """Go back, go forward, and look whether the graph says what the journal says."""
    story.narrator.doing("the graph catches up")
    await caught_up(story)
    story.narrator.doing("exporting what the run rests on")
    audit, altered = await _backward(story)
    forward = await _forward(story)
    story.narrator.doing("an edge of the graph is deleted by hand")
    healed = await _healed(story)
    return Told(
        headline=f"{audit.events} events verified offline lead from 1 run to {audit.nodes['Owner']} owners;"
        f" 1 notice leads to {forward['training_runs']} runs; 1 deleted edge found and healed",
        facts={
            "from_the_run_back": {
                "run": audit.about,
                "owners": audit.nodes["Owner"],
                "agreements": len(audit.terms),
                "nodes": sum(audit.nodes.values()),
                "edges": audit.edges,
                "events_verified_offline": audit.events,
                "kinds_of_nodes": sorted(audit.nodes),
                "alterations_found": altered,
            },
            "terms_that_were_signed": [
                {"agreement": iri, "says": " ".join(named(story, _most_telling(told)))}
                for iri, told in audit.terms.items()
            ],
            "from_one_notice_forward": forward,
            "graph_that_was_altered": healed,
        },
    )


def _most_telling(sentences: Sequence[str]) -> Sequence[str]:
    return [each for each in sentences if any(word in each for word in _SHOWN)]


async def _backward(story: Story) -> tuple[VerifiedAudit, list[Mapping[str, Fact]]]:
    """What the reported run rests on, in a bundle that is verified without the gateway."""
    origin, public_jwk = await journal_key(story.gateway.url)
    bundle = dict(await story.cast.client(Role.AUDITOR).export_audit(story.learned.run))
    require(bundle["origin"] == origin, "the bundle is of this journal")
    (story.folder / BUNDLE).write_text(json.dumps(bundle, indent=2) + "\n", encoding="utf-8")
    audit = verify_audit(bundle, public_jwk=public_jwk)
    status, said = await _muniment("verify", str(story.folder / BUNDLE), "--json")
    require(status == 0 and said["verified"], "the command finds the same, and draws the same graph from the events")
    owners = {story.cast.party(role) for role in (Role.GRID, Role.FORUM, Role.BAZAAR)}
    found = {each["id"] for each in bundle["lineage"]["nodes"] if each["label"] == "Owner"}
    require(owners <= found, "the run leads to every owner whose records it used")
    require(not audit.truncated, "nothing was left out")
    told: list[Mapping[str, Fact]] = []
    for name, alter in _ALTERATIONS.items():
        changed = copy.deepcopy(bundle)
        alter(changed)
        try:
            verify_audit(changed, public_jwk=public_jwk)
        except AuditInvalidError as invalid:
            told.append({"altered": name, "found": invalid.finding})
    require(len(told) == len(_ALTERATIONS), "every alteration is found")
    return audit, told


def _change_an_event(bundle: dict[str, Any]) -> None:
    bundle["proofs"][0]["event"] = bundle["proofs"][0]["event"].replace('"seq"', '"Seq"', 1)


def _take_a_proof(bundle: dict[str, Any]) -> None:
    del bundle["proofs"][-1]


def _widen_a_term(bundle: dict[str, Any]) -> None:
    odrl = bundle["agreements"][0]["policy"]["odrl"]
    odrl["prohibition"] = odrl["prohibition"][1:]


_ALTERATIONS: Final[Mapping[str, Callable[[dict[str, Any]], None]]] = {
    "one event": _change_an_event,
    "one proof is missing": _take_a_proof,
    "one term of one agreement": _widen_a_term,
}


async def _forward(story: Story) -> Mapping[str, Fact]:
    """Everything that one consent notice touched."""
    auditor = story.cast.client(Role.AUDITOR)
    receipt = {"receipt": story.learned.receipts["posts"]["id"]}
    trace = (await ask(auditor, "receipt_trace", receipt))["provenance"]["receipt"]
    notice = next(each["id"] for each in trace["graph"]["nodes"] if each["label"] == "ConsentNotice")
    variables = {"id": notice, "direction": "FORWARD", "depth": 6}
    lineage = (await ask(auditor, "lineage", variables))["provenance"]["lineage"]
    kinds = Counter(str(each["label"]) for each in lineage["nodes"])
    require(kinds["AccessWindow"], "the notice leads to the accesses that it permitted")
    require(kinds["Delivery"], "and to the package")
    require(kinds["TrainingRun"] and kinds["Model"], "and to the runs and the model")
    return {
        "notice": notice,
        "hours_with_accesses": kinds["AccessWindow"],
        "packages": kinds["Delivery"],
        "training_runs": kinds["TrainingRun"],
        "models": kinds["Model"],
        "edges": len(lineage["edges"]),
    }


async def _healed(story: Story) -> Mapping[str, Fact]:
    """Delete an edge with the gateway away, find it missing, and make the graph anew from the journal."""
    await story.gateway.stop()
    try:
        await asyncio.to_thread(_delete_an_edge, story.folder / _GRAPH)
        status, found = await _graph(story, "verify")
        require(status == 1 and found["differences"] == 1, "the missing edge is found")
        await _graph(story, "rebuild")
        after, compared = await _graph(story, "verify")
        require(after == 0 and compared["faithful"], "the graph is what the journal says again")
    finally:
        await story.gateway.start()
    return {
        "found_by_graph_verify": found["findings"][0],
        "edges_after_graph_rebuild": compared["edges"],
        "nodes_after_graph_rebuild": compared["nodes"],
        "compared_up_to_event_number": compared["watermark"],
    }


def _delete_an_edge(graph: Path) -> None:
    """As anybody could who gets hold of the file."""
    with closing(sqlite3.connect(graph)) as connection, connection:
        connection.execute(
            "DELETE FROM edge WHERE (src, type, dst) IN (SELECT src, type, dst FROM edge ORDER BY seq DESC LIMIT 1)"
        )


async def _graph(story: Story, command: str) -> tuple[int, Mapping[str, Any]]:
    """What ``muniment graph`` says of the folder."""
    return await _muniment("graph", command, "--folder", str(story.folder), "--json")


async def _muniment(*arguments: str) -> tuple[int, Mapping[str, Any]]:
    """How a command of the product ends, and the document that it prints.

    Raises:
        UnexpectedAnswerError: it prints none.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "gateway.cli", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await process.communicate()
    try:
        facts: Mapping[str, Any] = json.loads(said)
    except ValueError:
        raise UnexpectedAnswerError(f"`muniment {arguments[0]}` said nothing that can be read") from None
    return process.returncode or 0, facts
