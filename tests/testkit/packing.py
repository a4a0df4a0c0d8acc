"""What a use case needs to pack deliveries, in a folder of the test."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.auth.delivery_tokens import DeliveryTokens
from gateway.exchange.deliver.preparations import BackgroundPreparations
from gateway.exchange.ports import PackingLimits
from graph.signing import SigningKey


def packing_ports(folder: Path, clock: Callable[[], datetime], *, shard_rows: int = 100_000) -> dict[str, Any]:
    """The members of ``Ports`` that packing needs; nothing is prepared before somebody runs the preparations."""
    return {
        "preparations": BackgroundPreparations(),
        "signer": SigningKey.generate(),
        "packing": PackingLimits(
            folder=folder / "deliveries", url="http://127.0.0.1:8040", shard_rows=shard_rows, patience_s=10.0
        ),
        "delivery_tokens": DeliveryTokens(key=b"t" * 32, clock=clock),
    }
