"""The auditor's page, worked through from top to bottom, as it stands, beside a world that the demo told.

Every query and every command of the page is run: on the embedded graph, and on a real Neo4j.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.architecture.packages import ROOT
from tests.docs.blocks import Block, blocks, run
from tests.testkit.environment import UNMEASURED

pytestmark = [pytest.mark.slow]

PAGE = ROOT / "docs" / "how-to" / "auditor.md"
MODEL = "urn:model:demo-small"
INVITE = """mutation ($input: InvitePartyInput!) {
  inviteParty(input: $input) { invitation userErrors { code message } } }"""
ITS_RECEIPT = """{ node(id: "RECEIPT") { ... on Access {
  receipt { id seq leaf at treeSize signature } } } }"""
TO_THE_GATEWAY = {("client", "register"), ("client", "query"), ("export",)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kept world, told once."""
    folder = Path(tmp_path_factory.mktemp("world")) / "world"
    command = [sys.executable, "-m", "gateway.cli", "demo", "--json", "--keep", str(folder)]
    ended = subprocess.run(command, env=UNMEASURED, check=False, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
    (folder / "told.json").write_text(ended.stdout, encoding="utf-8")
    return folder


@pytest.fixture(
    params=["sqlite", pytest.param("neo4j_long_term", marks=pytest.mark.integration)],
)
def graph(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The setting that chooses the graph."""
    if request.param == "sqlite":
        return {}
    server = request.getfixturevalue(request.param)
    server.wipe()
    return {"MUNIMENT_GRAPH": server.url}


@dataclass
class Reader:
    """Somebody who works through the page in a folder of their own."""

    folder: Path
    environment: Mapping[str, str]
    known: dict[str, str]
    """What the page leaves open, by its placeholder."""
    url: str = ""
    serving: subprocess.Popen[str] | None = None
    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})
    answers: dict[str, Any] = field(default_factory=dict)
    """By the file of the query."""
    said: dict[str, str] = field(default_factory=dict)
    """By command, without its options."""

    def start(self) -> None:
        command = [sys.executable, "-m", "gateway.cli", "serve", "--folder", "world", "--port", "0"]
        self.serving = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.serving.stdout is not None
        for line in self.serving.stdout:
            if line.startswith("muniment is ready at "):
                self.url = line.removeprefix("muniment is ready at ").strip()
                self.caught_up()
                return
        pytest.fail("the gateway did not start")

    def caught_up(self) -> None:
        """Wait until the graph holds the whole story."""
        end = time.monotonic() + 60
        while httpx2.get(f"{self.url}/health/ready").json()["graph"]["lag"]:
            assert time.monotonic() < end
            time.sleep(0.2)

    def stop(self) -> None:
        if self.serving is not None:
            self.serving.send_signal(signal.SIGTERM)
            self.serving.communicate(timeout=30)
            self.serving = None

    def command(self, line: str) -> str:
        """Run a command of the page; it must come out well."""
        words = shlex.split(self.filled(line))[1:]
        if any(tuple(words[: len(each)]) == each for each in TO_THE_GATEWAY):
            words += ["--url", self.url]
        ended = subprocess.run(
            [sys.executable, "-m", "gateway.cli", *words],
            cwd=self.folder,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, (line, ended.stdout, ended.stderr)
        self.said[line] = ended.stdout
        return ended.stdout

    def query(self, name: str) -> None:
        self.answers[name] = json.loads(self.command(f"muniment client query {name}.graphql --party me.json"))["data"]

    def filled(self, text: str) -> str:
        """The text with what is known in place of what the page leaves open."""
        return re.sub(r"\b[A-Z]{3,}\b", lambda found: self.known.get(found[0], found[0]), text)

    def learn(self) -> None:
        """What the answers so far say of things that the page names later."""
        audit = self.folder / "audit.json"
        if "runs" in self.answers:
            within = next(each for each in self.answers["runs"]["trainingRuns"]["nodes"] if each["code"] is None)
            self.known["RUN"] = within["id"]
        if audit.exists() and "of_kind" in self.namespace:
            os.chdir(self.folder)
            of_kind: Callable[[str, str], list[str]] = self.namespace["of_kind"]
            self.known |= {
                "OWNER": of_kind("audit.json", "Owner")[0],
                "NOTICE": of_kind("audit.json", "ConsentNotice")[0],
            }


@pytest.fixture
def reader(world: Path, graph: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    shutil.copytree(world, tmp_path / "world")
    told = json.loads((world / "told.json").read_text(encoding="utf-8"))
    facts = {each["number"]: each["facts"] for each in told["steps"]}
    receipt = facts[9]["from_one_receipt"]
    monkeypatch.chdir(tmp_path)
    reading = Reader(
        folder=tmp_path,
        environment=UNMEASURED | dict(graph),
        known={"MODEL": MODEL, "RECEIPT": receipt["receipt"], "LICENCE": receipt["licence"]},
    )
    reading.start()
    try:
        reading.namespace["journal"] = httpx2.get(f"{reading.url}/.well-known/muniment-journal").json()
        (tmp_path / "journal.jwk").write_text(json.dumps(reading.namespace["journal"]["key"]), encoding="utf-8")
        yield reading
    finally:
        reading.stop()


def invite(reader: Reader) -> None:
    """The operator hands over an invitation."""
    (reader.folder / "invite.graphql").write_text(INVITE, encoding="utf-8")
    (reader.folder / "invite.json").write_text(json.dumps({"input": {"kind": "AUDITOR"}}), encoding="utf-8")
    said = reader.command("muniment client query invite.graphql --party world/keys/operator.json")
    reader.known["INVITATION"] = json.loads(said)["data"]["inviteParty"]["invitation"]


def variables(reader: Reader, name: str) -> Mapping[str, Any]:
    """For the queries whose variables the page does not write down."""
    head = reader.answers.get("heads", {}).get("provenance", {}).get("checkpoint", {}).get("treeSize", 40)
    seq = reader.answers["trace"]["provenance"]["receipt"]["access"]["seq"] if "trace" in reader.answers else 0
    known: Mapping[str, Mapping[str, Any]] = {
        "forward": {"licence": reader.known["LICENCE"]},
        "agreement": {"licence": reader.known["LICENCE"]},
        "proof": {"seq": seq},
        "heads": {"from": 40, "to": head},
    }
    return known[name]


def work_through(reader: Reader, page: list[Block]) -> None:
    """Do what the page says, block by block."""
    waiting = ""
    for block in page:
        match block.language:
            case "graphql":
                send(reader, waiting)
                waiting = re.match(r"# (\w+)\.graphql\n", block.content)[1]  # type: ignore[index]  # each has its name
                (reader.folder / f"{waiting}.graphql").write_text(block.content, encoding="utf-8")
            case "json":
                (reader.folder / f"{waiting}.json").write_text(reader.filled(block.content), encoding="utf-8")
            case "python":
                send(reader, waiting)
                waiting = ""
                run(block, reader.namespace)
            case "bash":
                for line in block.content.splitlines():
                    waiting = type_in(reader, line, waiting)
            case other:
                pytest.fail(f"nobody knows what to do with a block of `{other}`")
        reader.learn()
    send(reader, waiting)


def type_in(reader: Reader, line: str, waiting: str) -> str:
    """One line of the page; gives the query that still waits to be sent."""
    if "client query" in line:
        assert f"{waiting}.graphql" in line
        reader.query(waiting)
        return ""
    send(reader, waiting)
    if "INVITATION" in line:
        invite(reader)
    if line.startswith("muniment verify bundle.json"):
        one_event(reader)
    if line.startswith("muniment verify heads.json"):
        two_heads(reader)
    if "graph rebuild" in line:
        reader.stop()
    reader.command(line)
    if "graph rebuild" in line:
        reader.start()
    return ""


def send(reader: Reader, waiting: str) -> None:
    """A query that the page shows without the command for it."""
    if waiting and waiting not in reader.answers:
        beside = reader.folder / f"{waiting}.json"
        if not beside.exists():
            beside.write_text(json.dumps(variables(reader, waiting)), encoding="utf-8")
        reader.query(waiting)


def one_event(reader: Reader) -> None:
    """The proof of the traced access, with its receipt."""
    (reader.folder / "receipt.graphql").write_text(reader.filled(ITS_RECEIPT), encoding="utf-8")
    reader.query("receipt")
    proof, receipt = reader.answers["proof"]["provenance"]["proof"], reader.answers["receipt"]["node"]["receipt"]
    content = reader.namespace["bundle"](reader.namespace["journal"], proof, receipt)
    reader.namespace["write"]("bundle.json", content)


def two_heads(reader: Reader) -> None:
    """An earlier head from the world's own bundle, and the one of now, with the proof between them."""
    earlier = json.loads((reader.folder / "world" / "proof.json").read_text(encoding="utf-8"))["proof"]
    now = reader.answers["heads"]["provenance"]["checkpoint"]
    between = {"from": earlier["treeSize"], "to": now["treeSize"]}
    (reader.folder / "heads.json").write_text(json.dumps(between), encoding="utf-8")
    reader.query("heads")
    path = reader.answers["heads"]["provenance"]["consistency"]
    content = reader.namespace["heads"](reader.namespace["journal"], earlier["checkpoint"], now["note"], path)
    reader.namespace["write"]("heads.json", content)


def test_the_page_leads_from_a_model_to_people_terms_and_money(reader: Reader) -> None:
    page = list(blocks(PAGE))
    work_through(reader, page)

    told = json.loads((reader.folder / "world" / "told.json").read_text(encoding="utf-8"))
    facts = {each["number"]: each["facts"] for each in told["steps"]}
    assert {block.language for block in page} == {"graphql", "json", "bash", "python"}
    runs = reader.answers["runs"]["trainingRuns"]["nodes"]
    assert [each["code"] for each in runs] == [None, "PURPOSE_NOT_LICENSED"]
    terms = reader.said["muniment verify audit.json --key journal.jwk"]
    assert terms.startswith("verified: ")
    assert terms.count("as both sides signed them") == facts[13]["from_the_run_back"]["agreements"]
    assert "fine-tune a model" in terms
    assert reader.answers["owner"]["node"]["kind"] in {"BUSINESS", "PLATFORM_DEVELOPER"}
    people = reader.answers["people"]["provenance"]["lineage"]
    labels = [each["label"] for each in people["nodes"]]
    counted = sum(each["properties"]["count"] for each in people["nodes"] if each["label"] == "ConsentBatch")
    assert counted == facts[1]["consents"][0]["consents"]
    assert {"Delivery", "TrainingRun", "Model", "AccessWindow"} <= set(labels)
    duties = reader.answers["duties"]["licence"]["duties"]
    assert [(each["kind"], each["state"]) for each in duties] == [("TAKE_DOWN", "FULFILLED")]
    assert all(each["delivery"] in duties[0]["deliveries"] for each in json.loads(duties[0]["statement"])["deliveries"])
    money = reader.answers["money"]["usageReport"]
    due = [int(each["amount"]["amountMicro"]) for each in money["due"]]
    assert sum(int(each["due"]["amountMicro"]) for each in money["lines"]) == sum(due) > 0
    log = reader.answers["forward"]["accessLog"]["nodes"]
    recorded = [each for each in log if each["kind"] == "RECORDED"]
    assert len(recorded) == sum(each["accesses"] for each in money["lines"])
    assert sum(each["rows"] for each in recorded) == sum(each["rows"] for each in money["lines"])
    assert reader.answers["trace"]["provenance"]["receipt"]["graph"]["edges"]
    assert "its receipt is good" in reader.said["muniment verify bundle.json --key journal.jwk"]
    assert "unchanged" in reader.said["muniment verify heads.json --key journal.jwk"]
    assert "the graph is what the journal says" in reader.said["muniment graph verify --folder world"]
    policy = reader.answers["agreement"]["licence"]["agreement"]
    assert reader.namespace["check"](policy).assignee == policy["signatures"][1]["by"]["id"]
    an_altered_bundle_shows_nothing(reader)


def an_altered_bundle_shows_nothing(reader: Reader) -> None:
    audit = reader.folder / "audit.json"
    bundle = json.loads(audit.read_text(encoding="utf-8"))
    bundle["lineage"]["nodes"] = [each for each in bundle["lineage"]["nodes"] if each["label"] != "Owner"]
    audit.write_text(json.dumps(bundle), encoding="utf-8")

    with pytest.raises(AssertionError, match="AUDIT_INVALID"):
        reader.command("muniment verify audit.json --key journal.jwk")
