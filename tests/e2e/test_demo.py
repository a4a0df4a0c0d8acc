"""The demo, as a stranger runs it: in a process of its own, on generated records, over real HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.world.forum import Forum, generate_forum, read_forum

pytestmark = [pytest.mark.slow]

STEPS = 9
PLATFORMS = Path(os.environ.get("MUNIMENT_SHARED", "../shared")).resolve() / "platforms"
REAL = PLATFORMS / "stack-exchange" / "bicycles-meta"
LEDGER = PLATFORMS / "bitcoin-otc" / "soc-sign-bitcoinotc.csv"


def muniment(*arguments: str, timeout_s: float = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


def of_step(document: dict[str, Any], number: int) -> dict[str, Any]:
    return dict(next(each["facts"] for each in document["steps"] if each["number"] == number))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return Path(tmp_path_factory.mktemp("demo")) / "kept"


@pytest.fixture(scope="module")
def told(folder) -> dict[str, Any]:
    """The document of a first run that keeps its store."""
    ended = muniment("demo", "--json", "--keep", str(folder))
    assert ended.returncode == 0, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


def test_every_step_comes_out_well(told):
    assert told["failure"] is None
    assert [each["number"] for each in told["steps"]] == list(range(1, STEPS + 1))
    assert len(told["summary"]) == STEPS
    assert all(each["already_done"] == [] for each in told["steps"])


def test_contested_offer_is_refused_until_it_is_decided_and_consents_are_recorded(told):
    facts = of_step(told, 1)

    assert facts["contested_offer_before_the_decision"] == "PLATFORM_TERMS_UNDECIDED"
    assert facts["consents"][0]["consents"] > 1000
    assert {each["platform"] for each in facts["catalogue"]} == {"grid", "forum", "bazaar"}
    assert all(each["rows"] > 0 for each in facts["catalogue"])


def test_four_owners_answer_in_four_ways(told):
    assert of_step(told, 2)["owners_asked"] == 4
    facts = of_step(told, 3)
    assert facts["accepted_by_standing_rules"]["answered_by"] == "STANDING_RULES"
    assert facts["accepted_by_standing_rules"]["outside_bounds"] == "REQUESTED"
    assert facts["countered"]["difference"]
    assert [each["first"] for each in facts["rejected_then_adjusted"]["negotiations"]] == ["TERMINATED", "TERMINATED"]
    assert facts["decided_by_the_ethics_board"]["answer_before_the_decision"] == "ETHICS_DECISION_OPEN"
    assert facts["decided_by_the_ethics_board"]["approved"] is True


def test_agreements_are_signed_and_said_in_plain_words(told):
    facts = of_step(told, 4)

    assert all(each["licence"] == "ACTIVE" for each in facts["agreements"])
    assert all(each["agreement_hash"].startswith("sha-256:") for each in facts["agreements"])
    assert any(each["signed_by_rule"] for each in facts["agreements"])
    assert len(facts["what_the_agreement_about_posts_says"]) > 3


def test_one_query_reads_three_platforms_with_receipts(told):
    facts = of_step(told, 5)

    assert facts["platforms"] == 3
    assert all(each["status"] == "OK" and each["receipt_seq"] is not None for each in facts["sources"])
    assert facts["rows"] > 1000
    assert facts["rows_withheld"] > 0
    assert len(facts["licences_that_travel_with_posts"]) == 3


def test_refusals_are_on_record_and_ask_no_source(told):
    facts = of_step(told, 6)

    assert [each["code"] for each in facts["refusals"]] == [
        "COLUMN_NOT_LICENSED",
        "PURPOSE_NOT_LICENSED",
        "DATASET_NOT_LICENSED",
        "LICENCE_QUOTA_EXCEEDED",
        "UNAUTHENTICATED",
    ]
    assert all(each["event"] > 0 for each in facts["refusals"])
    assert all(each["forum_calls"] == 0 for each in facts["refusals"])
    assert facts["a_token_that_is_none"] == {"status": 401, "counted": 1, "events": 0}


def test_a_lost_platform_costs_its_own_rows_only(told):
    by_source = {(each["source"], each["status"]) for each in of_step(told, 7)["sources"]}

    assert ("grid", "OK") in by_source
    assert ("bazaar", "OK") in by_source
    assert all(status != "OK" for source, status in by_source if source == "forum")


@pytest.mark.requirement("R8")
def test_withdrawal_and_revocation_bite_at_once(told):
    facts = of_step(told, 8)

    assert facts["withdrawal"]["rows_before"] > 0
    assert facts["withdrawal"]["rows_after"] == 0
    assert facts["revocation"]["denied_with"] == "LICENCE_TERMINATED"
    assert facts["revocation"]["revocation_to_denial_ms"] >= 0


def test_the_auditor_gets_from_a_receipt_to_its_owner(told):
    facts = of_step(told, 9)

    assert facts["from_one_receipt"]["lawful_basis"].endswith("Consent")
    assert facts["from_one_receipt"]["consent_notices"] == 1
    assert facts["from_one_licence"]["accesses"] > 3
    assert facts["proof"]["verified_offline"] is True


def test_figures_are_measured(told):
    assert told["measured"]["revocation_to_denial_ms"] >= 0
    assert told["measured"]["gateway_ready_ms"] > 0
    assert told["measured"]["elapsed_s"] > 0
    if Path("/proc/self/status").exists():
        assert told["measured"]["gateway_peak_memory_mb"] > 50


def test_exported_proof_verifies_without_a_gateway(told, folder):
    assert told["failure"] is None

    ended = muniment("verify", str(folder / "proof.json"), "--json")

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["verified"] is True


def test_graph_of_the_kept_folder_is_what_the_journal_says(told, folder):
    assert told["failure"] is None

    ended = muniment("graph", "verify", "--folder", str(folder), "--json")

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["differences"] == 0


def test_keys_of_parties_can_be_read_by_their_owner_only(told, folder):
    assert told["failure"] is None
    assert {path.stat().st_mode & 0o077 for path in (folder / "parties").glob("*.jwk")} == {0}


def shown_or_kept(document: dict[str, Any], folder: Path, forum: Forum) -> list[str]:
    """Names and texts of people of the forum that stand in the document or in any file but the platforms' own."""
    names = {str(row["display_name"]) for row in forum.users if len(str(row.get("display_name", ""))) > 8}
    texts = {str(row["body"])[:60] for row in (*forum.posts, *forum.comments) if len(str(row.get("body", ""))) > 60}
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "grid.db")
    everything = kept + json.dumps(document, ensure_ascii=False).encode()
    return sorted(each for each in names | texts if each.encode() in everything)


