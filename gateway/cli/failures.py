"""How a command that failed says so: what happened, what to do, and which page tells more."""

import sys
from typing import Final, TextIO

from gateway.errors import printable
from policies.errors import CodedError, PolicyError

FAILED: Final = 1
"""Exit status of a command that failed; a wrong use of the command is 2, Ctrl-C 130."""


def report(failure: CodedError, to: TextIO | None = None) -> None:
    """Print one message of two to five lines: what, what to do about it, a broken rule, the code and its page."""
    stream = to or sys.stderr
    # WHY: a message may repeat what a gateway, a package or a platform said, down to what moves a cursor.
    print(f"muniment: {printable(failure.message)}", file=stream)
    if failure.hint:
        print(f"  what to do: {printable(failure.hint)}", file=stream)
    if isinstance(failure, PolicyError):
        print(f"  rule: {failure.rule}, told in docs/reference/policy-semantics.md", file=stream)
    print(f"  code: {failure.code}, told in {page_of(failure.code)}", file=stream)


def page_of(code: str) -> str:
    """Where the documentation of a code stands."""
    return f"docs/errors/{code}.md"
