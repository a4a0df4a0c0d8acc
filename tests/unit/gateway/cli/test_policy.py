"""Terms tried from files: checked, hashed, compared, explained, simulated; as text and as JSON."""

import json
import re
from collections.abc import Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from connectors.kinds import Kind
from gateway.cli.app import main
from gateway.cli.policy import KINDS
from policies.canonical import canonical_bytes, policy_hash
from policies.errors import PolicyError
from policies.jsonld import intake
from tests.architecture.packages import ROOT

GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if (folder / "policy.jsonld").is_file())
AT = "2026-06-01T00:00:00Z"
MANDATE: dict[str, Any] = {
    "@context": ["http://www.w3.org/ns/odrl.jsonld", "https://muniment.example/profile/1/context.jsonld"],
    "@type": "Set",
    "uid": "urn:example:mandate:1",
    "profile": "https://muniment.example/profile/1",
    "conflict": "prohibit",
    "prohibition": [
        {
            "@type": "Prohibition",
            "uid": "urn:example:mandate:1#n1",
            "target": "urn:example:dataset:ratings",
            "action": "rep:fineTune",
        }
    ],
}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["policy", *map(str, arguments)])
    return int(ended.value.code or 0)


def asked(capsys, *arguments: object) -> tuple[int, Any]:
    """The exit status and the one JSON document."""
    status = run(*arguments, "--json")
    return status, json.loads(capsys.readouterr().out)


def terms(case: str = "full-licence") -> Path:
    return GOLDEN / case / "policy.jsonld"


def call(case: str = "full-licence") -> Path:
    return GOLDEN / case / "request.json"


def written(folder: Path, content: object, name: str = "made.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def document(**changed: Any) -> dict[str, Any]:
    return {**json.loads(terms().read_text("utf-8")), **changed}


def the_call(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(call().read_text("utf-8"))
    return {**given, **changed}


def refusal(path: Path) -> PolicyError:
    """Why the file is refused."""
    with pytest.raises(PolicyError) as refused:
        intake(path.read_bytes())
    return refused.value


def test_terms_that_hold_are_told_with_their_class_and_hash(capsys):
    assert run("validate", terms(), "--kind", "Rating", "--at", AT) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"{terms()}: holds, Agreement `urn:example:licence:1`",
        f"  {policy_hash(intake(terms().read_bytes()))}",
    ]


def test_without_a_moment_terms_are_checked_as_of_now(tmp_path, capsys):
    old = terms().read_text("utf-8").replace("2027-06-30", "2020-06-30")

    assert run("validate", written(tmp_path, old)) == 1
    assert "lies in the past" in capsys.readouterr().out


def test_every_refusal_is_told_with_file_code_place_rule_and_what_to_do(tmp_path, capsys):
    null = written(tmp_path, document(title=None))
    unknown = written(tmp_path, terms().read_text("utf-8").replace("rep:recordCount", "rep:recordCout"), "typo.json")

    assert run("validate", terms(), null, unknown, "--at", AT) == 1

    told = capsys.readouterr().out
    assert "holds, Agreement" in told
    for path in (null, unknown):
        refused = refusal(path)
        assert f"{path}: refused, {refused.message}\n" in told
        assert refused.pointer in refused.message
        assert f"  code: {refused.code}, told in docs/errors/{refused.code}.md\n" in told
    assert "unknown left operand `rep:recordCout`, at `/permission/0/constraint/5" in told
    assert f"  what to do: {refusal(unknown).hint}\n" in told
    assert "  rule: 1, told in docs/reference/policy-semantics.md\n" in told


def test_json_lists_every_file(tmp_path, capsys):
    broken = written(tmp_path, document(title=None))

    status, told = asked(capsys, "validate", terms(), broken, "--at", AT)

    assert status == 1
    assert told["holds"] is False
    assert [each["holds"] for each in told["files"]] == [True, False]
    assert told["files"][0]["hash"].startswith("sha-256:")
    assert told["files"][1]["file"] == str(broken)
    assert told["files"][1]["refusal"].keys() == {"code", "rule", "pointer", "message", "hint"}
    assert (told["files"][1]["refusal"]["code"], told["files"][1]["refusal"]["pointer"]) == (
        "POLICY_MALFORMED",
        "/title",
    )


def test_a_column_that_the_kind_does_not_have_is_refused(capsys):
    assert run("validate", terms(), "--at", AT, "--kind", "Utterance") == 1

    assert "unknown column `rater`" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", terms(), "--kind", "Ratings"),
        ("validate", terms(), "--kind", ""),
        ("validate", terms(), "--at", "tomorrow"),
        ("validate", terms(), "--at", ""),
        ("simulate", terms(), "--request", call(), "--at", ""),
        ("explain", terms(), "--kind", "Nonsense"),
        ("explain", terms(), "--request", call(), "--kind", "Nonsense"),
        ("simulate", terms(), "--request", call(), "--kind", ""),
        ("explain", terms(), "--mandate", terms()),
        ("simulate", terms(), "--request", call(), "--mandate", terms("offer-never-permits")),
        ("validate",),
        ("hash", terms(), terms(), "--bytes"),
        ("hash", terms(), "--bytes", "--json"),
        ("simulate", terms()),
        ("simulate", terms(), "--request", call(), "--at", "2026-06-01"),
        ("validate", "missing.jsonld"),
        ("hash", "missing.jsonld"),
        ("diff", terms(), "missing.jsonld"),
        ("explain", terms(), "--request", "missing.json"),
        ("explain", terms(), "--mandate", "missing.jsonld"),
        ("simulate", terms(), "--request", call(), "--state", "missing.json"),
    ],
)
def test_wrong_use_and_files_that_cannot_be_read_end_with_2(capsys, arguments):
    assert run(*arguments) == 2

    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err


