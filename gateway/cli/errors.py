"""Errors of the commands themselves."""

from pathlib import Path

from policies.errors import CodedError


class CommandError(CodedError):
    """A command cannot go on."""


class PortInUseError(CommandError):
    """Something else listens on the address already."""

    code = "PORT_IN_USE"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"port {port} of `{host}` is in use by another program",
            hint="end that program, choose another port with `--port`, or take a free one with `--port 0`",
        )
        self.host = host
        self.port = port


class AddressUnusableError(CommandError):
    """This machine cannot listen on the address."""

    code = "ADDRESS_UNUSABLE"

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(
            f"cannot listen on port {port} of `{host}`: {problem}",
            hint="name an address of this machine with `--host`, and a port that you may use with `--port`",
        )
        self.host = host
        self.port = port


class FileUnreadableError(CommandError):
    """A file that was named on the command line cannot be read."""

    code = "FILE_UNREADABLE"

    def __init__(self, path: Path, problem: str, *, hint: str = "check the path and your rights to the file") -> None:
        super().__init__(f"`{path}` cannot be read: {problem}", hint=hint)
        self.path = path


class FileUnwritableError(CommandError):
    """A file that a command must write cannot be written."""

    code = "FILE_UNWRITABLE"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"`{path}` cannot be written: {problem}", hint="check the path and your rights to the folder")
        self.path = path


class KeyFileInvalidError(CommandError):
    """The file of a key holds no public key."""

    code = "VERIFYING_KEY_INVALID"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"`{path}` holds no public Ed25519 key: {problem}",
            hint="give the answer of the gateway's /.well-known/muniment-journal, or the member `key` of it",
        )
        self.path = path


class BundleInvalidError(CommandError):
    """A file is no bundle of a proof."""

    code = "BUNDLE_INVALID"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` is not a bundle of a proof",
            hint="a bundle is JSON with `format`, `origin`, `key` and `proof` (with or without `receipt`) or `heads`",
        )
        self.path = path


class StoreMissingError(CommandError):
    """The folder holds no store of a gateway."""

    code = "STORE_MISSING"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"`{folder}` holds no journal",
            hint="name the folder that `muniment serve` was started with, by `--folder`",
        )
        self.folder = folder


class GraphUnfaithfulError(CommandError):
    """The provenance graph is not what the journal says."""

    code = "GRAPH_UNFAITHFUL"

    def __init__(self, differences: int) -> None:
        super().__init__(
            f"the graph differs from the journal in {differences} places",
            hint="keep a copy as evidence, then make it again with `muniment graph rebuild`",
        )
        self.differences = differences


class UnexpectedFailureError(CommandError):
    """Something went wrong that no other code describes: a defect."""

    code = "UNEXPECTED_FAILURE"

    def __init__(self, failure: Exception) -> None:
        super().__init__(
            f"{type(failure).__name__}: {failure}",
            hint="run the command again with `muniment --debug …` and report what it prints",
        )
