"""Leaves a source alone for a while after it failed repeatedly."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from connectors.errors import CircuitOpenError, RateLimitedError, RetriableConnectorError

_REMEMBERED: Final = 20


class CircuitBreaker:
    """Opens when at least half of the last attempts failed; after a pause one probe decides whether it closes."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        pause_s: float = 10.0,
        least: int = 10,
        share: float = 0.5,
    ) -> None:
        """Make a closed breaker.

        Args:
            now: seconds of a clock that never goes back.
            pause_s: how long the source is left alone.
            least: attempts that must have been made before it can open.
            share: of failures among the last attempts, at which it opens.
        """
        self._pause_s = pause_s
        self._now = now
        self._least = least
        self._share = share
        self._outcomes: deque[bool] = deque(maxlen=_REMEMBERED)
        self._opened_at: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """True while the source is left alone."""
        return self._opened_at is not None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """One attempt; its outcome counts.

        Raises:
            CircuitOpenError: the source is left alone at present.
        """
        self._admit()
        try:
            yield
        except RateLimitedError:
            # WHY: a source that asks to wait is alive; waiting is the retry's business.
            self._record(failed=False)
            raise
        except RetriableConnectorError:
            self._record(failed=True)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self._probing = False
            raise
        except BaseException:
            self._record(failed=False)
            raise
        self._record(failed=False)

    def _admit(self) -> None:
        if self._opened_at is None:
            return
        left = self._opened_at + self._pause_s - self._now()
        if left > 0 or self._probing:
            raise CircuitOpenError(max(left, 0.0))
        self._probing = True

    def _record(self, *, failed: bool) -> None:
        if self._probing:
            self._probing = False
            self._outcomes.clear()
            self._opened_at = self._now() if failed else None
            return
        self._outcomes.append(failed)
        if len(self._outcomes) >= self._least and sum(self._outcomes) >= self._share * len(self._outcomes):
            self._opened_at = self._now()
