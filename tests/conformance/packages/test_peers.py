"""Packages are read by the tools that trainers use: every record set of the Croissant, every Parquet file."""

import asyncio
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.kinds import Kind
from connectors.platforms.memory import MemoryTable
from gateway.client.packages import verify_package
from policies.model import Transform
from policies.vocabulary import PSEUDONYMISE, TIME_UNITS, TRUNCATE_TIME
from tests.testkit.clock import NOON
from tests.testkit.delivering import LICENSED, package, prepared
from tests.testkit.peers import peers
from tests.testkit.reading import PEOPLE, PLATFORM, TERMS, an_exchange, table

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

DAY = TIME_UNITS[3]
VISITS = MemoryTable(
    kind=Kind.INTERACTION,
    rows=table(
        Kind.INTERACTION,
        {
            "record_id": ["v0", "v1", "v2"],
            "actor": ["ann", "bob", "cid"],
            "verb": ["visit", "trade", "visit"],
            "started_at": [NOON, NOON, NOON],
            "ended_at": [NOON, None, NOON],
        },
    ),
)
VISITED = replace(
    TERMS,
    columns=frozenset({"actor", "verb", "started_at", "ended_at"}),
    transforms={"actor": Transform(term=PSEUDONYMISE), "started_at": Transform(term=TRUNCATE_TIME, parameter=DAY)},
)
KINDS = (("ratings", Kind.RATING, LICENSED), ("visits", Kind.INTERACTION, VISITED))

READ = """
import glob, json, logging, sys, warnings
warnings.simplefilter("ignore")
import datasets, mlcroissant, polars, pyarrow.parquet
folder = sys.argv[1]
said = []
class Said(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
logging.getLogger().addHandler(Said(level=logging.WARNING))
description = mlcroissant.Dataset(jsonld=folder + "/croissant.json")
told = {"warnings": [*said, *description.metadata.issues.warnings], "croissant": {}, "parquet": {}}
for records in description.metadata.record_sets:
    told["croissant"][records.id] = sum(1 for _ in description.records(records.id))
for part in sorted(glob.glob(folder + "/data/*")):
    files = part + "/*.parquet"
    told["parquet"][part.rsplit("/", 1)[-1]] = [
        len(datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=sys.argv[2])),
        polars.read_parquet(files).height,
        pyarrow.parquet.read_table(part).num_rows,
    ]
print(json.dumps(told))
"""


async def test_every_record_set_is_loaded_by_the_tools_of_others(tmp_path: Path) -> None:
    python = peers()
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": PEOPLE, "visits": VISITS}}) as exchange:
        licences = [
            await exchange.licence(await exchange.dataset(name, kind=kind), terms) for name, kind, terms in KINDS
        ]
        folder = package(exchange, await prepared(exchange, *licences, rows=50))
    expected = {"01-bazaar-rating": 4, "02-bazaar-interaction": 3}
    assert verify_package(folder).rows == sum(expected.values())

    ended = await asyncio.to_thread(_read, python, folder, tmp_path)

    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["croissant"] == expected
    assert told["parquet"] == {name: [rows] * 3 for name, rows in expected.items()}
    assert told["warnings"] == []


def _read(python: Path, folder: Path, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-c", READ, str(folder), str(place / "cache")],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(place / "hub"), "PATH": "/usr/bin:/bin"},
    )
