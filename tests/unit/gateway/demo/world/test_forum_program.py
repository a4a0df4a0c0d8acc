"""The forum as a program of its own."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec

import aiohttp
import pytest

from gateway.demo.world.forum import READY, main


async def start(*arguments: str) -> Process:
    return await create_subprocess_exec(
        sys.executable, "-m", "gateway.demo.world.forum", *arguments, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.slow
async def test_it_says_when_it_is_ready_and_ends_when_asked() -> None:
    process = await start("--generated", "7")
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session, session.get(f"{line.removeprefix(READY)}/info") as response:
            found = await response.json()
        process.send_signal(signal.SIGTERM)
        output, errors = await process.communicate()

    assert line.startswith(READY)
    assert found["counts"]["users"] == 2400
    assert (process.returncode, output, errors) == (0, b"", b"")


def test_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert main(["--port", str(port), "--generated", "7"]) == 2

    assert str(port) in capsys.readouterr().err


def test_one_forum_must_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert "--generated" in capsys.readouterr().err