def test_nothing_shown_or_kept_names_a_person_or_quotes_one(told, folder):
    forum = generate_forum(told["seed"])
    assert len(forum.users) > 1000

    assert shown_or_kept(told, folder, forum) == []


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no published forum in {REAL}")
def test_real_records_are_told_without_a_name_or_a_text(tmp_path):
    kept = tmp_path / "kept"

    ended = muniment("demo", "--json", "--keep", str(kept), "--forum", str(REAL), "--ratings", str(LEDGER))

    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    rows = {each["dataset"]: each["rows"] for each in of_step(document, 1)["catalogue"]}
    assert rows["ratings"] == 35_592
    assert rows["standing"] == len(read_forum(REAL).users)
    assert shown_or_kept(document, kept, read_forum(REAL)) == []


def test_second_run_on_the_folder_does_only_what_is_missing(told, folder):
    before = told["steps"][0]["facts"]["parties"]

    ended = muniment("demo", "--keep", str(folder), "--json")

    assert ended.returncode == 0, ended.stderr
    again = json.loads(ended.stdout)
    assert of_step(again, 1)["parties"] == before
    done = {each["number"]: each["already_done"] for each in again["steps"]}
    assert all(done[number] for number in (1, 2, 3, 4, 5, 8))
    assert of_step(again, 8)["revocation"]["state"] == "TERMINATED"


def test_folder_of_another_world_is_refused(told, folder):
    assert told["failure"] is None

    ended = muniment("demo", "--keep", str(folder), "--seed", "8")

    assert ended.returncode == 1
    assert "DEMO_OTHER_WORLD" in ended.stderr


def test_ready_query_is_answered_by_the_served_folder(told, folder):
    assert told["failure"] is None
    serving = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        url = serving.stdout.readline().strip().removeprefix("muniment is ready at ")
        party = folder / "parties" / "developer.json"

        ended = muniment(
            "client", "query", str(folder / "queries" / "catalogue.graphql"), "--party", str(party), "--url", url
        )
    finally:
        serving.terminate()
        serving.communicate(timeout=20)

    assert ended.returncode == 0, ended.stderr
    assert len(json.loads(ended.stdout)["data"]["catalogue"]["nodes"]) == 11
    assert serving.returncode in {0, -signal.SIGTERM}


def test_missing_records_are_one_clear_error(tmp_path):
    ended = muniment("demo", "--forum", str(tmp_path / "none"))

    assert ended.returncode == 1
    assert "DEMO_RECORDS_MISSING" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_forum_that_cannot_be_read_is_one_clear_error(tmp_path):
    ended = muniment("demo", "--forum", str(tmp_path))

    assert ended.returncode == 1
    assert "FORUM_UNREADABLE" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not Path("/proc").exists(), reason="children are found in /proc")
def test_ended_demo_leaves_no_program_behind(tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "demo", "--keep", str(tmp_path / "kept")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    children: set[int] = set()
    deadline = time.monotonic() + 60
    while len(children) < 2 and time.monotonic() < deadline:
        children = _children(running.pid)
        time.sleep(0.05)

    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)

    assert running.returncode != 0
    assert len(children) == 2
    assert not any(_alive(child) for child in children)


def _children(pid: int) -> set[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return {int(each) for each in path.read_text(encoding="ascii").split()}
    except OSError:
        return set()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
