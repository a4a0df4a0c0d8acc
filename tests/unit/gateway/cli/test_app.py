"""The command line as a whole: versions, failures, exit statuses."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
import typer

from gateway.cli.app import app, main
from gateway.cli.errors import PortInUseError
from gateway.cli.failures import page_of, report
from policies.errors import PolicyAmbiguousError


def run(arguments: Sequence[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_version_names_product_and_python(capsys):
    assert run(["version"]) == 0

    assert capsys.readouterr().out.startswith("muniment 0.")


def test_version_is_an_option_too(capsys):
    assert run(["--version"]) == 0

    assert "Python 3." in capsys.readouterr().out


def test_unknown_command_is_wrong_use(capsys):
    assert run(["licence-everything"]) == 2

    assert "Traceback" not in capsys.readouterr().err


def test_coded_failure_says_what_what_to_do_and_where_to_read(capsys):
    report(PortInUseError("127.0.0.1", 8040))

    told = capsys.readouterr().err.splitlines()
    assert told[0] == "muniment: port 8040 of `127.0.0.1` is in use by another program"
    assert told[1].startswith("  what to do: ")
    assert told[2] == "  code: PORT_IN_USE, told in docs/errors/PORT_IN_USE.md"
    assert page_of("X") == "docs/errors/X.md"


def test_a_refused_policy_names_the_rule_it_breaks(capsys):
    report(PolicyAmbiguousError("urn:p:1", "urn:p:2"))

    told = capsys.readouterr().err.splitlines()
    assert told[2:] == [
        "  rule: 32, told in docs/reference/policy-semantics.md",
        "  code: POLICY_AMBIGUOUS, told in docs/errors/POLICY_AMBIGUOUS.md",
    ]


@pytest.fixture
def failing():
    """A command that fails in a way nobody foresaw."""

    def fail() -> None:
        raise ZeroDivisionError("a defect")

    app.command("fail", hidden=True)(fail)
    yield
    app.registered_commands.pop()


@pytest.mark.usefixtures("failing")
def test_unforeseen_failure_is_one_message_without_a_traceback(capsys):
    assert run(["fail"]) == 1

    told = capsys.readouterr().err
    assert "UNEXPECTED_FAILURE" in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("failing")
def test_debug_lets_the_traceback_through():
    with pytest.raises(ZeroDivisionError):
        main(["--debug", "fail"])


def test_every_command_has_help():
    command = typer.main.get_command(app)
    assert set(command.commands) >= {"serve", "demo", "verify", "version", "client", "graph", "policy"}  # type: ignore[attr-defined]
    assert all(each.help for each in command.commands.values())  # type: ignore[attr-defined]


@pytest.mark.slow
def test_start_of_the_command_imports_nothing_heavy():
    heavy = "{'polars', 'pyarrow', 'strawberry', 'sqlalchemy', 'uvicorn', 'aiohttp', 'neo4j', 'authlib'}"
    code = (
        f"import sys, gateway.cli.app; found = sorted({heavy} & set(sys.modules)); sys.exit(str(found) if found else 0)"
    )

    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
