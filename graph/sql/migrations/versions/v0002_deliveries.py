"""Deliveries, what they hold of each licence, and the units reserved for them.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; no delivery was ever recorded before them."""
    op.create_table(
        "delivery",
        _text("delivery", key=True),
        *(_text(name) for name in ("party", "client", "action", "purpose", "plan")),
        *(_text(name) for name in ("state", "code", "findings", "manifest", "root", "report")),
        *(_integer(name) for name in ("files", "size")),
        _text("at"),
        _integer("seq"),
    )
    op.create_index("delivery_party", "delivery", ["party", "seq"])
    op.create_index("delivery_state", "delivery", ["state", "seq"])
    op.create_table(
        "delivery_item",
        _text("delivery", key=True),
        _text("licence", key=True),
        *(_text(name) for name in ("agreement", "policy", "dataset", "decision")),
        *(_integer(name) for name in ("rows", "dropped")),
        *(_text(name) for name in ("columns", "notices", "subjects", "access")),
        sqlite_with_rowid=False,
    )
    op.create_index("delivery_item_licence", "delivery_item", ["licence"])
    op.create_table(
        "reservation",
        _text("delivery", key=True),
        _text("licence", key=True),
        _text("counter", key=True),
        _integer("units"),
        sqlite_with_rowid=False,
    )


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)
