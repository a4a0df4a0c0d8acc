"""Checking a package offline: nothing here asks the gateway or believes it.

A second implementation of the tree of RFC 9162, section 2.1, written apart from the one that seals packages.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec
import rfc8785

from gateway.client.agreements import verify_agreement, verify_agreement_signature
from gateway.client.errors import PackageInvalidError
from gateway.client.folders import Kind, content_of, everything_in, finding_of, unreadable
from gateway.client.known_keys import require_known
from gateway.client.manifests import MANIFEST, ListedFile, Manifest, read_manifest
from gateway.errors import shortened
from graph.signing import MANIFEST_TYP, thumbprint, verify
from policies.errors import CodedError

SIGNATURE: Final = "manifest.jws"
_AGREEMENTS: Final = "agreements/"
_READ_BYTES: Final = 1024 * 1024
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPackage:
    """A package that is what was sealed."""

    delivery: str
    manifest: str
    """``sha-256:<hex>``: what the journal and the licensee's receipt name."""
    root: str
    key: str
    """Thumbprint of the key that sealed it."""
    files: int
    rows: int
    agreements: int
    signatures: int
    """Signatures of parties that were checked."""
    unchecked: int
    """Signatures whose key is not in the package."""


def verify_package(folder: Path, public_jwk: Mapping[str, Any] | None = None) -> VerifiedPackage:
    """Check a package on disk: every file, every agreement, the seal.

    Args:
        folder: holds ``manifest.json``.
        public_jwk: the gateway's key as learnt beforehand; without it the key that came with the package is used, which
            shows that it is whole, and not yet who sealed it.

    Raises:
        KeyOtherError: It names another key than the one that was learnt.
        PackageInvalidError: Something was altered, is missing, or was added; ``findings`` says what, all of it.
    """
    content, manifest = read_manifest(folder)
    if public_jwk is not None:
        require_known(public_jwk, manifest.key, str(folder))
    digest = "sha-256:" + sha256(content).hexdigest()
    agreements = [_agreement(folder, each.path, manifest) for each in manifest.files if _is_agreement(each)]
    findings = [
        *_seal(folder, manifest, digest),
        *_files(folder, manifest),
        *(finding for each in agreements for finding in each.findings),
    ]
    if findings:
        raise PackageInvalidError(list(dict.fromkeys(findings)))
    return VerifiedPackage(
        delivery=manifest.delivery,
        manifest=digest,
        root=manifest.root,
        key=thumbprint(manifest.key),
        files=len(manifest.files),
        rows=sum(each.rows for each in manifest.files),
        agreements=len(agreements),
        signatures=sum(each.checked for each in agreements),
        unchecked=sum(each.unchecked for each in agreements),
    )


def _seal(folder: Path, manifest: Manifest, digest: str) -> Iterator[str]:
    if _root(manifest.files) != manifest.root:
        yield f"`{MANIFEST}`: its root is not that of its files"
    try:
        signed = verify(content_of(folder, SIGNATURE).decode("ascii"), manifest.key, typ=MANIFEST_TYP)
    except PackageInvalidError as problem:
        yield from problem.findings
    except (ValueError, RecursionError):
        yield f"`{SIGNATURE}` is no signature"
    except CodedError as problem:
        yield f"`{SIGNATURE}`: {problem.message}"
    else:
        if signed != {"delivery": manifest.delivery, "manifest": digest, "root": manifest.root}:
            yield f"`{MANIFEST}` was changed after it was signed"


def _root(files: Sequence[ListedFile]) -> str:
    hashes = [sha256(b"\x00" + rfc8785.dumps(msgspec.structs.asdict(each))).digest() for each in files]
    return _tree(hashes).hex()


