"""Long ids, hashes and keys as people can tell them apart; the document keeps them whole."""

import re
from typing import Final

_IRI: Final = re.compile(r"(urn:muniment:[a-z-]+:)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{4}([0-9a-f]{8})")
_LONG: Final = re.compile(
    r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])([A-Za-z0-9][\w-]{11})[\w-]{20,}(?![\w/-]|\.\w)", re.ASCII
)
"""A hash, a key or a pseudonym: one long word with letters and digits, and no part of an address."""


def brief(text: str) -> str:
    """The text with … in place of the middle of each long id: of an IRI its end is kept, as ids begin with the time.

    >>> brief("`urn:muniment:party:01a2224f-64f3-76c4-961a-1d302d443884` signs")
    '`urn:muniment:party:…2d443884` signs'
    >>> brief("sha-256:c4bdbaa8419b6b10ec37f272bb7dfb4131171ec1ca65a748fa1cb5c7af390aa6")
    'sha-256:c4bdbaa8419b…'
    """
    return _LONG.sub(r"\1…", _IRI.sub(r"\1…\2", text))
