"""Duties that are owed after rows have left, negotiations about a newer agreement of a licence, runs by their model.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing was owed, and no licence was renewed, before it."""
    op.create_table(
        "duty",
        _text("duty", key=True),
        *(_text(name) for name in ("kind", "licence", "clause", "raised_by", "due", "deliveries")),
        *(_text(name) for name in ("state", "stated", "signature", "at")),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
    )
    op.create_index("duty_licence", "duty", ["licence", "seq"])
    op.create_index("duty_raised_by", "duty", ["raised_by", "seq"])
    op.create_index("training_run_model", "training_run", ["model", "seq"])
    for column in (
        sa.Column("renews", sa.Text, nullable=False, server_default=""),
        sa.Column("renews_version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finding", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("negotiation", column)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)
