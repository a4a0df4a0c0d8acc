"""OpenSimulator: the grid's own SQLite database, read directly and read-only."""

from connectors.platforms.opensim.connector import OpenSimConnector

__all__ = ["OpenSimConnector"]
