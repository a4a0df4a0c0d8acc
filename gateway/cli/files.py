"""The files that commands read and write: texts, JSON objects, keys; each failure names the file."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.errors import FileUnreadableError, FileUnwritableError

if TYPE_CHECKING:
    from graph.signing import SigningKey

_PIPED: Final = Path("-")


def signing_key(path: Path) -> "SigningKey":
    """The private key in a file.

    Raises:
        FileUnreadableError: it cannot be opened.
        KeyInvalidError: it holds no key, or others may read it.
    """
    from graph.signing import SigningKey  # noqa: PLC0415  # cheap at start

    try:
        return SigningKey.load(path)
    except OSError as problem:
        raise FileUnreadableError(path, problem.strerror or "it cannot be opened") from None


def made_key(path: Path) -> "SigningKey":
    """The private key in a file, made when the file is not there.

    Raises:
        FileUnreadableError: it cannot be opened.
        FileUnwritableError: it cannot be made.
    """
    from graph.signing import SigningKey  # noqa: PLC0415  # cheap at start

    if path.exists():
        return signing_key(path)
    made = SigningKey.generate()
    try:
        made.save(path)
    except OSError as problem:
        raise FileUnwritableError(path, problem.strerror or "it cannot be made") from None
    return made


def card_of(path: Path) -> str:
    """The client id in the file that ``muniment client register`` wrote."""
    return str(json_object(path).get("client_id", ""))


def bytes_of(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise FileUnreadableError(path, problem.strerror or "it cannot be opened") from None


def piped_or_bytes_of(path: Path) -> bytes:
    """The bytes of a file; those of standard input for ``-``."""
    return sys.stdin.buffer.read() if path == _PIPED else bytes_of(path)


def text_of(path: Path) -> str:
    """The text of a file."""
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"it is not text in UTF-8, at offset {error.start}"
        raise FileUnreadableError(path, problem, hint="save the file as UTF-8, or name another") from None


def json_object(path: Path) -> Mapping[str, Any]:
    """The JSON object in a file; a byte order mark before it says nothing."""
    text = text_of(path).removeprefix("\N{BYTE ORDER MARK}")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        problem = f"it is not JSON: {error.msg}, {place}" if text.strip() else "it is empty"
        raise FileUnreadableError(path, problem, hint="correct the file, or name another") from None
    except ValueError:
        raise FileUnreadableError(path, "a number has too many digits", hint="write a smaller number") from None
    except RecursionError:
        raise FileUnreadableError(path, "it is nested too deeply") from None
    if not isinstance(content, dict):
        raise FileUnreadableError(path, "it is not a JSON object", hint="write one object, in `{` and `}`")
    return content


def write_text(path: Path, text: str) -> None:
    """Write a file, over what was there."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileUnwritableError(path, problem.strerror or "it cannot be made") from None
