"""Checking a package offline: nothing here asks the gateway or believes it.

A second implementation of the tree of RFC 9162, section 2.1, written apart from the one that seals packages.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

import rfc8785

from gateway.client.agreements import verify_agreement, verify_agreement_signature
from gateway.client.errors import PackageInvalidError
from graph.signing import MANIFEST_TYP, thumbprint, verify
from policies.errors import CodedError

FORMAT: Final = "muniment-delivery/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.jws"
_READ_BYTES: Final = 1024 * 1024


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
        PackageInvalidError: Something was altered, is missing, or was added; ``findings`` says what, all of it.
    """
    content, manifest = _manifest(folder)
    key = public_jwk if public_jwk is not None else _object(manifest, "key")
    digest = "sha-256:" + sha256(content).hexdigest()
    findings = [
        *_seal(folder, manifest, digest, key),
        *_files(folder, manifest),
        *(finding for each in _agreements(folder, manifest) for finding in each.findings),
    ]
    if findings:
        raise PackageInvalidError(findings)
    agreements = list(_agreements(folder, manifest))
    return VerifiedPackage(
        delivery=str(manifest["delivery"]),
        manifest=digest,
        root=str(manifest["root"]),
        key=thumbprint(key),
        files=len(_entries(manifest)),
        rows=sum(int(each.get("rows", 0)) for each in _entries(manifest)),
        agreements=len(agreements),
        signatures=sum(each.checked for each in agreements),
        unchecked=sum(each.unchecked for each in agreements),
    )


def _manifest(folder: Path) -> tuple[bytes, Mapping[str, Any]]:
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
    except OSError:
        raise PackageInvalidError([f"`{MANIFEST}` is missing"]) from None
    except ValueError:
        raise PackageInvalidError([f"`{MANIFEST}` is not JSON"]) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise PackageInvalidError([f"`{MANIFEST}` is no manifest of a delivery"])
    return content, manifest


def _seal(folder: Path, manifest: Mapping[str, Any], digest: str, key: Mapping[str, Any]) -> Iterator[str]:
    if _root(_entries(manifest)) != manifest.get("root"):
        yield f"`{MANIFEST}`: its root is not that of its files"
    try:
        signed = verify((folder / SIGNATURE).read_text(encoding="ascii"), key, typ=MANIFEST_TYP)
    except (OSError, ValueError):
        yield f"`{SIGNATURE}` is missing or no signature"
        return
    except CodedError as problem:
        yield f"`{SIGNATURE}`: {problem.message}"
        return
    if signed != {"delivery": manifest.get("delivery"), "manifest": digest, "root": manifest.get("root")}:
        yield f"`{MANIFEST}` was changed after it was signed"


def _root(entries: Sequence[Mapping[str, Any]]) -> str:
    hashes = [sha256(b"\x00" + rfc8785.dumps(dict(entry))).digest() for entry in entries]
    return _tree(hashes).hex()


def _tree(hashes: Sequence[bytes]) -> bytes:
    """Straight from the definition: it splits before the largest power of two below its size."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + _tree(hashes[:left]) + _tree(hashes[left:])).digest()


def _files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = {str(each.get("path")): each for each in _entries(manifest)}
    for path, entry in sorted(listed.items()):
        if not safe(path):
            yield f"`{path}` is not a path within the package"
            continue
        file = folder / path
        if not file.is_file():
            yield f"`{path}` is missing"
        elif file.stat().st_size != entry.get("bytes") or hash_of(file) != entry.get("sha256"):
            yield f"`{path}` was changed"
    found = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    for path in sorted(found - listed.keys() - {MANIFEST, SIGNATURE}):
        yield f"`{path}` was added"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreement:
    findings: tuple[str, ...]
    checked: int = 0
    unchecked: int = 0


def _agreements(folder: Path, manifest: Mapping[str, Any]) -> Iterator[_Agreement]:
    stated = {each.get("agreement"): each.get("policy") for each in manifest.get("agreements") or ()}
    for path in sorted((folder / "agreements").glob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            document = json.loads(path.read_bytes())
            policy = verify_agreement(document["odrl"], document["policy"])
        except CodedError as problem:
            yield _Agreement(findings=(f"`{name}`: {problem.message}",))
            continue
        except (ValueError, KeyError, TypeError):
            yield _Agreement(findings=(f"`{name}` is no agreement",))
            continue
        if stated.get(policy.uid) != document["policy"]:
            yield _Agreement(findings=(f"`{name}` is not the agreement under which the package was made",))
            continue
        yield _signatures(name, document)


def _signatures(name: str, document: Mapping[str, Any]) -> _Agreement:
    findings: list[str] = []
    checked = unchecked = 0
    for each in document.get("signatures") or ():
        key = each.get("key")
        if key is None:
            unchecked += 1
            continue
        try:
            verify_agreement_signature(each["jws"], key, agreement=document["agreement"], policy=document["policy"])
            checked += 1
        except CodedError as problem:
            findings.append(f"`{name}`, signature of `{each.get('by')}`: {problem.message}")
    return _Agreement(findings=tuple(findings), checked=checked, unchecked=unchecked)


def _entries(manifest: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    files = manifest.get("files")
    if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
        raise PackageInvalidError([f"`{MANIFEST}` lists no files"])
    return files


def _object(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    if not isinstance(value, dict):
        raise PackageInvalidError([f"`{MANIFEST}` holds no `{name}`"])
    return value


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