def test_the_kinds_and_the_class_that_is_wanted_are_told(capsys):
    assert run("explain", terms(), "--kind", "Nonsense") == 2
    told = capsys.readouterr().err
    assert all(kind in told for kind in Kind)

    assert run("explain", terms(), "--request", call(), "--mandate", terms()) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "full-licence" in told
    assert "class `Agreement`; a mandate is a `Set`" in told


def test_what_was_not_checked_is_said(capsys):
    assert run("validate", terms(), "--at", AT) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  columns were not checked; name the kind with --kind"

    for kind, checked in (((), False), (("--kind", "Rating"), True)):
        assert asked(capsys, "validate", terms(), "--at", AT, *kind)[1]["files"][0]["columns_checked"] is checked


def test_every_file_is_told_though_one_cannot_be_read(tmp_path, capsys):
    missing, broken = tmp_path / "missing.jsonld", written(tmp_path, document(title=None))

    assert run("validate", missing, broken, terms(), "--at", AT) == 2
    streams = capsys.readouterr()
    assert f"`{missing}` cannot be read" in streams.err
    assert f"{broken}: refused, " in streams.out
    assert f"{terms()}: holds, " in streams.out
    status, told = asked(capsys, "validate", missing, broken, terms(), "--at", AT)
    assert (status, told["holds"]) == (2, False)
    assert [each.get("refusal", {}).get("code") for each in told["files"]] == [
        "FILE_UNREADABLE",
        "POLICY_MALFORMED",
        None,
    ]

    assert run("hash", missing, broken, terms()) == 2
    streams = capsys.readouterr()
    assert streams.out == f"{policy_hash(intake(terms().read_bytes()))}  {terms()}\n"
    assert f"`{missing}` cannot be read" in streams.err
    assert f"{broken}: refused, " in streams.err
    status, told = asked(capsys, "hash", missing, broken, terms())
    assert status == 2
    assert ["refusal" in each for each in told["files"]] == [True, True, False]


