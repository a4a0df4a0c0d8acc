"""The list of a package's files with their hashes, sealed: one root over all of them, one signature under it.

Source: the tree of RFC 9162, section 2.1, over the RFC 8785 bytes of each entry, in order of their paths.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import rfc8785

from gateway.preparation.package.contents import Contents, DatasetPart
from graph.journal.documents import digest_of
from graph.journal.merkle import Frontier, leaf_hash
from graph.signing import MANIFEST_TYP, SigningKey, sign

FORMAT: Final = "muniment-delivery/1"
MEDIA_TYPE: Final = "application/vnd.muniment.manifest+json"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.jws"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedFile:
    """One file of the package."""

    path: str
    """Relative, with forward slashes."""
    bytes: int
    sha256: str
    rows: int = 0
    """Of a file of records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The sealed list."""

    content: bytes
    """RFC 8785 bytes: the file ``manifest.json``."""
    root: str
    """Merkle root over the files, hex."""
    signature: str
    """The file ``manifest.jws``: compact JWS, typ ``muniment-manifest+jws``, over ``{delivery, manifest, root}``."""

    @property
    def digest(self) -> str:
        """``sha-256:<hex>`` of the content."""
        return digest_of(self.content)


def sealed(contents: Contents, files: Sequence[PackagedFile], key: SigningKey) -> Manifest:
    """List the files, hash the list, sign the hash."""
    listed = sorted(files, key=lambda each: each.path)
    entries = [asdict(each) for each in listed]
    root = _root(entries)
    content = rfc8785.dumps(
        {
            "format": FORMAT,
            "delivery": contents.delivery,
            "licensee": contents.licensee,
            "purpose": contents.purpose,
            "action": contents.action,
            "ordered": contents.ordered.isoformat(),
            "rows": contents.rows,
            "agreements": [
                {
                    "agreement": part.agreement,
                    "dataset": part.dataset,
                    "licence": part.licence,
                    "policy": part.policy,
                    "rows": part.rows,
                    "measured": _measured(part),
                }
                for part in contents.parts
            ],
            "files": entries,
            "root": root,
            "key": key.public_jwk,
        }
    )
    return Manifest(content=content, root=root, signature=seal_of(contents.delivery, digest_of(content), root, key))


def seal_of(delivery: str, digest: str, root: str, key: SigningKey) -> str:
    """The signature under a manifest; the same things always give the same one."""
    return sign(key, {"delivery": delivery, "manifest": digest, "root": root}, typ=MANIFEST_TYP)


def _measured(part: DatasetPart) -> dict[str, Any]:
    """What was counted of a dataset while it was prepared."""
    return {
        "read": part.fetched,
        "left_out_by_terms": part.removed.by_terms,
        "left_out_by_people": part.removed.by_people,
        "duplicates": part.removed.duplicates,
        "filled": {each.declared.name: each.filled for each in part.columns},
        "checked": list(part.checked),
    }


def _root(entries: Sequence[dict[str, Any]]) -> str:
    tree = Frontier()
    for entry in entries:
        tree.append(leaf_hash(rfc8785.dumps(entry)))
    return tree.root().hex()
