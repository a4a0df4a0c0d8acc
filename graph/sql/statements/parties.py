"""Statements on parties, datasets, offers and delegations."""

from sqlalchemy import bindparam, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new, upsert
from graph.sql.tables import DATASET, DELEGATION, JOURNAL_STREAM, OFFER, PARTY, TERMS_DECISION

PUT_PARTY = Prepared(upsert(PARTY))
REGISTER = Prepared(
    update(PARTY)
    .where(PARTY.c.party == bindparam("registering"))
    .values(client=bindparam("client"), key=bindparam("key"))
)
PARTY_BY_IRI = Prepared(select(PARTY).where(PARTY.c.party == bindparam("party")))

PUT_DATASET = Prepared(upsert(DATASET))
_version = select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == DATASET.c.dataset).scalar_subquery()
_datasets = select(DATASET, _version.label("version"))
DATASET_BY_IRI = Prepared(_datasets.where(DATASET.c.dataset == bindparam("dataset")))
DATASETS = Prepared(
    _datasets.where(DATASET.c.seq > bindparam("after")).order_by(DATASET.c.seq).limit(bindparam("limit"))
)
DATASETS_OF_KIND = Prepared(
    _datasets.where(DATASET.c.seq > bindparam("after"), DATASET.c.record_kind == bindparam("record_kind"))
    .order_by(DATASET.c.seq)
    .limit(bindparam("limit"))
)

PUT_TERMS_DECISION = Prepared(upsert(TERMS_DECISION))
TERMS_DECISIONS = Prepared(
    select(TERMS_DECISION).where(TERMS_DECISION.c.dataset == bindparam("dataset")).order_by(TERMS_DECISION.c.action)
)

ADD_OFFER = Prepared(insert_new(OFFER))
OFFER_BY_IRI = Prepared(select(OFFER).where(OFFER.c.offer == bindparam("offer")))
OFFERS = Prepared(select(OFFER).where(OFFER.c.dataset == bindparam("dataset")).order_by(OFFER.c.seq))

PUT_DELEGATION = Prepared(upsert(DELEGATION))
DELEGATION_OF = Prepared(
    select(DELEGATION).where(DELEGATION.c.owner == bindparam("owner"), DELEGATION.c.dataset == bindparam("dataset"))
)