def test_a_policy_may_come_from_standard_input(capsys, monkeypatch):
    for command in (("validate", "-", "--at", AT), ("hash", "-"), ("explain", "-"), ("diff", terms(), "-")):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(terms().read_bytes())))

        assert run(*command) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize("json_", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("hash", "FILE"), 0),
        (("diff", terms(), "FILE"), 1),
        (("explain", "FILE"), 0),
        (("explain", "FILE", "--request", call()), 1),
        (("simulate", "FILE", "--request", call()), 1),
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_registered_is_used_and_said_so(tmp_path, capsys, arguments, status, json_):
    again = document()["permission"][0] | {"uid": "urn:example:licence:1#p2", "action": "odrl:use"}
    del again["duty"]
    path = written(tmp_path, document(permission=[document()["permission"][0], again]))

    assert run(*(path if each == "FILE" else each for each in arguments), *json_) == status

    streams = capsys.readouterr()
    assert streams.out
    assert streams.err == (
        f"{path}: cannot be registered: the permissions `urn:example:licence:1#p1` and `urn:example:licence:1#p2` "
        "could match one request, at `/permission/1`\n"
    )


def test_terms_are_past_or_not_at_the_moment_of_the_command(capsys):
    late = "2030-01-01T00:00:00Z"

    assert run("simulate", terms(), "--request", call(), "--at", AT, "--at", late) == 1
    assert capsys.readouterr().err == ""
    assert run("simulate", terms(), "--request", call(), "--at", late) == 1
    assert "cannot be registered: " in capsys.readouterr().err


def test_what_an_option_gives_the_request_may_leave_out(tmp_path, capsys):
    state = written(tmp_path, {"status": "ACTIVE"}, "state.json")
    least = written(tmp_path, {"request": the_call()["request"]})

    assert run("simulate", terms(), "--request", least, "--at", AT, "--state", state) == 0
    capsys.readouterr()

    for given, missing in ((("--at", AT), "state"), (("--state", state), "now")):
        assert run("simulate", terms(), "--request", least, *given) == 2
        assert f"`{missing}` is missing, in `{least}`" in capsys.readouterr().err


def test_help_tells_kinds_moments_what_stands_for_nothing_and_how_the_command_ends(capsys):
    assert KINDS.split(", ") == list(Kind)
    for command in ("validate", "hash", "diff", "explain", "simulate"):
        assert run(command, "--help") == 0

        told = " ".join(capsys.readouterr().out.split())
        assert "Ends with 0" in told
        assert "with 2 when a file cannot be read" in told
        if command in {"validate", "simulate"}:
            assert "2027-01-31T12:00:00Z" in told
            assert "[default: " in told
        if command in {"validate", "explain", "simulate"}:
            assert KINDS in told


def test_a_hash_is_that_of_the_normal_form(capsys):
    assert run("hash", terms(), terms("full-licence-respelt")) == 0
    first, second = capsys.readouterr().out.splitlines()

    assert first == f"{policy_hash(intake(terms().read_bytes()))}  {terms()}"
    assert first.split()[0] == second.split()[0]
    status, told = asked(capsys, "hash", terms())
    assert (status, told) == (0, {"files": [{"file": str(terms()), "hash": first.split()[0]}]})


def test_the_bytes_that_are_hashed_go_out_unchanged(capfdbinary):
    assert run("hash", "--bytes", terms()) == 0

    assert capfdbinary.readouterr().out == canonical_bytes(intake(terms().read_bytes()))


@pytest.mark.parametrize(
    "arguments", [("hash",), ("explain",), ("diff", terms()), ("explain", terms(), "--mandate")], ids=str
)
def test_a_policy_that_is_refused_is_told_with_its_file(tmp_path, capsys, arguments):
    broken = written(tmp_path, document(title=None))

    assert run(*arguments, broken) == 2

    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith(f"{broken}: refused, ")
    assert "POLICY_MALFORMED" in streams.err


