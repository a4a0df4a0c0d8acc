"""Statements on the log, its tree and its indexes."""

from sqlalchemy import Select, bindparam, func, select

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_missing, insert_new, upsert
from graph.sql.tables import (
    DOCUMENT,
    JOURNAL_ABOUT,
    JOURNAL_EVENT,
    JOURNAL_HEAD,
    JOURNAL_NODE,
    JOURNAL_ONCE,
    JOURNAL_STREAM,
)

INSERT_EVENT = Prepared(insert_new(JOURNAL_EVENT))
INSERT_NODE = Prepared(insert_new(JOURNAL_NODE))
INSERT_ABOUT = Prepared(insert_missing(JOURNAL_ABOUT))
WRITE_HEAD = Prepared(upsert(JOURNAL_HEAD))
READ_HEAD = Prepared(select(JOURNAL_HEAD.c.size, JOURNAL_HEAD.c.peaks))

ADVANCE_STREAM = Prepared(upsert(JOURNAL_STREAM, version=JOURNAL_STREAM.c.version + 1))
"""``version`` is 1: what a stream has after its first event."""
STREAM_VERSION = Prepared(select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == bindparam("stream")))

INSERT_ONCE = Prepared(insert_new(JOURNAL_ONCE))
FIND_ONCE = Prepared(
    select(JOURNAL_ONCE.c.first, JOURNAL_ONCE.c.count).where(
        JOURNAL_ONCE.c.actor == bindparam("actor"), JOURNAL_ONCE.c.key == bindparam("key")
    )
)

ALL_EVENTS = Prepared(
    select(JOURNAL_EVENT.c.seq, JOURNAL_EVENT.c.canonical, JOURNAL_EVENT.c.leaf).order_by(JOURNAL_EVENT.c.seq)
)
EVENTS_AFTER = Prepared(
    select(JOURNAL_EVENT.c.canonical)
    .where(JOURNAL_EVENT.c.seq > bindparam("after"))
    .order_by(JOURNAL_EVENT.c.seq)
    .limit(bindparam("limit"))
)
EVENT = Prepared(select(JOURNAL_EVENT.c.canonical).where(JOURNAL_EVENT.c.seq == bindparam("seq")))


def _about() -> Select[bytes]:
    return (
        select(JOURNAL_EVENT.c.canonical)
        .join(JOURNAL_ABOUT, JOURNAL_ABOUT.c.seq == JOURNAL_EVENT.c.seq)
        .where(JOURNAL_ABOUT.c.iri == bindparam("iri"), JOURNAL_ABOUT.c.seq > bindparam("after"))
        .order_by(JOURNAL_ABOUT.c.seq)
        .limit(bindparam("limit"))
    )


_names = func.json_each(bindparam("types")).table_valued("value")
EVENTS_ABOUT = Prepared(_about())
EVENTS_ABOUT_OF_TYPES = Prepared(_about().where(JOURNAL_EVENT.c.type.in_(select(_names.c.value))))
"""``types``: a JSON array of event types."""

LEAF = Prepared(select(JOURNAL_EVENT.c.leaf).where(JOURNAL_EVENT.c.seq == bindparam("seq")))
NODE = Prepared(
    select(JOURNAL_NODE.c.hash).where(
        JOURNAL_NODE.c.level == bindparam("level"), JOURNAL_NODE.c.position == bindparam("position")
    )
)

INSERT_DOCUMENT = Prepared(insert_missing(DOCUMENT))
FIND_DOCUMENT = Prepared(select(DOCUMENT.c.content).where(DOCUMENT.c.digest == bindparam("digest")))