def _tree(hashes: Sequence[bytes]) -> bytes:
    """Straight from the definition: it splits before the largest power of two below its size."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + _tree(hashes[:left]) + _tree(hashes[left:])).digest()


def _files(folder: Path, manifest: Manifest) -> Iterator[str]:
    try:
        found = everything_in(folder)
    except OSError as problem:
        yield unreadable(str(problem.filename), problem)
        return
    listed = {each.path: each for each in manifest.files}
    for path, times in Counter(each.path for each in manifest.files).items():
        if times > 1:
            yield f"`{shortened(path)}` is listed twice"
    for path, entry in sorted(listed.items()):
        if not safe(path):
            yield f"`{shortened(path)}` is not a path within the package"
        elif path not in found:
            yield f"`{path}` is missing"
        else:
            yield from _compared(folder, entry, found[path])
    yield from _unlisted(listed, found)


def _compared(folder: Path, entry: ListedFile, kind: Kind) -> Iterator[str]:
    finding = finding_of(entry.path, kind)
    if finding:
        yield finding
        return
    file = folder / entry.path
    try:
        if file.stat().st_size != entry.bytes or hash_of(file) != entry.sha256:
            yield f"`{entry.path}` was changed"
    except OSError as problem:
        yield unreadable(entry.path, problem)


def _unlisted(listed: Mapping[str, ListedFile], found: Mapping[str, Kind]) -> Iterator[str]:
    folders = {str(parent) for path in listed for parent in PurePosixPath(path).parents}
    for path, kind in sorted(found.items()):
        if path in listed or path in {MANIFEST, SIGNATURE}:
            continue
        if kind is Kind.FOLDER:
            # WHY: what is in an added folder is added with it.
            if path not in folders and str(PurePosixPath(path).parent) in folders | {"."}:
                yield f"folder `{shortened(path)}` was added"
        elif str(PurePosixPath(path).parent) in folders | {"."}:
            yield finding_of(path, kind) or f"`{shortened(path)}` was added"


class _Signature(msgspec.Struct, frozen=True, kw_only=True):
    by: str
    jws: str
    key: dict[str, str] | None = None


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an agreement, as far as it is checked."""

    agreement: str
    policy: str
    odrl: msgspec.Raw
    signatures: tuple[_Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreement:
    findings: tuple[str, ...]
    checked: int = 0
    unchecked: int = 0


def _is_agreement(file: ListedFile) -> bool:
    return file.path.startswith(_AGREEMENTS) and file.path.endswith(".json") and safe(file.path)


def _agreement(folder: Path, name: str, manifest: Manifest) -> _Agreement:
    stated = {each.agreement: each.policy for each in manifest.agreements}
    try:
        document = msgspec.json.decode(content_of(folder, name), type=_Document)
        policy = verify_agreement(bytes(document.odrl), document.policy)
    except PackageInvalidError as problem:
        return _Agreement(findings=problem.findings)
    except CodedError as problem:
        return _Agreement(findings=(f"`{name}`: {shortened(problem.message, _SHOWN)}",))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Agreement(findings=(f"`{name}` is no agreement",))
    if stated.get(policy.uid) != document.policy:
        return _Agreement(findings=(f"`{name}` is not the agreement under which the package was made",))
    return _signatures(name, document)


def _signatures(name: str, document: _Document) -> _Agreement:
    findings: list[str] = []
    checked = unchecked = 0
    for each in document.signatures:
        if each.key is None:
            unchecked += 1
            continue
        try:
            verify_agreement_signature(each.jws, each.key, agreement=document.agreement, policy=document.policy)
            checked += 1
        except CodedError as problem:
            findings.append(f"`{name}`, signature of `{shortened(each.by)}`: {shortened(problem.message, _SHOWN)}")
        except RecursionError:
            findings.append(f"`{name}`, signature of `{shortened(each.by)}`: it is no signature")
    return _Agreement(findings=tuple(findings), checked=checked, unchecked=unchecked)


def safe(path: str) -> bool:
    """Whether a path of a manifest names a file within the package, in one way only, and can be printed."""
    parts = PurePosixPath(path)
    plain = bool(parts.parts) and str(parts) == path and path.isprintable()
    return plain and not parts.is_absolute() and ".." not in parts.parts and "\\" not in path


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex, read in pieces."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
