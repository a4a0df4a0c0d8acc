"""The manifest of a package, read once: whoever holds one of these need not ask for its form again."""

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from gateway.client.errors import PackageInvalidError
from gateway.client.folders import content_of
from gateway.errors import shortened

MANIFEST: Final = "manifest.json"
_SHOWN: Final = 200

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A number that RFC 8785 can write."""
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Iri: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\Aurn:[!-~]{1,200}\Z")]


class ListedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of the list; all that its hash in the tree is made of."""

    path: str
    bytes: Count
    sha256: Sha256
    rows: Count


class StatedAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement under which the package was made."""

    agreement: str
    policy: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is checked of a manifest; the signature covers the rest as well."""

    format: Literal["muniment-delivery/1"]
    delivery: _Iri
    agreements: tuple[StatedAgreement, ...]
    files: tuple[ListedFile, ...]
    root: Sha256
    key: dict[str, str]


def read_manifest(folder: Path) -> tuple[bytes, Manifest]:
    """The manifest of a package, as it stands and as it reads.

    Raises:
        PackageInvalidError: there is none, or it has another form.
    """
    content = content_of(folder, MANIFEST)
    try:
        return content, msgspec.json.decode(content, type=Manifest)
    except msgspec.ValidationError as problem:
        found = shortened(str(problem), _SHOWN)
    except RecursionError:
        found = "it is nested too deeply"
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PackageInvalidError([f"`{MANIFEST}` is not JSON"]) from None
    raise PackageInvalidError([f"`{MANIFEST}` is no manifest of a delivery: {found}"])
