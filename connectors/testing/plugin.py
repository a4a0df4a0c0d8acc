"""The pytest plugin of the conformance kit; loaded by its entry point whenever the distribution is installed.

It checks that the packages are our own, applies the waivers of a suite, and reports the level reached
(``--connector-report``).
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

import pytest

_CHECKS: Final = ("description", "filtering", "reading", "safety", "suite")
pytest.register_assert_rewrite(*(f"connectors.testing.{each}" for each in _CHECKS))
_HINT: Final = "start from another working directory, or rename that folder"
_OPTION: Final = "--connector-report"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--connector-report``."""
    group = parser.getgroup("connectors")
    group.addoption(_OPTION, action="store_true", help="print which level of the quality scale each connector reached")


def pytest_configure(config: pytest.Config) -> None:
    """Stop with a clear message when a folder of the working directory hides one of the packages.

    Raises:
        pytest.UsageError: a package is hidden.
    """
    # WHY: by name, because connectors know nothing of the gateway, and what it imports may be hidden already.
    try:
        shadowing = import_module("gateway.shadowing")
    except ModuleNotFoundError as problem:
        package = str(problem.name).partition(".")[0]
        raise pytest.UsageError(f"package `{package}` would be taken from `{_place(package)}`; {_HINT}") from None
    try:
        shadowing.check_packages()
    except shadowing.PackageShadowedError as problem:
        raise pytest.UsageError(f"{problem}; {problem.hint}") from None
    config.addinivalue_line("markers", "conformance(rule, level): a check of the connector conformance kit")


def _place(package: str) -> str:
    spec = find_spec(package)
    return next(iter(spec.submodule_search_locations or ()), str(spec.origin)) if spec else "nowhere"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what a suite waives, with its reason; note down rule and level of every check."""
    # WHY: imported here, so that a run without connectors does not pay for the engine.
    from connectors.testing.report import property_of  # noqa: PLC0415  # as said above
    from connectors.testing.rules import MARK  # noqa: PLC0415  # as said above

    for item in items:
        mark = item.get_closest_marker(MARK)
        suite = getattr(item, "cls", None)
        if mark is None or suite is None:
            continue
        name, level = mark.args
        item.user_properties.append(property_of(suite.__name__, name, level))
        if name in suite.waived:
            item.add_marker(pytest.mark.skip(reason=f"{name} waived: {suite.waived[name]}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the support table when it was asked for."""
    if not config.getoption(_OPTION):
        return
    from connectors.testing.report import PROPERTY, lines, scorecards  # noqa: PLC0415  # as in the other hook

    noted = [
        (value, outcome)
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        for key, value in getattr(report, "user_properties", ())
        if key == PROPERTY
    ]
    terminalreporter.section("connectors")
    for line in lines(scorecards(noted)):
        terminalreporter.write_line(line)