def test_two_spellings_of_one_licence_have_the_same_terms(capsys):
    assert run("diff", terms(), terms("full-licence-respelt")) == 0
    assert capsys.readouterr().out == "the same terms\n"

    assert asked(capsys, "diff", terms(), terms("full-licence-respelt")) == (
        0,
        {"equal": True, "terms": [], "names": []},
    )


def test_the_same_terms_under_another_title_have_another_hash(tmp_path, capsys):
    other = written(tmp_path, document(title="Another title"))

    assert run("diff", terms(), other) == 0
    assert capsys.readouterr().out == (
        "the same terms, another hash: title differs\n"
        "title: no term, but signed\n"
        "  before: Ratings for fine-tuning acme-7b\n"
        "  after:  Another title\n"
    )
    status, told = asked(capsys, "diff", terms(), other)
    assert (status, told["equal"]) == (0, True)
    assert told["names"] == [{"name": "title", "before": "Ratings for fine-tuning acme-7b", "after": "Another title"}]


def test_the_same_terms_in_another_class_are_a_difference(tmp_path, capsys):
    other = written(tmp_path, document(**{"@type": "Request", "title": "Another title"}))

    assert run("diff", terms(), other) == 1
    assert capsys.readouterr().out.startswith("the same terms, another hash: class, title differ\nclass: no term")
    assert asked(capsys, "diff", terms(), other)[1]["equal"] is False


def test_another_target_is_told_once(tmp_path, capsys):
    target = document()["prohibition"][0]["target"]
    other = written(tmp_path, terms().read_text("utf-8").replace(f'"{target}"', '"urn:example:dataset:other"'))

    assert run("diff", terms(), other) == 1
    assert capsys.readouterr().out == (
        f"target: neither is wider\n  before: `{target}`\n  after:  `urn:example:dataset:other`\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        ('"1000"', '"2000"', "AFTER"),
        ('"1000"', '"500"', "BEFORE"),
        ("iso3166:FR", "iso3166:NL", "NEITHER"),
    ],
)
def test_each_term_that_changed_is_told_with_the_wider_side(tmp_path, capsys, old, new, wider):
    other = written(tmp_path, terms().read_text("utf-8").replace(old, new))

    status, told = asked(capsys, "diff", terms(), other)

    assert status == 1
    assert told["equal"] is False
    (term,) = told["terms"]
    assert term["wider"] == wider
    assert term["before"] != term["after"]
    assert run("diff", terms(), other) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{term['term']}: ")
    assert lines[1:] == [f"  before: {term['before']}", f"  after:  {term['after']}"]


def test_a_term_that_was_taken_out_is_told_as_nothing(tmp_path, capsys):
    fewer = document()
    fewer["obligation"] = fewer["obligation"][1:]

    assert run("diff", terms(), written(tmp_path, fewer)) == 1

    assert "  after:  nothing\n" in capsys.readouterr().out


def test_without_a_request_the_terms_are_told_in_plain_language(capsys):
    assert run("explain", terms()) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "This is an agreement."
    assert told[1].endswith('not a term: "Ratings for fine-tuning acme-7b".')
    assert "Only if the number of records is at most 1000." in told
    count, records = "urn:example:licence:1#p1#count", "urn:example:licence:1#p1#recordCount"
    assert told[-2:] == [
        f"Counted as `{count}`: the number of uses is at most 20.",
        f"Counted as `{records}`: the number of records is at most 1000.",
    ]
    status, document_ = asked(capsys, "explain", terms())
    assert status == 0
    assert document_["policies"][0]["summary"] == told[:-2]
    assert document_["policies"][0]["counters"] == {
        count: "the number of uses is at most 20",
        records: "the number of records is at most 1000",
    }


