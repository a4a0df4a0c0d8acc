"""A forum of questions and answers, read through its paginated REST API."""

from connectors.platforms.forum.connector import ForumConnector

__all__ = ["ForumConnector"]
