"""The pytest plugin of the conformance kit; loaded by its entry point whenever the distribution is installed."""

from importlib import import_module

import pytest

pytest.register_assert_rewrite("connectors.testing.suite", "connectors.testing.probes")


def pytest_configure() -> None:
    """Stop with a clear message when a folder of the working directory hides one of the packages.

    Raises:
        pytest.UsageError: a package is hidden.
    """
    # WHY: by name, because `gateway` itself may be the hidden package, and connectors know nothing of the gateway.
    try:
        shadowing = import_module("gateway.shadowing")
    except ModuleNotFoundError:
        raise pytest.UsageError("package `gateway` is hidden by a folder of that name on the import path") from None
    try:
        shadowing.check_packages()
    except shadowing.PackageShadowedError as problem:
        raise pytest.UsageError(f"{problem.message}; {problem.hint}") from None
