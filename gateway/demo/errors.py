"""Errors of the demo: each names the step that failed and why."""

from pathlib import Path

from policies.errors import CodedError


class DemoError(CodedError):
    """The demo cannot go on."""


class StepFailedError(DemoError):
    """A step of the story did not come out as it must."""

    code = "DEMO_STEP_FAILED"

    def __init__(self, number: int, title: str, reason: str) -> None:
        super().__init__(
            f"step {number} of the demo failed ({title}): {reason}",
            hint="run it again with `--keep DIR` and read `DIR/gateway.log`",
        )
        self.number = number
        self.title = title
        self.reason = reason


class ProcessFailedError(DemoError):
    """A program that the demo started ended, or was not ready in time."""

    code = "DEMO_PROCESS_FAILED"

    def __init__(self, program: str, problem: str, last_words: str = "") -> None:
        super().__init__(
            f"the {program} {problem}" + (f": {last_words}" if last_words else ""),
            hint="start it by hand to see more",
        )
        self.program = program
        self.problem = problem


class WorldMismatchError(DemoError):
    """The kept folder was made for other records than the ones asked for now."""

    code = "DEMO_OTHER_WORLD"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"`{folder}` was made with another seed, forum or ledger",
            hint="give the same `--seed`, `--forum` and `--ratings` as the first time, or name another folder",
        )
        self.folder = folder


class WorldMissingError(DemoError):
    """A folder or file of records that was named is not there."""

    code = "DEMO_RECORDS_MISSING"

    def __init__(self, option: str, path: Path) -> None:
        super().__init__(f"`{path}` of `{option}` is not there", hint=f"name an existing one, or leave `{option}` out")
        self.path = path


class PartyKeyLostError(DemoError):
    """The kept folder knows a party, but its key is gone: nobody else can act for it."""

    code = "DEMO_KEY_LOST"

    def __init__(self, role: str, folder: str) -> None:
        super().__init__(
            f"the key of `{role}` is not in `{folder}`", hint="restore the file, or begin anew with another folder"
        )
        self.role = role


class UnexpectedAnswerError(DemoError):
    """The gateway answered something else than the story rests on; becomes a failed step."""

    code = "DEMO_UNEXPECTED_ANSWER"
