"""Audit bundles: exported over GraphQL, verified without it; whatever is altered or missing is found."""

import copy
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.app import main
from gateway.client.answers import Answer
from gateway.client.audits import export_audit, verify_audit
from gateway.client.errors import AuditInvalidError, OperationFailedError, ThingUnknownError
from gateway.exchange.read.pipeline import run
from graph.journal.journal import ORIGIN
from graph.provenance.projector import batch_of
from graph.signing import SigningKey
from tests.testkit.api import Served, a_principal, served
from tests.testkit.reading import CONSENT, OWNER, Exchange, a_read, an_exchange

Bundle = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A client of the endpoint, as one party."""

    app: Served
    token: str

    async def execute(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        reply = await self.app.query(query, dict(variables or {}), token=self.token)
        content = reply.json()
        return Answer(status=reply.status_code, data=content.get("data"), errors=tuple(content.get("errors", ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An exchange in which one read was released and everything was projected."""

    exchange: Exchange
    app: Served
    licence: str
    journal: Mapping[str, Any]

    async def exported(self, about: str, direction: str = "FORWARD", token: str = "auditor") -> Bundle:  # no secret
        return await export_audit(Asking(app=self.app, token=token), self.journal, about, direction)


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid")
        await exchange.one(a_read(licence))
        principals = {
            "developer": exchange.principal(licence),
            "stranger": a_principal(party="urn:muniment:party:stranger"),
        }
        app = served(ports=exchange.ports, engine_read=run, principals=principals)
        events = await exchange.ports.journal.events(after=-1, limit=10_000)
        await exchange.ports.store.apply(batch_of(events, exchange.ports.store.tenant))
        journal = {"origin": ORIGIN, "key": exchange.journal_key}
        yield Told(exchange=exchange, app=app, licence=licence, journal=journal)


async def test_a_bundle_of_a_licence_is_verified_without_the_gateway(told: Told) -> None:
    bundle = json.loads(json.dumps(await told.exported(told.licence)))

    audit = verify_audit(bundle, public_jwk=told.journal["key"])

    assert (audit.about, audit.direction, audit.truncated) == (told.licence, "FORWARD", False)
    assert audit.nodes["AccessWindow"] == audit.nodes["AgreementVersion"] == 1
    assert audit.events == len(bundle["proofs"]) == len(audit.seqs)
    ((agreement, terms),) = audit.terms.items()
    assert agreement == told.exchange.licences[told.licence].agreement
    assert any("fine-tune" in each for each in terms)


@pytest.mark.parametrize("token", ["auditor", "developer"])
async def test_backward_it_leads_to_the_owner(told: Told, token: str) -> None:
    bundle = await told.exported(told.exchange.licences[told.licence].agreement, "BACKWARD", token)

    found = {each["id"] for each in bundle["lineage"]["nodes"] if each["label"] == "Owner"}
    assert found == {OWNER}


async def test_what_one_may_not_see_and_what_is_not_there_look_alike(told: Told) -> None:
    for about, token in ((told.licence, "stranger"), ("urn:muniment:licence:none", "auditor")):
        with pytest.raises(ThingUnknownError):
            await told.exported(about, token=token)
    with pytest.raises(OperationFailedError):
        await told.exported(told.licence, direction="SIDEWAYS")


def _event(bundle: Bundle) -> None:
    bundle["proofs"][0]["event"] = bundle["proofs"][0]["event"].replace("0", "1", 1)


def _proof(bundle: Bundle) -> None:
    del bundle["proofs"][0]


def _start(bundle: Bundle) -> None:
    bundle["about"] = "urn:muniment:licence:another"


def _end(bundle: Bundle) -> None:
    used = {each["source"] for each in bundle["lineage"]["edges"]} | {
        each["target"] for each in bundle["lineage"]["edges"]
    }
    gone = next(each for each in bundle["lineage"]["nodes"] if each["id"] in used - {bundle["about"]})
    bundle["lineage"]["nodes"].remove(gone)


def _name(bundle: Bundle) -> None:
    for each in (*bundle["lineage"]["nodes"], *bundle["lineage"]["edges"]):
        for name in ("id", "source", "target"):
            if str(each.get(name)).startswith("urn:muniment:agreement:"):
                each[name] += "0"


def _agreement(bundle: Bundle) -> None:
    bundle["agreements"] = []


def _term(bundle: Bundle) -> None:
    text = json.dumps(bundle["agreements"][0]["policy"]["odrl"])
    bundle["agreements"][0]["policy"]["odrl"] = json.loads(text.replace("prohibit", "perm", 1))


