"""How OpenSimulator's tables map to kinds: per canonical column one SQL expression that gives the canonical value.

Filters are pushed over the same expressions, so what the database compares is exactly what it would have delivered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connectors.kinds import Kind
from connectors.spi import CollectionId
from policies.predicate import Comparator

NOBODY: Final = "00000000-0000-0000-0000-000000000000"


class Form(StrEnum):
    """What an expression gives."""

    TEXT = "text"
    """Text; compared for equality only, because the order of text depends on the database's encoding."""
    TIME = "time"
    """Microseconds since 1970, UTC."""
    NUMBER = "number"
    """A whole number."""


ORDERED: Final = frozenset(Comparator)
COMPARATORS: Final[Mapping[Form, frozenset[Comparator]]] = {
    Form.TEXT: frozenset({Comparator.EQ}),
    Form.TIME: ORDERED,
    Form.NUMBER: ORDERED,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column."""

    sql: str
    """Over the aliases of the collection's tables; without parameters."""
    uses: tuple[tuple[str, str], ...]
    """Alias and native column, in lower case, of everything the expression looks at."""
    form: Form = Form.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A table that may be missing; then its fields are missing, too."""

    table: str
    alias: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A collection: a base table with the alias ``a``, whose row ids give the order of reading."""

    id: CollectionId
    kind: Kind
    title: str
    description: str
    table: str
    joins: tuple[Join, ...] = ()
    key: Field
    """What makes a row the same row at the next reading; part of the record id only, and never delivered by itself."""
    fields: Mapping[str, Field]
    subjects: tuple[str, ...]
    """Columns without which the collection is not offered."""

    def aliases(self) -> Iterator[tuple[str, str]]:
        """Alias and table name."""
        yield "a", self.table
        for join in self.joins:
            yield join.alias, join.table


def _col(name: str, alias: str = "a") -> Field:
    return Field(f'{alias}."{name}"', ((alias, name.lower()),))


def _digits(sql: str) -> str:
    """A whole number out of a number, or out of text that may be padded; null when it is something else."""
    return f"CASE WHEN trim({sql}) <> '' AND trim({sql}) NOT GLOB '*[^0-9]*' THEN CAST(trim({sql}) AS INTEGER) END"


def _epoch(name: str, *, unset: tuple[int, ...] = (0,)) -> Field:
    """Seconds since 1970; the values the platform uses for "not set" are null."""
    plain = _col(name)
    value = _digits(plain.sql)
    for each in unset:
        value = f"NULLIF({value}, {each})"
    return Field(f"{value} * 1000000", plain.uses, Form.TIME)


def _calendar(name: str) -> Field:
    """A date and time of day as text, UTC."""
    plain = _col(name)
    return Field(f"CAST(strftime('%s', {plain.sql}) AS INTEGER) * 1000000", plain.uses, Form.TIME)


def _number(name: str) -> Field:
    plain = _col(name)
    return Field(_digits(plain.sql), plain.uses, Form.NUMBER)


def _person(name: str) -> Field:
    """An account: ``uuid``, or for visitors ``uuid;url;name``, from which a secret at the end is cut off."""
    plain = _col(name)
    sql = plain.sql
    second = f"substr({sql}, instr({sql}, ';') + 1)"
    third = f"substr({second}, instr({second}, ';') + 1)"
    secret_at = f"instr({sql}, ';') + instr({second}, ';') + instr({third}, ';')"
    # INVARIANT: the secret does not leave the database, not even into this process.
    public = f"CASE WHEN {sql} LIKE '%;%;%;%' THEN substr({sql}, 1, {secret_at} - 1) ELSE {sql} END"
    return Field(f"NULLIF(NULLIF({public}, '{NOBODY}'), '')", plain.uses)


def _joined(*parts: Field, by: str) -> Field:
    return Field(
        f" || '{by}' || ".join(f"({each.sql})" for each in parts), tuple(u for each in parts for u in each.uses)
    )


def _coded(name: str, table: Mapping[int, str], otherwise: str) -> Field:
    plain = _col(name)
    cases = " ".join(f"WHEN {code} THEN '{meaning}'" for code, meaning in table.items())
    return Field(f"CASE CAST({plain.sql} AS INTEGER) {cases} ELSE '{otherwise}' END", plain.uses)


_MEDIA: Final[Mapping[int, str]] = {
    0: "image/x-j2c",
    1: "audio/ogg",
    2: "application/vnd.ll.callingcard",
    3: "application/vnd.ll.landmark",
    5: "application/vnd.ll.clothing",
    6: "application/vnd.ll.primitive",
    7: "application/vnd.ll.notecard",
    10: "application/vnd.ll.lsltext",
    13: "application/vnd.ll.bodypart",
    20: "application/vnd.ll.animation",
    21: "application/vnd.ll.gesture",
    49: "application/vnd.ll.mesh",
}
_ASSET_KINDS: Final[Mapping[int, str]] = {3: "place", 5: "avatar", 6: "item", 13: "avatar", 49: "item"}

_NAME: Final = Field('trim(a."FirstName" || \' \' || a."LastName")', (("a", "firstname"), ("a", "lastname")))
# WHY: the account holder's own switch; the platform shows the text to nobody when it is off. The byte may be text.
_ABOUT: Final = Field(
    "CASE WHEN lower(CAST(p.\"profileAllowPublish\" AS TEXT)) IN ('1', 'true', char(1))"
    ' THEN p."profileAboutText" END',
    (("p", "profileallowpublish"), ("p", "profileabouttext")),
)

PROFILES: Final = TableMapping(
    id=CollectionId("profiles"),
    kind=Kind.PROFILE,
    title="Avatars",
    description="The accounts of the grid; the text about themselves only of those who publish it.",
    table="useraccounts",
    joins=(Join(table="userprofile", alias="p", on='p."useruuid" = a."PrincipalID"'),),
    key=_col("PrincipalID"),
    fields={
        "source_id": _col("PrincipalID"),
        "observed_at": _epoch("Created"),
        "subject": _col("PrincipalID"),
        "display_name": _NAME,
        "about": _ABOUT,
        "created_at": _epoch("Created"),
    },
    subjects=("subject",),
)
FRIENDS: Final = TableMapping(
    id=CollectionId("friends"),
    kind=Kind.SOCIAL_EDGE,
    title="Friends",
    description="Who is whose friend; both directions are records of their own. The weight is the set of rights.",
    table="friends",
    key=_joined(_person("PrincipalID"), _person("Friend"), by="|"),
    fields={
        "source_id": _joined(_person("PrincipalID"), _person("Friend"), by="|"),
        "from_subject": _person("PrincipalID"),
        "to_subject": _person("Friend"),
        "kind": Field("'friend'", ()),
        "weight": _number("Flags"),
    },
    subjects=("from_subject", "to_subject"),
)
GRIDUSER: Final = TableMapping(
    id=CollectionId("griduser"),
    kind=Kind.INTERACTION,
    title="Visits",
    description="The last visit of each account: when it logged in and out, and in which region it was last.",
    table="griduser",
    key=_person("UserID"),
    fields={
        "source_id": _person("UserID"),
        "observed_at": _epoch("Login"),
        "actor": _person("UserID"),
        "verb": Field("'visit'", ()),
        "place_ref": Field(f"NULLIF(a.\"LastRegionID\", '{NOBODY}')", (("a", "lastregionid"),)),
        "started_at": _epoch("Login"),
        "ended_at": _epoch("Logout"),
    },
    subjects=("actor",),
)
PRESENCE: Final = TableMapping(
    id=CollectionId("presence"),
    kind=Kind.INTERACTION,
    title="Presence",
    description="Who is in which region now. The session's own id is no part of a record.",
    table="presence",
    key=_col("SessionID"),
    fields={
        "observed_at": _calendar("LastSeen"),
        "actor": _person("UserID"),
        "verb": Field("'present'", ()),
        "place_ref": Field(f"NULLIF(a.\"RegionID\", '{NOBODY}')", (("a", "regionid"),)),
    },
    subjects=("actor",),
)
ASSETS: Final = TableMapping(
    id=CollectionId("assets"),
    kind=Kind.ASSET,
    title="Inventory",
    description="What avatars hold in their inventories, and who made it.",
    table="inventoryitems",
    key=_col("inventoryID"),
    fields={
        "source_id": _col("inventoryID"),
        "observed_at": _epoch("creationDate", unset=(0, 2000)),
        "owner": _person("avatarID"),
        "creator": _person("creatorID"),
        "asset_kind": _coded("assetType", _ASSET_KINDS, "file"),
        "name": _col("inventoryName"),
        "media_type": _coded("assetType", _MEDIA, "application/octet-stream"),
        "created_at": _epoch("creationDate", unset=(0, 2000)),
    },
    subjects=("owner", "creator"),
)

COLLECTIONS: Final[Mapping[CollectionId, TableMapping]] = {
    each.id: each for each in (PROFILES, FRIENDS, GRIDUSER, PRESENCE, ASSETS)
}