def test_what_a_mandate_says_is_told_as_well(tmp_path, capsys):
    assert run("explain", terms(), "--mandate", written(tmp_path, MANDATE)) == 0

    assert "These rules apply." in capsys.readouterr().out


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_is_explained_as_it_is_decided(capsys, case):
    expected = json.loads((GOLDEN / case / "expected.json").read_text("utf-8"))

    status, told = asked(capsys, "explain", terms(case), "--request", call(case))

    if told["hypothetical"]:
        assert case.startswith("offer")
        assert told["decision"]["effect"] == "permit"
        return
    assert status == {"permit": 0, "deny": 1}[told["decision"]["effect"]]
    assert told["policy"] == expected["hash"]
    assert told["decision"]["effect"] == expected["decision"]["effect"]
    assert [{"code": each["code"], "clause": each["clause"]} for each in told["decision"]["reasons"]] == expected[
        "decision"
    ]["reasons"]
    for part in ("columns", "rows", "transforms", "limit", "caps", "price"):
        assert told["decision"].get(part) == expected["decision"].get(part), part
    assert {each["kind"] for each in told["rules"]} >= {"permission"}


def test_the_tree_shows_every_rule_its_verdict_and_the_values_it_saw(capsys):
    assert run("explain", terms(), "--request", call()) == 0

    told = capsys.readouterr().out
    assert told.startswith("permitted: PERMITTED, Permitted by the agreement.\n  columns: rater, value\n")
    assert "  rows: 50 at most\n  rater: delivered as a pseudonym\n" in told
    for line in (
        "permission `urn:example:licence:1#p1`: active",
        "about this: party satisfied, target satisfied, action satisfied",
        "satisfied: the purpose is a kind of `research and development`; saw `dpv:AcademicResearch`",
        (
            "satisfied: the number of records is at most 1000; asked for `100`, used `950`, reserved `0`;"
            " counted as `urn:example:licence:1#p1#recordCount`"
        ),
        "target: row by row: the time of observation of each record",
        "duty `odrl:obtainConsent`: active, fulfilled",
        "prohibition `urn:example:licence:1#n4`: active",
        "obligation `urn:example:licence:1#o2`: inactive",
    ):
        assert line in told, line


def test_the_tree_says_what_nobody_states_and_which_column_fails(capsys):
    assert run("explain", terms("place-unknown"), "--request", call("place-unknown")) == 1
    told = capsys.readouterr().out
    assert told.startswith("denied: CONSTRAINT_NOT_MET, ")
    assert "unknown: the place of use is one of `DE` or `FR`; nobody says the value" in told

    assert run("explain", terms("column-not-licensed"), "--request", call("column-not-licensed")) == 1
    assert "(unsatisfied)" in capsys.readouterr().out


def test_evidence_for_a_duty_is_told_with_its_place_in_the_record(tmp_path, capsys):
    case = "ethics-decision-in-force"
    given = json.loads(call(case).read_text("utf-8"))
    given["state"]["evidence"][0]["id"] = "urn:example:ethics:7"

    assert run("explain", terms(case), "--request", written(tmp_path, given)) == 0

    assert "duty `rep:obtainEthicsDecision`: active, fulfilled, shown by `urn:example:ethics:7`" in (
        capsys.readouterr().out
    )


def test_what_became_of_an_obligation_stands_beside_it(tmp_path, capsys):
    late = the_call(now="2026-09-01T00:00:00Z")
    late["state"] |= {"effective": "2026-05-01T00:00:00Z", "ended": "2026-06-01T00:00:00Z", "status": "TERMINATED"}

    assert run("explain", terms(), "--request", written(tmp_path, late)) == 1

    assert "obligation `urn:example:licence:1#o2`: active, violated" in capsys.readouterr().out


