"""The journal, its registers and documents, the vault, and the operational tables.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _journal()
    _registers()
    _operational()


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _integer(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=key, nullable=null, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _journal() -> None:
    op.create_table("journal_about", _text("iri", key=True), _integer("seq", key=True), sqlite_with_rowid=False)
    op.create_table("journal_event", _integer("seq", key=True), _text("type"), _bytes("canonical"), _bytes("leaf"))
    op.create_table("journal_head", _integer("id", key=True), _integer("size"), _bytes("peaks"))
    op.create_table(
        "journal_node",
        _integer("level", key=True),
        _integer("position", key=True),
        _bytes("hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_once",
        _text("actor", key=True),
        _text("key", key=True),
        _integer("first"),
        _integer("count"),
        sqlite_with_rowid=False,
    )
    op.create_table("journal_stream", _text("stream", key=True), _integer("version"), sqlite_with_rowid=False)
    op.create_table("document", _text("digest", key=True), _text("media_type"), _bytes("content"))
    op.create_table("vault_text", _text("ref", key=True), _text("about"), _text("text"))
    op.create_index("vault_text_about", "vault_text", ["about"])
    op.create_table("vault_salt", _text("scope", key=True), _bytes("salt"), sqlite_with_rowid=False)


def _registers() -> None:
    op.create_table(
        "party",
        _text("party", key=True),
        _text("kind"),
        _text("client"),
        _text("key"),
        _text("subject"),
        _text("platform"),
        _text("invited_by"),
    )
    op.create_table(
        "dataset",
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
    op.create_index("dataset_seq", "dataset", ["seq"])
    op.create_table(
        "terms_decision",
        _text("dataset", key=True),
        _text("action", key=True),
        _integer("allowed"),
        _text("decided_by"),
        _text("reason"),
        _text("source"),
        _text("at"),
        _integer("seq"),
    )
    op.create_table(
        "offer",
        _text("offer", key=True),
        _text("dataset"),
        _text("assigner"),
        _text("policy"),
        _text("at"),
        _integer("seq"),
    )
    op.create_index("offer_dataset", "offer", ["dataset", "seq"])
    op.create_table(
        "delegation",
        _text("owner", key=True),
        _text("dataset", key=True),
        _text("bounds"),
        _text("key"),
        _text("signature"),
        _text("at"),
        _integer("seq"),
    )
    op.create_table(
        "negotiation",
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
    )
    op.create_index("negotiation_assignee", "negotiation", ["assignee", "seq"])
    op.create_index("negotiation_assigner", "negotiation", ["assigner", "seq"])
    op.create_table(
        "signature",
        _text("negotiation", key=True),
        _integer("seq", key=True),
        _text("by"),
        _text("key"),
        _text("signature"),
        _integer("delegated"),
        _text("at"),
    )
    op.create_table(
        "ethics_case",
        _text("case", key=True),
        _text("negotiation"),
        _text("dataset"),
        _integer("approved", null=True),
        _text("board"),
        _text("reason"),
        _text("at"),
        _integer("seq"),
    )
    op.create_index("ethics_case_seq", "ethics_case", ["seq"])
    op.create_table(
        "licence",
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
    op.create_index("licence_assignee", "licence", ["assignee", "seq"])
    op.create_index("licence_assigner", "licence", ["assigner", "seq"])
    op.create_table(
        "usage",
        _text("licence", key=True),
        _text("counter", key=True),
        _integer("used"),
        _integer("reserved"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent",
        _text("platform", key=True),
        _text("notice", key=True),
        _text("subject", key=True),
        _integer("live"),
        _integer("seq"),
        sqlite_with_rowid=False,
    )
    op.create_table("notice", _text("platform", key=True), _text("notice", key=True), _integer("seq"))
    op.create_table("objection", _text("platform", key=True), _text("subject", key=True), _integer("seq"))
    op.create_table("self_licensed", _text("platform", key=True), _text("subject", key=True), _integer("seq"))
    op.create_table("consent_epoch", _text("platform", key=True), _integer("epoch"))


def _operational() -> None:
    op.create_table(
        "client",
        _text("client", key=True),
        _text("party"),
        _text("kind"),
        _text("name"),
        _text("jwk"),
        _integer("token_lifetime_s"),
        _integer("active"),
        _text("at"),
    )
    op.create_table(
        "invitation",
        _text("token_hash", key=True),
        _text("party"),
        _text("kind"),
        _integer("token_lifetime_s"),
        _text("subject"),
        _text("platform"),
        _text("invited_by"),
        _text("expires_at"),
    )
    op.create_table("replay", _text("key", key=True), _text("until"), sqlite_with_rowid=False)
    op.create_index("replay_until", "replay", ["until"])
    op.create_table("held_key", _text("name", key=True), _text("jwk"), _text("at"))
