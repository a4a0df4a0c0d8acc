"""What the rows of a package were chosen and transformed by.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of packages that are sealed already nobody knows, and so they do not leave any more."""
    op.add_column("delivery_item", sa.Column("grounds", sa.Text, nullable=False, server_default=""))
