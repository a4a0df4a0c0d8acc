"""A trust ledger: a CSV file of who rated whom, and the reputation derived from it."""

from connectors.platforms.trust_ledger.connector import TrustLedgerConnector

__all__ = ["TrustLedgerConnector"]
