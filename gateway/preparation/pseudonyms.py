"""Keyed names: pseudonyms that do not join across licences, and the hashes under which the record knows people.

Every part of what is hashed is preceded by its length, so that no two different inputs meet.
Source: HKDF, RFC 5869; HMAC, RFC 2104; the sizes follow from 128 bits being out of reach of a search.
"""

import hmac
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PSEUDONYM_CHARACTERS: Final = 32
_LENGTH_BYTES: Final = 4


def _prefixed(*parts: str) -> bytes:
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in encoded)


def derived_key(master: bytes, use: str, name: str = "") -> bytes:
    """A key of 32 bytes for one use: without the master secret two such keys tell nothing of each other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_prefixed("muniment", use, name)).derive(master)


def licence_key(master: bytes, licence: str) -> bytes:
    """The key of one licence, for its pseudonyms and opaque ids."""
    return derived_key(master, "pseudonym", licence)


def pseudonyms(key: bytes, domain: str, values: pa.Array) -> pa.DictionaryArray:
    """Replace every value by its pseudonym under ``key``.

    Args:
        key: of one licence.
        domain: what the values are, so that a person and a record of one name get different pseudonyms.
        values: strings, plain or dictionary-encoded; the cost is one HMAC per distinct value.

    Returns:
        Dictionary-encoded strings of 32 hexadecimal digits; null stays null.
    """
    encoded = values if isinstance(values, pa.DictionaryArray) else pc.dictionary_encode(values)
    about = _prefixed(domain)
    names = [
        hmac.digest(key, about + _prefixed(value), "sha256").hex()[:_PSEUDONYM_CHARACTERS]
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(names, pa.string()))