def test_what_is_owed_and_not_yet_done_is_pending(tmp_path, capsys):
    soon = the_call(now="2026-06-15T00:00:00Z")
    soon["state"] |= {"effective": "2026-05-01T00:00:00Z", "ended": "2026-06-01T00:00:00Z", "status": "TERMINATED"}

    assert run("explain", terms(), "--request", written(tmp_path, soon)) == 1
    assert "obligation `urn:example:licence:1#o2`: active, pending\n" in capsys.readouterr().out

    case = "ethics-decision-in-force"
    given = json.loads(call(case).read_text("utf-8"))
    given["state"]["evidence"] = []
    assert run("explain", terms(case), "--request", written(tmp_path, given)) == 1
    told = capsys.readouterr().out
    assert "duty `rep:obtainEthicsDecision`: active, pending\n" in told
    assert "not-set" not in told


def test_every_further_reason_is_told(tmp_path, capsys):
    request = {name: each for name, each in the_call()["request"].items() if name not in {"purpose", "place"}}

    assert run("explain", terms(), "--request", written(tmp_path, the_call(request=request))) == 1

    told = capsys.readouterr().out
    assert told.startswith("denied: PURPOSE_NOT_LICENSED")
    assert "\n  also: CONSTRAINT_NOT_MET" in told


def test_an_offer_is_explained_as_the_agreement_it_could_become_and_marked(capsys):
    case = "offer-never-permits"

    assert run("explain", terms(case), "--request", call(case)) == 0

    assert capsys.readouterr().out.startswith(
        "hypothetical: as if `urn:example:offer:1` were an agreement with `urn:example:developer`\npermitted: "
    )
    status, told = asked(capsys, "explain", terms(case), "--request", call(case))
    assert (status, told["hypothetical"]) == (0, True)


def test_a_mandate_narrows_and_its_rules_are_in_the_tree(tmp_path, capsys):
    mandate = written(tmp_path, MANDATE)

    assert run("explain", terms(), "--request", call(), "--mandate", mandate) == 1
    told = capsys.readouterr().out
    assert told.startswith("denied: PROHIBITED")
    assert "`urn:example:mandate:1`\n└── prohibition `urn:example:mandate:1#n1`: active" in told

    status, document_ = asked(capsys, "simulate", terms(), "--request", call(), "--mandate", mandate)
    assert (status, document_["outcomes"][0]["decision"]["effect"]) == (1, "deny")


def test_columns_come_from_the_kind_when_the_request_lists_none(tmp_path, capsys):
    request = {name: each for name, each in the_call()["request"].items() if name != "columns"}
    path = written(tmp_path, the_call(request=request))

    assert run("explain", terms(), "--request", path, "--kind", "Rating") == 0
    capsys.readouterr()

    assert run("explain", terms(), "--request", path) == 2
    assert f"`columns` is missing, at `/request` of `{path}`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "FILE_UNREADABLE"),
        ("[]", "FILE_UNREADABLE"),
        ({"request": {}}, "CASE_INVALID"),
        (the_call(now="2026-06-01"), "CASE_INVALID"),
        (the_call(later=AT), "CASE_INVALID"),
        (the_call(request=the_call()["request"] | {"selected": ["ratr"]}), "CASE_INVALID"),
        (the_call(request=the_call()["request"] | {"purpose": "dpv:AcademicResarch"}), "CASE_INVALID"),
    ],
)
def test_a_request_that_nobody_can_read_is_wrong_use(tmp_path, capsys, content, code):
    path = written(tmp_path, content)

    for command in ("explain", "simulate"):
        assert run(command, terms(), "--request", path) == 2
        assert f"code: {code}, told in docs/errors/{code}.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{\n "request": {},,\n}', "not JSON: Expecting property name enclosed in double quotes, line 2, column 16"),
        ("", "it is empty"),
        ("\ufeff", "it is empty"),
        ("[]", "it is not a JSON object"),
        ("9" * 5_000, "a number has too many digits"),
    ],
)
def test_a_request_that_is_not_json_is_told_with_its_place(tmp_path, capsys, content, told):
    assert run("explain", terms(), "--request", written(tmp_path, content)) == 2

    answer = capsys.readouterr().err
    assert told in " ".join(answer.split())
    assert "rights" not in answer


