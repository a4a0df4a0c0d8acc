"""The tables of the journal, its registers and documents. Times are text (UTC, six decimals, ``Z``), truths 0 and 1.

What SQLAlchemy knows of the schema; how a database gets there is in ``migrations``, and a test compares the two.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData()


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


def _integer(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=null, autoincrement=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


JOURNAL_EVENT = Table(
    "journal_event",
    METADATA,
    _integer("seq", key=True),
    _text("type"),
    _bytes("canonical"),
    _bytes("leaf"),
)
JOURNAL_NODE = Table(
    "journal_node",
    METADATA,
    _integer("level", key=True),
    _integer("position", key=True),
    _bytes("hash"),
    sqlite_with_rowid=False,
)
"""Roots of the perfect subtrees above the leaves."""
JOURNAL_HEAD = Table("journal_head", METADATA, _integer("id", key=True), _integer("size"), _bytes("peaks"))
"""One row: size and right edge of the tree."""
JOURNAL_ABOUT = Table(
    "journal_about", METADATA, _text("iri", key=True), _integer("seq", key=True), sqlite_with_rowid=False
)
"""Which events name a thing."""
JOURNAL_STREAM = Table(
    "journal_stream", METADATA, _text("stream", key=True), _integer("version"), sqlite_with_rowid=False
)
JOURNAL_ONCE = Table(
    "journal_once",
    METADATA,
    _text("actor", key=True),
    _text("key", key=True),
    _integer("first"),
    _integer("count"),
    sqlite_with_rowid=False,
)
"""Idempotency keys and the events that were appended under them."""

DOCUMENT = Table("document", METADATA, _text("digest", key=True), _text("media_type"), _bytes("content"))

VAULT_TEXT = Table("vault_text", METADATA, _text("ref", key=True), _text("about"), _text("text"))
Index("vault_text_about", VAULT_TEXT.c.about)
VAULT_SALT = Table("vault_salt", METADATA, _text("scope", key=True), _bytes("salt"), sqlite_with_rowid=False)

PARTY = Table(
    "party",
    METADATA,
    _text("party", key=True),
    _text("kind"),
    _text("client"),
    _text("key"),
    _text("subject"),
    _text("platform"),
    _text("invited_by"),
)

DATASET = Table(
    "dataset",
    METADATA,
    _text("dataset", key=True),
    _text("source"),
    _text("collection"),
    _text("record_kind"),
    _text("platform"),
    _text("licensor"),
    _text("rows"),
    _text("lawful_basis"),
    _text("subject_columns"),
    _integer("sensitive"),
    _text("description"),
    _text("licensor_subject"),
    _integer("seq"),
)
Index("dataset_seq", DATASET.c.seq)
TERMS_DECISION = Table(
    "terms_decision",
    METADATA,
    _text("dataset", key=True),
    _text("action", key=True),
    _integer("allowed"),
    _text("decided_by"),
    _text("reason"),
    _text("source"),
    _text("at"),
    _integer("seq"),
)
OFFER = Table(
    "offer",
    METADATA,
    _text("offer", key=True),
    _text("dataset"),
    _text("assigner"),
    _text("policy"),
    _text("at"),
    _integer("seq"),
)
Index("offer_dataset", OFFER.c.dataset, OFFER.c.seq)
DELEGATION = Table(
    "delegation",
    METADATA,
    _text("owner", key=True),
    _text("dataset", key=True),
    _text("bounds"),
    _text("key"),
    _text("signature"),
    _text("at"),
    _integer("seq"),
)

NEGOTIATION = Table(
    "negotiation",
    METADATA,
    _text("negotiation", key=True),
    _text("request"),
    _text("dataset"),
    _text("assigner"),
    _text("assignee"),
    _text("state"),
    _text("policy"),
    _text("previous_policy"),
    _text("turn"),
    _text("hold"),
    _text("ethics_case"),
    _integer("ethics_approved", null=True),
    _text("agreement"),
    _text("agreement_policy"),
    _text("licence"),
    _text("adjusts"),
    _text("answered_by"),
    _text("reasons"),
    _text("note"),
    _text("at"),
    _integer("seq"),
    _text("renews"),
    _integer("renews_version"),
    _text("finding"),
)
Index("negotiation_assigner", NEGOTIATION.c.assigner, NEGOTIATION.c.seq)
Index("negotiation_assignee", NEGOTIATION.c.assignee, NEGOTIATION.c.seq)
SIGNATURE = Table(
    "signature",
    METADATA,
    _text("negotiation", key=True),
    _integer("seq", key=True),
    _text("by"),
    _text("key"),
    _text("signature"),
    _integer("delegated"),
    _text("at"),
)
ETHICS_CASE = Table(
    "ethics_case",
    METADATA,
    _text("case", key=True),
    _text("negotiation"),
    _text("dataset"),
    _integer("approved", null=True),
    _text("board"),
    _text("reason"),
    _text("at"),
    _integer("seq"),
)
Index("ethics_case_seq", ETHICS_CASE.c.seq)

LICENCE = Table(
    "licence",
    METADATA,
    _text("licence", key=True),
    _text("negotiation"),
    _text("agreement"),
    _integer("version"),
    _text("policy"),
    _text("dataset"),
    _text("assigner"),
    _text("assignee"),
    _text("state"),
    _text("valid_until"),
    _text("first_delivery"),
    _text("released_columns"),
    _integer("seq"),
)
Index("licence_assigner", LICENCE.c.assigner, LICENCE.c.seq)
Index("licence_assignee", LICENCE.c.assignee, LICENCE.c.seq)
USAGE = Table(
    "usage",
    METADATA,
    _text("licence", key=True),
    _text("counter", key=True),
    _integer("used"),
    _integer("reserved"),
    sqlite_with_rowid=False,
)

DELIVERY = Table(
    "delivery",
    METADATA,
    _text("delivery", key=True),
    _text("party"),
    _text("client"),
    _text("action"),
    _text("purpose"),
    _text("plan"),
    _text("state"),
    _text("code"),
    _text("findings"),
    _text("manifest"),
    _text("root"),
    _text("report"),
    _integer("files"),
    _integer("size"),
    _text("at"),
    _integer("seq"),
)
Index("delivery_party", DELIVERY.c.party, DELIVERY.c.seq)
Index("delivery_state", DELIVERY.c.state, DELIVERY.c.seq)
DELIVERY_ITEM = Table(
    "delivery_item",
    METADATA,
    _text("delivery", key=True),
    _text("licence", key=True),
    _text("agreement"),
    _text("policy"),
    _text("dataset"),
    _text("decision"),
    _integer("rows"),
    _integer("dropped"),
    _text("columns"),
    _text("notices"),
    _text("subjects"),
    _text("access"),
    _text("grounds"),
    sqlite_with_rowid=False,
)
"""What a delivery holds of one licence's dataset."""
Index("delivery_item_licence", DELIVERY_ITEM.c.licence)
RESERVATION = Table(
    "reservation",
    METADATA,
    _text("delivery", key=True),
    _text("licence", key=True),
    _text("counter", key=True),
    _integer("units"),
    sqlite_with_rowid=False,
)

