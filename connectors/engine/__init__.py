"""Finds connectors, gives them their way out, and turns what they deliver into checked, filtered batches."""

from connectors.engine.context import Deadline, EngineContext, Limits, deadline_after
from connectors.engine.fetch import Fetched, describe, fetch, health
from connectors.engine.registry import installed, load
from connectors.engine.retry import Retry
from connectors.engine.session import HttpSession

__all__ = [
    "Deadline",
    "EngineContext",
    "Fetched",
    "HttpSession",
    "Limits",
    "Retry",
    "deadline_after",
    "describe",
    "fetch",
    "health",
    "installed",
    "load",
]