def test_a_request_that_is_not_text_is_told_with_its_place(tmp_path, capsys):
    path = tmp_path / "request.json"
    path.write_bytes(b'{"request": "K\xf6ln"}')

    assert run("explain", terms(), "--request", path) == 2
    assert "it is not text in UTF-8, at offset 14" in " ".join(capsys.readouterr().err.split())


def test_a_request_may_begin_with_a_byte_order_mark(tmp_path):
    marked = written(tmp_path, "\ufeff" + json.dumps(the_call()))

    assert run("explain", terms(), "--request", marked) == 0


@pytest.mark.parametrize(
    ("state", "problem", "instead"),
    [
        (
            {"usage": {"recordCount": {"used": 1000}}},
            "no cap of the terms is counted as `recordCount`, at `/usage/recordCount`",
            "there are `urn:example:licence:1#p1#count`, `urn:example:licence:1#p1#recordCount`\n",
        ),
        (
            {"evidence": [{"duty": "urn:example:licence:1#d9", "since": AT}]},
            "no duty of the terms is `urn:example:licence:1#d9`, at `/evidence/0/duty`",
            "`urn:example:licence:1#o1`",
        ),
    ],
)
def test_a_state_that_names_what_the_terms_do_not_have_is_wrong_use(tmp_path, capsys, state, problem, instead):
    alone = written(tmp_path, {"status": "ACTIVE", **state}, "state.json")
    whole = written(tmp_path, the_call(state={"status": "ACTIVE", **state}))

    assert run("simulate", terms(), "--request", call(), "--state", alone) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{problem} of `{alone}`\n" in told.err
    assert instead in told.err
    for command in ("explain", "simulate"):
        assert run(command, terms(), "--request", whole) == 2
        assert f"{problem.replace('at `', 'at `/state')} of `{whole}`\n" in capsys.readouterr().err


def test_the_counters_of_a_mandate_can_be_stated(tmp_path):
    rules = document()["permission"][0]
    mandate = written(
        tmp_path,
        {**document(), "@type": "Set", "permission": [{**rules, "uid": "urn:example:mandate:2#p1"}]},
        "m.jsonld",
    )
    state = {"status": "ACTIVE", "usage": {"urn:example:mandate:2#p1#recordCount": {"used": 1000}}}
    path = written(tmp_path, state, "state.json")

    assert run("simulate", terms(), "--request", call(), "--mandate", mandate, "--state", path) == 1


def test_a_request_for_terms_of_somebody_else_cannot_be_supposed(tmp_path, capsys):
    request = the_call()["request"] | {"party": "urn:example:other"}
    asking = written(tmp_path, document(**{"@type": "Request"}), "asking.json")

    for command in ("explain", "simulate"):
        assert run(command, asking, "--request", written(tmp_path, the_call(request=request))) == 2

        told = capsys.readouterr().err
        assert told.startswith(f"{asking}: refused, ")
        assert "already names another assignee" in told


def test_one_request_is_decided_at_several_moments_a_line_for_each(capsys):
    moments = ("1970-01-01T00:00:00Z", AT, "2027-06-30T02:00:00+02:00", "9999-12-31T23:59:59Z")

    assert run("simulate", terms(), "--request", call(), *(word for each in moments for word in ("--at", each))) == 1

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [moments[0], AT, "2027-06-30T00:00:00Z", moments[3]]
    assert [line.split()[1] for line in lines] == ["deny", "permit", "deny", "deny"]
    assert lines[1].endswith(
        "PERMITTED: Permitted by the agreement.  rule: urn:example:licence:1#p1  columns: rater, value  limit: 50"
    )
    assert lines[2].endswith("columns: none  limit: 0")
    assert "LICENCE_EXPIRED" in lines[3]