TRAINING_RUN = Table(
    "training_run",
    METADATA,
    _text("run", key=True),
    _text("party"),
    _text("delivery"),
    _text("model"),
    _text("action"),
    _text("purpose"),
    _text("started"),
    _text("ended"),
    _text("facets"),
    _text("code"),
    _text("at"),
    _integer("seq"),
)
Index("training_run_model", TRAINING_RUN.c.model, TRAINING_RUN.c.seq)
Index("training_run_delivery", TRAINING_RUN.c.delivery, TRAINING_RUN.c.seq)
CONCERN = Table(
    "concern",
    METADATA,
    _text("concern", key=True),
    _text("about"),
    _text("licence"),
    _text("state"),
    _text("text"),
    _text("answer"),
    _text("code"),
    _text("at"),
    _integer("seq"),
)
Index("concern_licence", CONCERN.c.licence, CONCERN.c.seq)
DUTY = Table(
    "duty",
    METADATA,
    _text("duty", key=True),
    _text("kind"),
    _text("licence"),
    _text("clause"),
    _text("raised_by"),
    _text("due"),
    _text("deliveries"),
    _text("state"),
    _text("stated"),
    _text("signature"),
    _text("at"),
    _integer("seq"),
)
Index("duty_licence", DUTY.c.licence, DUTY.c.seq)
Index("duty_raised_by", DUTY.c.raised_by, DUTY.c.seq)

CONSENT = Table(
    "consent",
    METADATA,
    _text("platform", key=True),
    _text("notice", key=True),
    _text("subject", key=True),
    _integer("live"),
    _integer("seq"),
    sqlite_with_rowid=False,
)
NOTICE = Table("notice", METADATA, _text("platform", key=True), _text("notice", key=True), _integer("seq"))
OBJECTION = Table("objection", METADATA, _text("platform", key=True), _text("subject", key=True), _integer("seq"))
SELF_LICENSED = Table(
    "self_licensed", METADATA, _text("platform", key=True), _text("subject", key=True), _integer("seq")
)
CONSENT_EPOCH = Table("consent_epoch", METADATA, _text("platform", key=True), _integer("epoch"))

REGISTERS = (
    PARTY,
    DATASET,
    TERMS_DECISION,
    OFFER,
    DELEGATION,
    NEGOTIATION,
    SIGNATURE,
    ETHICS_CASE,
    LICENCE,
    USAGE,
    DELIVERY,
    DELIVERY_ITEM,
    RESERVATION,
    TRAINING_RUN,
    CONCERN,
    DUTY,
    CONSENT,
    NOTICE,
    OBJECTION,
    SELF_LICENSED,
    CONSENT_EPOCH,
    JOURNAL_STREAM,
)
"""Everything that follows from the events alone, and can be made from them again."""

CLIENT = Table(
    "client",
    METADATA,
    _text("client", key=True),
    _text("party"),
    _text("kind"),
    _text("name"),
    _text("jwk"),
    _integer("token_lifetime_s"),
    _integer("active"),
    _text("at"),
)
INVITATION = Table(
    "invitation",
    METADATA,
    _text("token_hash", key=True),
    _text("party"),
    _text("kind"),
    _integer("token_lifetime_s"),
    _text("subject"),
    _text("platform"),
    _text("invited_by"),
    _text("expires_at"),
)
REPLAY = Table(
    "replay",
    METADATA,
    _text("key", key=True),
    _text("until"),
    sqlite_with_rowid=False,
)
Index("replay_until", REPLAY.c.until)
HELD_KEY = Table("held_key", METADATA, _text("name", key=True), _text("jwk"), _text("at"))
