"""Reported runs, and the concerns of owners.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was ever reported before them."""
    op.create_table(
        "training_run",
        _text("run", key=True),
        *(_text(name) for name in ("party", "delivery", "model", "action", "purpose", "started", "ended")),
        *(_text(name) for name in ("facets", "code", "at")),
        _integer("seq"),
    )
    op.create_index("training_run_delivery", "training_run", ["delivery", "seq"])
    op.create_table(
        "concern",
        _text("concern", key=True),
        *(_text(name) for name in ("about", "licence", "state", "text", "answer", "code", "at")),
        _integer("seq"),
    )
    op.create_index("concern_licence", "concern", ["licence", "seq"])


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)