def test_without_a_moment_that_of_the_request_counts(capsys):
    assert run("simulate", terms(), "--request", call()) == 0

    assert capsys.readouterr().out.startswith(f"{AT}  permit")


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("place-unknown", "Not met: the place of use is one of `DE` or `FR`. (not stated)  rule: "),
        ("purpose-not-declared", " (not stated)  rule: "),
        ("purpose-not-licensed", "Not met: the purpose is a kind of `research and development`.  rule: "),
        ("column-not-licensed", ".  rule: "),
        ("licence-suspended", ".  rule: urn:example:licence:1  "),
        ("prohibition-unknown-operand", ".  rule: "),
    ],
)
def test_a_reason_is_told_with_its_rule_and_with_what_nobody_states(capsys, case, told):
    assert run("simulate", terms(case), "--request", call(case)) == 1

    line = capsys.readouterr().out
    assert told in line
    assert ("(not stated)" in line) is ("(not stated)" in told)


def test_a_prohibition_whose_condition_nobody_states_is_told_so(tmp_path, capsys):
    condition = {
        "@type": "Constraint",
        "leftOperand": "rep:storageJurisdiction",
        "operator": "eq",
        "rightOperand": {"@id": "iso3166:US"},
    }
    mandate = written(tmp_path, {**MANDATE, "prohibition": [{**MANDATE["prohibition"][0], "constraint": [condition]}]})
    asked_from = {**the_call()["request"], "storage": "iso3166:US"}
    abroad = written(tmp_path, the_call(request=asked_from), "abroad.json")

    told = "PROHIBITED: The terms prohibit this use. (not stated)  rule: urn:example:mandate:1#n1  "
    for request in (call(), abroad):
        assert run("simulate", terms(), "--request", request, "--mandate", mandate) == 1
        line = capsys.readouterr().out
        assert (told if request == call() else told.replace(" (not stated)", "")) in line


def test_one_request_is_decided_on_several_states(tmp_path, capsys):
    states = [
        written(tmp_path, {"status": "ACTIVE"}, "fresh.json"),
        written(tmp_path, {"status": "SUSPENDED"}, "paused.json"),
    ]
    chosen = [word for each in states for word in ("--state", each)]

    assert run("simulate", terms(), "--request", call(), *chosen) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"limit: 100  state: {states[0]}")
    assert "AGREEMENT_STATE" in lines[1]

    status, told = asked(capsys, "simulate", terms(), "--request", call(), *chosen)
    assert status == 1
    assert [each["state"] for each in told["outcomes"]] == [str(each) for each in states]
    assert [each["decision"]["effect"] for each in told["outcomes"]] == ["permit", "deny"]
    assert all(isinstance(each, Mapping) and each["id"].startswith("sha-256:") for each in told["outcomes"])


def test_an_offer_is_simulated_as_hypothetical(capsys):
    case = "offer-never-permits"

    assert run("simulate", terms(case), "--request", call(case), "--at", AT) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("hypothetical: ")

    status, told = asked(capsys, "simulate", terms(case), "--request", call(case))
    assert (status, told["outcomes"][0]["hypothetical"]) == (0, True)


def test_what_a_document_says_moves_no_cursor(tmp_path, capsys):
    hostile = document(title="calm\x1b[2J", description="[bold]plain[/bold]")
    path = written(tmp_path, hostile)

    assert run("explain", path) == 0

    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[bold]plain[/bold]" in told


def test_on_a_terminal_the_tree_is_coloured_and_fits_its_width(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "60")

    assert run("explain", terms(), "--request", call()) == 0

    told = capsys.readouterr().out
    assert "\x1b[32msatisfied" in told
    tree = re.sub(r"\x1b\[[0-9;]*m", "", told[told.index("`urn:example:licence:1`\n") :])
    assert max(len(line) for line in tree.splitlines()) <= 60
