"""The root of all errors that have a stable code, and the errors of policies themselves.

An error takes facts, keeps them as attributes and builds its message: lower case, no full stop, input in backticks.
Every ``code`` has a page, ``docs/errors/<CODE>.md``.
"""

from collections.abc import Collection
from difflib import get_close_matches
from typing import ClassVar, Final

_MOST_SHOWN: Final = 80
_LONGEST_POINTER: Final = 400


def shown(given: str) -> str:
    """What a message repeats of a given text: all of it, or the beginning of a long one."""
    return given if len(given) <= _MOST_SHOWN else given[: _MOST_SHOWN - 1] + "…"


class CodedError(Exception):
    """An error with a stable code and a message that is safe to show to the caller."""

    code: ClassVar[str]
    """Stable, SCREAMING_SNAKE_CASE; documented in ``docs/errors``."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do about it; one sentence, or empty."""


class PolicyError(CodedError):
    """A policy was refused at intake or registration."""

    def __init__(self, problem: str, *, rule: int, hint: str, pointer: str = "") -> None:
        super().__init__(problem, hint=hint)
        self.problem = problem
        self.rule = rule
        """Number of the rule of the policy semantics that it breaks."""
        self.pointer = ""
        """JSON pointer (RFC 6901) to the refused place, or to what holds it when its keys are endless; empty when it is
        the whole document.
        """
        self.point(pointer)

    def point(self, pointer: str) -> None:
        """Name the place as another document has it, such as the one that the policy was read from."""
        while len(pointer) > _LONGEST_POINTER:
            pointer = pointer[: pointer.rindex("/")]
        self.pointer = pointer
        self.message = f"{self.problem}, at `{pointer}`" if pointer else self.problem
        self.args = (self.message,)


class PolicyTooLargeError(PolicyError):
    """The document exceeds a limit of size, depth or number of nodes; found before anything is expanded."""

    code = "POLICY_TOO_LARGE"

    def __init__(self, measure: str, limit: int, *, pointer: str = "") -> None:
        super().__init__(
            f"the policy exceeds the limit of {limit} {measure}",
            rule=1,
            hint="split the policy, or shorten it: a broader term says what a long list says",
            pointer=pointer,
        )
        self.measure = measure
        self.limit = limit


class PolicyMalformedError(PolicyError):
    """The document is not a policy: not JSON, a forbidden form, a missing or superfluous part."""

    code = "POLICY_MALFORMED"


_FEW: Final = 12


def instead(term: str, known: Collection[str], otherwise: str = "") -> str:
    """Which known term may be meant, or else what to do."""
    close = get_close_matches(shown(term), known, n=3, cutoff=0.75)
    if close:
        return f"did you mean `{'`, `'.join(close)}`?"
    if otherwise:
        return otherwise
    if 0 < len(known) <= _FEW:
        return f"use one of `{'`, `'.join(sorted(known))}`"
    return "use a term of the profile, spelt as the profile has it"


class PolicyTermUnknownError(PolicyError):
    """A property, class, action, operand, operator, unit, value or column is not in the vocabulary."""

    code = "POLICY_TERM_UNKNOWN"

    def __init__(  # what is known of one term
        self,
        what: str,
        term: str,
        *,
        rule: int,
        known: Collection[str] = (),
        hint: str = "",
        otherwise: str = "",
        pointer: str = "",
    ) -> None:
        super().__init__(
            f"unknown {what} `{shown(term)}`", rule=rule, hint=hint or instead(term, known, otherwise), pointer=pointer
        )
        self.what = what
        self.term = term


class PolicyValueInvalidError(PolicyError):
    """A value does not have the type, the form or the unit that its operand asks for."""

    code = "POLICY_VALUE_INVALID"

    def __init__(self, value: str, expected: str, *, rule: int, hint: str = "", pointer: str = "") -> None:
        super().__init__(
            f"`{shown(value)}` is not {expected}", rule=rule, hint=hint or f"write {expected} here", pointer=pointer
        )
        self.value = value
        self.expected = expected


class PolicyUnsupportedError(PolicyError):
    """ODRL has it, the profile does not: nested logic, another conflict strategy, several assets in one policy."""

    code = "POLICY_UNSUPPORTED"


class PolicyTermMisplacedError(PolicyError):
    """A known term stands where it has no meaning, or where its discharge point does not fit."""

    code = "POLICY_TERM_MISPLACED"

    def __init__(self, term: str, place: str, *, rule: int, hint: str, pointer: str = "") -> None:
        super().__init__(f"`{shown(term)}` has no meaning as {place}", rule=rule, hint=hint, pointer=pointer)
        self.term = term
        self.place = place


class PolicyUnenforceableError(PolicyError):
    """The policy can never permit, or says something that nobody here can check."""

    code = "POLICY_UNENFORCEABLE"


class PolicyAmbiguousError(PolicyError):
    """Two permissions could match one request."""

    code = "POLICY_AMBIGUOUS"

    def __init__(self, first: str, second: str, *, pointer: str = "") -> None:
        super().__init__(
            f"the permissions `{shown(first)}` and `{shown(second)}` could match one request",
            rule=32,
            hint="merge them into one permission, or give them actions neither of which includes the other",
            pointer=pointer,
        )
        self.first = first
        self.second = second


class PolicyHashMismatchError(PolicyError):
    """A stored policy is not the one that was signed."""

    code = "POLICY_HASH_MISMATCH"

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"the policy has the hash `{actual}` and not `{expected}`",
            rule=3,
            hint="use the document that both sides signed; its bytes have the signed hash",
        )
        self.expected = expected
        self.actual = actual


class PolicyNotFlatError(PolicyError):
    """The policy says more than flat terms can say."""

    code = "POLICY_NOT_FLAT"

    def __init__(self, problem: str, *, pointer: str = "") -> None:
        super().__init__(
            problem, rule=24, hint="work with the ODRL document of the policy, not with flat terms", pointer=pointer
        )


class CaseInvalidError(CodedError):
    """A case (request, state, moment) is written in a way that nobody reads."""

    code = "CASE_INVALID"

    def __init__(self, problem: str, *, pointer: str, hint: str = "") -> None:
        super().__init__(
            problem, hint=hint or "write request, state and moment as `docs/how-to/write-your-terms.md` shows"
        )
        self.problem = problem
        self.pointer = pointer
        """JSON pointer (RFC 6901) to the place; empty when it is the whole document."""
        self.name("the case")

    def name(self, document: str) -> None:
        """Say which document it is, such as the file that the case was read from."""
        place = f"at `{self.pointer}` of" if self.pointer else "in"
        self.message = f"{self.problem}, {place} {document}"
        self.args = (self.message,)