def _wider(bundle: Bundle) -> None:
    del bundle["agreements"][0]["policy"]["odrl"]["prohibition"]


def _list(bundle: Bundle) -> None:
    bundle["lineage"] = []


def _seq(bundle: Bundle) -> None:
    bundle["lineage"]["nodes"][0]["seq"] = "first"


@pytest.mark.parametrize(
    ("alter", "finding"),
    [
        (_event, "is not what was hashed"),
        (_proof, "is not proven"),
        (_start, "is not in it"),
        (_end, "leads out of the bundle"),
        (_name, "does not name"),
        (_agreement, "is missing"),
        (_term, "cannot be read"),
        (_wider, "is not the one that was signed"),
        (_list, "not the form"),
        (_seq, "not the form"),
    ],
)
async def test_what_was_altered_is_found(told: Told, alter: Callable[[Bundle], None], finding: str) -> None:
    bundle = copy.deepcopy(await told.exported(told.licence))
    alter(bundle)

    with pytest.raises(AuditInvalidError) as invalid:
        verify_audit(bundle, public_jwk=told.journal["key"])

    assert finding in invalid.value.finding


async def test_another_key_verifies_nothing(told: Told) -> None:
    with pytest.raises(AuditInvalidError, match="the checkpoint"):
        verify_audit(await told.exported(told.licence), public_jwk=SigningKey.generate().public_jwk)


async def test_the_command_tells_what_the_bundle_shows(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(await told.exported(told.licence)))
    key = tmp_path / "journal.jwk"
    key.write_text(json.dumps(told.journal["key"]))

    def verified(*more: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["verify", str(path), *more])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    status, out, _ = verified("--key", str(key))
    assert status == 0
    assert "events show what" in out
    assert "1 AgreementVersion" in out
    assert "as both sides signed them" in out
    status, out, _ = verified("--json")
    assert json.loads(out)["nodes"]["Licence"] == 1
    path.write_text(path.read_text().replace('"truncated": false', '"truncated": true'))
    assert "more than the bundle holds" in verified()[1]


def _invent(bundle: Bundle) -> None:
    first, *_, last = bundle["lineage"]["nodes"]
    edge = {"source": first["id"], "target": last["id"], "type": "GRANTED_TO", "seq": first["seq"]}
    bundle["lineage"]["edges"].append(edge)


def _turn(bundle: Bundle) -> None:
    edge = bundle["lineage"]["edges"][0]
    edge["source"], edge["target"] = edge["target"], edge["source"]


def _label(bundle: Bundle) -> None:
    bundle["lineage"]["nodes"][0]["label"] = "Owner"


def _way(bundle: Bundle) -> None:
    bundle["direction"] = "BACKWARD"


def _nowhere(bundle: Bundle) -> None:
    bundle["direction"] = "SIDEWAYS"


def _other_start(bundle: Bundle) -> None:
    bundle["about"] = bundle["lineage"]["edges"][0]["source"]


def _no_edges(bundle: Bundle) -> None:
    bundle["lineage"]["edges"] = []


def _one_edge(bundle: Bundle) -> None:
    bundle["lineage"]["edges"].pop()


def _no_accesses(bundle: Bundle) -> None:
    gone = {each["id"] for each in bundle["lineage"]["nodes"] if each["label"] == "AccessWindow"}
    bundle["lineage"]["nodes"] = [each for each in bundle["lineage"]["nodes"] if each["id"] not in gone]
    bundle["lineage"]["edges"] = [
        each for each in bundle["lineage"]["edges"] if not gone & {each["source"], each["target"]}
    ]


def _twice(bundle: Bundle) -> None:
    bundle["lineage"]["nodes"] *= 2


@pytest.mark.parametrize(
    ("alter", "finding"),
    [
        (_invent, "does not say"),
        (_turn, "does not say"),
        (_label, "names no"),
        (_way, "nothing leads"),
        (_nowhere, "no direction"),
        (_other_start, "nothing leads"),
        (_no_edges, "nothing leads"),
        (_one_edge, "nothing leads"),
        (_no_accesses, "is missing"),
        (_twice, "twice"),
    ],
)
async def test_the_command_draws_the_graph_again_from_the_events(
    told: Told,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    alter: Callable[[Bundle], None],
    finding: str,
) -> None:
    bundle = await told.exported(told.licence)
    alter(bundle)
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(bundle))

    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])

    said = capsys.readouterr().err
    assert (ended.value.code, "AUDIT_INVALID" in said, finding in said) == (1, True, True)
