"""JSON-LD expansion with the two bundled contexts; the only user of pyld.

The library is imported when the first policy comes in: a gateway that only starts need not wait for it.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NoReturn

from policies.errors import PolicyMalformedError, PolicyTermUnknownError
from policies.jsonld.limits import CONTEXTS, Json
from policies.jsonld.loader import FrozenLoader
from policies.jsonld.places import find_key
from policies.jsonld.properties import PROPERTY_NAMES

_FILES: Final = dict(zip(CONTEXTS, ("odrl.jsonld", "profile.jsonld"), strict=True))


def _bundled() -> FrozenLoader:
    folder = files("policies") / "contexts"
    return FrozenLoader(documents={address: (folder / name).read_text("utf-8") for address, name in _FILES.items()})


_LOADER: Final = _bundled()

RELATIVE: Final = "x-relative:"
"""Scheme of the base that relative references are resolved against, so that none of them looks absolute afterwards.

Without a base of our own, pyld would take one of its choice.
"""
BASE: Final = RELATIVE + "//relative/"


def expand(document: dict[str, Json]) -> Mapping[str, Any]:
    """The expanded node of the policy.

    Raises:
        PolicyTermUnknownError: a property is in neither context; expansion would drop it silently.
        PolicyMalformedError: the document is not JSON-LD, or not exactly one node.
    """
    from pyld import jsonld  # noqa: PLC0415  # see above

    def dropped(property_: object) -> NoReturn:
        raise PolicyTermUnknownError(
            "property", str(property_), rule=1, known=PROPERTY_NAMES, pointer=find_key(document, str(property_))
        )

    options: Any = {"documentLoader": _LOADER, "base": BASE}
    try:
        nodes = jsonld.expand(document, options, on_property_dropped=dropped)
    except jsonld.JsonLdError as error:
        raise PolicyMalformedError(
            "the policy is not JSON-LD", rule=1, hint="compare it with a published policy of the profile"
        ) from error
    if len(nodes) != 1:
        raise PolicyMalformedError(
            "the document must hold exactly one policy", rule=1, hint="send one node with the properties of a policy"
        )
    node: Mapping[str, Any] = nodes[0]
    return node
