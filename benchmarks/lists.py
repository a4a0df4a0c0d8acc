"""The licensed list query over HTTP, 1,000 rows of 10 columns, beside stock Strawberry without any policy.

Both are served by uvicorn, each in a process of its own, and asked in turn: the ratio holds when the machine's speed
drifts.
"""

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp

from gateway.client import MunimentClient
from gateway.demo.world.ledger import write_ledger
from graph.signing import SigningKey

PAIRS = 30
ROWS = 1000
RESEARCH = "https://w3id.org/dpv#ResearchAndDevelopment"
FIELDS = "id platform observedAt rater rated value scaleMin scaleMax metric derived"
COLUMNS = ["platform", "observed_at", "rater", "rated", "value", "scale_min", "scale_max", "metric", "derived"]
LICENSED = f"""query($licences: [ID!]!, $purpose: Iri!) {{
  ratings(licences: $licences, purpose: $purpose, first: {ROWS}) {{ nodes {{ {FIELDS} }} }}
}}"""
STOCK = f"{{ ratings(first: {ROWS}) {{ nodes {{ {FIELDS} }} }} }}"
READY = "muniment is ready at "
SETTINGS = """\
log_level = "error"

[[sources]]
id = "bazaar"
connector = "trust_ledger"
config = {{ path = "{path}", platform = "bazaar", terms = {{ ai_use = "allowed" }} }}
"""


class Party:
    """Somebody with a key and a client."""

    def __init__(self, url: str, client_id: str, key: SigningKey) -> None:
        self.client = MunimentClient(url, client_id=client_id, key=key)

    async def mutate(self, name: str, selection: str, /, **given: Any) -> Any:
        """Run one mutation; gives the selected part of its payload."""
        kind = name[0].upper() + name[1:]
        call = f"{name}(input: $input) {{ {selection} userErrors {{ code message }} }}"
        document = f"mutation($input: {kind}Input!) {{ {call} }}"
        answer = await self.client.execute(document, {"input": given})
        payload = answer.require()[name]
        if payload["userErrors"]:
            sys.exit(f"{name}: {payload['userErrors']}")
        return payload


async def _enter(operator: Party, url: str, **role: str) -> Party:
    invited = await operator.mutate("inviteParty", "invitation", **role)
    key = SigningKey.generate()
    entered = await MunimentClient.register(url, invited["invitation"], key)
    return Party(url, entered.client_id, key)


async def _license(url: str, folder: Path) -> tuple[Party, str]:
    """From an empty gateway to a licence of the ledger: the developer, and the licence."""
    card = json.loads((folder / "keys" / "operator.json").read_text())
    operator = Party(url, card["client_id"], SigningKey.load(folder / "keys" / "operator.jwk"))
    owner = await _enter(operator, url, kind="BUSINESS", platform="bazaar")
    developer = await _enter(operator, url, kind="LLM_DEVELOPER")
    published = await owner.mutate(
        "publishDataset",
        "dataset { id }",
        source="bazaar",
        collection="ratings",
        rows="ALL",
        lawfulBasis="https://w3id.org/dpv#LegitimateInterest",
        sensitive=False,
    )
    dataset = published["dataset"]["id"]
    terms = {"action": "FINE_TUNE", "purposes": [RESEARCH], "columns": COLUMNS}
    await owner.mutate("publishOffer", "offer { id }", dataset=dataset, policy={"terms": terms})
    asked = await developer.mutate(
        "requestLicence",
        "requests { id }",
        purpose=RESEARCH,
        action="FINE_TUNE",
        items=[{"dataset": dataset, "columns": COLUMNS}],
    )
    request = asked["requests"][0]["id"]
    await owner.mutate("acceptOffer", "request { state }", request=request)
    for party in (owner, developer):
        await _sign(party, request)
    found = await developer.client.execute(
        "query($id: ID!) { licenceRequest(id: $id) { licence { id } } }", {"id": request}
    )
    for party in (operator, owner):
        await party.client.close()
    return developer, found.require()["licenceRequest"]["licence"]["id"]


async def _sign(party: Party, request: str) -> None:
    document = "query($id: ID!) { licenceRequest(id: $id) { agreement { id policy { hash odrl } } } }"
    agreement = (await party.client.execute(document, {"id": request})).require()["licenceRequest"]["agreement"]
    signature = party.client.sign_agreement(agreement["id"], agreement["policy"]["odrl"], agreement["policy"]["hash"])
    await party.mutate("signAgreement", "request { state }", request=request, signature=signature)


async def _asked(
    session: aiohttp.ClientSession, url: str, document: Mapping[str, Any], token: str
) -> tuple[float, int]:
    """Milliseconds from question to the last byte of the answer, and how many rows came."""
    started = time.perf_counter()
    async with session.post(url, json=document, headers={"authorization": f"Bearer {token}"}) as answer:
        body = await answer.read()
    took = (time.perf_counter() - started) * 1000
    return took, len(json.loads(body)["data"]["ratings"]["nodes"])


async def _pairs(gateway: str, peer: str, folder: Path) -> tuple[float, float]:
    developer, licence = await _license(gateway, folder)
    token = (await developer.client.token(licences=[licence])).value
    ours = {"query": LICENSED, "variables": {"licences": [licence], "purpose": RESEARCH}}
    theirs = {"query": STOCK}
    licensed, stock = [], []
    async with aiohttp.ClientSession() as session:
        for pair in range(PAIRS + 1):
            took, rows = await _asked(session, f"{gateway}/graphql", ours, token)
            base, others = await _asked(session, f"{peer}/graphql", theirs, "")
            if rows != ROWS or others != ROWS:
                sys.exit(f"{rows} and {others} rows came instead of {ROWS}")
            if pair:  # the first pair warms both up
                licensed.append(took)
                stock.append(base)
    await developer.client.close()
    return statistics.median(licensed), statistics.median(stock)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listening(port: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the peer did not start")


def measure() -> tuple[float, float]:
    """Medians of the paired runs, in milliseconds: licensed, stock."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as running:
        folder = Path(place)
        ledger = folder / "ledger.csv"
        write_ledger(ledger, seed=7)
        (folder / "muniment.toml").write_text(SETTINGS.format(path=ledger))

        def start(*command: str) -> subprocess.Popen[str]:
            process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
            running.callback(process.wait)
            running.callback(process.terminate)
            return process

        serving = start("-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0")
        line = serving.stdout.readline() if serving.stdout else ""
        if not line.startswith(READY):
            sys.exit(f"the gateway did not start: {line!r}")
        port = _free_port()
        _listening(port, start(str(Path(__file__).with_name("stock.py")), str(ledger), str(port)))
        return asyncio.run(_pairs(line.removeprefix(READY).strip(), f"http://127.0.0.1:{port}", folder))


def main() -> None:
    """Measure and print."""
    licensed, stock = measure()
    print(f"licensed list, {ROWS:,} rows of 10 columns over HTTP: median {licensed:.1f} ms of {PAIRS} paired runs")
    print(
        f"stock Strawberry, the same rows from memory, no policy: median {stock:.1f} ms; ratio {licensed / stock:.2f}"
    )


if __name__ == "__main__":
    main()
