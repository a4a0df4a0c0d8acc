"""The demo, as a stranger runs it: in a process of its own, on generated records, over real HTTP."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gateway.demo.world.forum import Forum, generate_forum, read_forum

pytestmark = [pytest.mark.slow]

STEPS = 15
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

    assert facts["contested_offer_refused_before_the_decision"] == "PLATFORM_TERMS_UNDECIDED"
    assert facts["consents"][0]["consents"] > 1000
    assert {each["platform"] for each in facts["catalogue"]} == {"grid", "forum", "bazaar"}
    assert all(each["rows"] > 0 for each in facts["catalogue"])


def test_four_owners_answer_in_four_ways(told):
    assert of_step(told, 2)["owners_asked"] == 4
    facts = of_step(told, 3)
    assert facts["accepted_by_standing_rules"]["answered_by"] == "STANDING_RULES"
    assert facts["accepted_by_standing_rules"]["third_request_outside_the_bounds"] == "REQUESTED"
    assert facts["countered"]["difference"]
    assert [each["first_request"] for each in facts["rejected_then_adjusted"]["negotiations"]] == [
        "TERMINATED",
        "TERMINATED",
    ]
    assert facts["decided_by_the_ethics_board"]["answer_refused_before_the_decision"] == "ETHICS_DECISION_OPEN"
    assert facts["decided_by_the_ethics_board"]["approved"] is True


def test_agreements_are_signed_and_said_in_plain_words(told):
    facts = of_step(told, 4)

    assert all(each["licence"] == "ACTIVE" for each in facts["agreements"])
    assert all(re.fullmatch(r"sha-256:[0-9a-f]{64}", each["agreement_hash"]) for each in facts["agreements"])
    assert any(each["owner_signed"] == "by rule" for each in facts["agreements"])
    assert len(facts["what_the_agreement_about_posts_says"]) > 3


def test_one_query_reads_three_platforms_with_receipts(told):
    facts = of_step(told, 5)

    assert facts["platforms"] == 3
    assert all(each["status"] == "OK" and each["receipt_event_number"] is not None for each in facts["sources"])
    assert facts["rows"] > 1000
    assert facts["rows_withheld"] > 0
    for field in facts["asked_and_given"]:
        of_field = [each for each in facts["sources"] if each["dataset"] in field["datasets"].split(" and ")]
        assert field["given"] == sum(each["rows"] for each in of_field) <= field["asked"] == 500
    assert sum(each["given"] for each in facts["asked_and_given"]) == facts["rows"]
    second = facts["second_query_by_the_licence_of_each_post"]
    assert [(each["asked"], each["given"]) for each in second] == [(50, 50)] * 3


def test_refusals_are_on_record_and_ask_no_source(told):
    facts = of_step(told, 6)

    assert [each["code"] for each in facts["refusals"]] == [
        "COLUMN_NOT_LICENSED",
        "PURPOSE_NOT_LICENSED",
        "DATASET_NOT_LICENSED",
        "LICENCE_QUOTA_EXCEEDED",
        "UNAUTHENTICATED",
    ]
    assert all(each["event_number"] > 0 for each in facts["refusals"])
    assert all(each["forum_calls"] == 0 for each in facts["refusals"])
    assert facts["a_text_that_is_no_token"] == {
        "http_status": 401,
        "counted_in_the_metrics": 1,
        "events_in_the_journal": 0,
    }


def test_a_lost_platform_costs_its_own_rows_only(told):
    by_source = {(each["source"], each["status"]) for each in of_step(told, 7)["sources"]}

    assert ("grid", "OK") in by_source
    assert ("bazaar", "OK") in by_source
    assert all(status != "OK" for source, status in by_source if source == "forum")


@pytest.mark.requirement("R8")
def test_withdrawal_and_revocation_bite_at_once(told):
    facts = of_step(told, 8)

    assert facts["withdrawal"]["rows_of_the_person_before"] > 0
    assert facts["withdrawal"]["rows_of_the_person_after"] == 0
    assert facts["revocation"]["denied_with"] == "LICENCE_TERMINATED"
    assert facts["revocation"]["revocation_to_denial_ms"] >= 0


def test_the_auditor_gets_from_a_receipt_to_its_owner(told):
    facts = of_step(told, 9)

    assert facts["from_one_receipt"]["lawful_basis"].endswith("Consent")
    assert facts["from_one_receipt"]["consent_notices"] == 1
    assert facts["from_one_licence"]["accesses"] > 3
    assert facts["proof"]["verified_offline"] is True


def test_the_auditor_sees_every_row_that_the_developer_got(told):
    query, audit = of_step(told, 5), of_step(told, 9)
    (posts,) = (each["rows"] for each in query["sources"] if each["dataset"] == "posts")
    second = sum(each["given"] for each in query["second_query_by_the_licence_of_each_post"])

    assert audit["from_one_licence"]["rows_released"] == posts + second
    assert len(audit["from_one_licence"]["each_access"]) == audit["from_one_licence"]["accesses"]
    assert audit["from_one_receipt"]["event_number"] == audit["proof"]["event_number"]
    assert audit["proof"]["event_number"] < audit["proof"]["events_in_the_journal"]
    assert audit["graph_has_read_up_to_event_number"] < audit["proof"]["events_in_the_journal"]


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


def identifiers_in(package: Path, forum: Forum) -> list[str]:
    """Names, accounts and e-mail addresses that stand in a package: whole values, and words or phrases of any text."""
    texts = {path: path.read_text(encoding="utf-8") for path in package.rglob("*") if path.suffix in {".md", ".json"}}
    values = {
        str(value)
        for path in package.rglob("*.parquet")
        for column in pq.read_table(path).columns
        if pa.types.is_string(column.type)
        for value in column.unique().to_pylist()
    }
    assert len(values) > 1000
    words = {word for value in values for word in re.split(r"[^\w@.-]+", value)}
    accounts = {str(row["user_id"]) for row in forum.users if len(str(row["user_id"])) >= 4}
    names = {str(row["display_name"]) for row in forum.users if len(str(row.get("display_name", ""))) >= 4}
    addresses = {each for value in (*values, *texts.values()) for each in re.findall(r"\S+@\S+\.\w+", value)}
    said = [name for name in names if len(name) > 8 and any(name in text for text in texts.values())]
    return sorted({*((names | accounts) & (values | words)), *addresses, *said})


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
    forum = read_forum(REAL)
    assert shown_or_kept(document, kept, forum) == []
    assert identifiers_in(kept / "delivery", forum) == []
    report = (kept / "delivery" / "report.md").read_text(encoding="utf-8")
    assert "Columns that are not licensed, and were not taken: " in report
    assert "people who did not consent, objected or license themselves" in report


def test_second_run_on_the_folder_does_only_what_is_missing(told, folder):
    before = told["steps"][0]["facts"]["parties"]

    ended = muniment("demo", "--keep", str(folder), "--json")

    assert ended.returncode == 0, ended.stderr
    again = json.loads(ended.stdout)
    assert of_step(again, 1)["parties"] == before
    done = {each["number"]: each["already_done"] for each in again["steps"]}
    assert all(done[number] for number in (1, 2, 3, 4, 5, 8, 10, 11))
    assert of_step(again, 8)["revocation"]["state"] == "TERMINATED"


def test_folder_of_another_world_is_refused(told, folder):
    assert told["failure"] is None

    ended = muniment("demo", "--keep", str(folder), "--seed", "8")

    assert ended.returncode == 1
    assert "DEMO_OTHER_WORLD" in ended.stderr


@contextmanager
def serving(command: str, ready: str) -> Iterator[str]:
    """The program of a printed command, with the address that it tells."""
    running = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        line = running.stdout.readline().strip()
        assert line.startswith(ready)
        yield line.removeprefix(ready)
    finally:
        running.terminate()
        running.communicate(timeout=20)
    assert running.returncode in {0, -signal.SIGTERM}


def test_every_command_to_go_on_with_works_as_it_was_told(told, folder):
    assert told["failure"] is None
    run = [each["run"] for each in told["go_on"]]
    verify, audit, package, compare, forum, serve, *queries = run
    assert all(each["to"] for each in told["go_on"])
    assert f"verify {folder}/proof.json" in verify
    assert f"verify {folder}/audit.json" in audit
    assert f"verify {folder}/" in package
    assert len(queries) == 3

    ended = [
        subprocess.run(shlex.split(each), check=False, capture_output=True)
        for each in (verify, audit, package, compare)
    ]
    with serving(forum, "forum ready at "), serving(f"{serve} --port 0", "muniment is ready at ") as url:
        answers = [
            subprocess.run(shlex.split(f"{each} --url {url}"), check=False, capture_output=True) for each in queries
        ]

    assert [each.returncode for each in (*ended, *answers)] == [0] * 7
    catalogue, federated, log = (json.loads(each.stdout)["data"] for each in answers)
    assert len(catalogue["catalogue"]["nodes"]) == 11
    assert {report["status"] for field in federated.values() for report in field["sources"]} == {"OK"}
    assert log["accessLog"]["nodes"]


def test_without_a_kept_folder_no_file_is_named_and_the_way_to_one_is_told():
    ended = muniment("demo", "--json")

    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    (command,) = document["go_on"]
    assert "nothing of this run was kept" in command["to"]
    assert command["run"].endswith("demo --keep world")
    assert "proof.json" not in ended.stdout


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
@pytest.mark.parametrize(
    ("asked", "status", "keep", "last"),
    [
        (signal.SIGINT, 130, True, "the store is kept in"),
        (signal.SIGTERM, 143, False, "nothing was kept"),
    ],
)
def test_ended_demo_leaves_no_program_behind_and_says_so(tmp_path, asked, status, keep, last):
    options = ["--keep", str(tmp_path / "kept")] if keep else []
    running = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "demo", *options],
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

    running.send_signal(asked)
    _, said = running.communicate(timeout=30)

    assert running.returncode == status
    assert said.startswith("muniment: the demo was ended by ")
    assert last in said
    assert said.count("\n") == 1
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


def test_the_package_is_prepared_and_its_parts_are_told(told, folder):
    facts = of_step(told, 10)

    assert facts["rows"] == sum(each["rows"] for each in facts["datasets"]) > 10_000
    assert facts["rows_left_out"] > 0
    assert {each["dataset"] for each in facts["datasets"]} >= {"ratings", "posts", "visits"}
    assert len(facts["merkle_root"]) == 64


def test_the_package_arrives_is_verified_by_the_command_and_signed_for(told, folder):
    facts = of_step(told, 11)

    ended = muniment("verify", str(folder / "delivery"), "--json")

    assert ended.returncode == 0, ended.stderr
    verified = json.loads(ended.stdout)
    assert verified["manifest"] == facts["package"]["manifest"]
    assert (verified["signatures"], verified["signatures_unchecked"]) == (2 * verified["agreements"], 0)
    assert facts["receipt_of_the_licensee"] == "given"
    assert [each["altered"] for each in facts["alterations"]] == [
        "one byte of one file",
        "one file is missing",
        "one term of one agreement",
    ]


def test_use_is_reported_and_a_concern_is_closed(told):
    facts = of_step(told, 12)

    assert [each["found"] for each in facts["runs"]] == ["within the licences", "PURPOSE_NOT_LICENSED"]
    assert facts["usage_of_posts"]["rows"] > 1000
    assert facts["usage_of_posts"]["due"].endswith("EUR")
    assert (facts["concern"]["state"], facts["concern"]["outcome"]) == ("CLOSED", "EXPLAINED")
