"""The programs of the demo: started, known by id, ended."""

import asyncio
import os

import pytest

from gateway.demo.errors import ProcessFailedError
from gateway.demo.processes import Program

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

READY = "ready at "


def a_module(folder, monkeypatch, text: str) -> str:
    (folder / "a_program.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "a_program"


async def test_program_tells_its_address_and_is_gone_after_its_end(tmp_path, monkeypatch):
    module = a_module(
        tmp_path, monkeypatch, "import time\nprint('hello')\nprint('ready at http://x')\ntime.sleep(60)\n"
    )

    program = await Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY)

    assert program.url == "http://x"
    assert program.running
    assert program.peak_memory_bytes is None or program.peak_memory_bytes > 1_000_000
    await program.stop()
    assert not program.running
    assert program.peak_memory_bytes is None
    await program.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(program.process.pid, 0)


async def test_program_that_ends_at_once_is_told_with_its_last_words(tmp_path, monkeypatch):
    module = a_module(tmp_path, monkeypatch, "import sys\nsys.exit('nothing to serve')\n")

    with pytest.raises(ProcessFailedError) as failed:
        await Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY)

    assert "ended with status 1" in failed.value.message
    assert "nothing to serve" in failed.value.message


async def test_program_that_is_never_ready_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.demo.processes._START_S", 0.5)
    module = a_module(
        tmp_path,
        monkeypatch,
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n",
    )
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ProcessFailedError, match="was not ready"):
        await Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY)

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_program_is_ended_when_the_demo_is_cancelled_while_it_starts(tmp_path, monkeypatch):
    module = a_module(
        tmp_path,
        monkeypatch,
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n",
    )
    monkeypatch.chdir(tmp_path)
    starting = asyncio.create_task(Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY))
    async with asyncio.timeout(10):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0.01)

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_programs_do_not_see_settings_of_another_gateway(tmp_path, monkeypatch):
    monkeypatch.setenv("MUNIMENT_PORT", "1")
    module = a_module(
        tmp_path,
        monkeypatch,
        "import os, time\nprint('ready at', [n for n in os.environ if n.startswith('MUNIMENT_')])\ntime.sleep(60)\n",
    )

    program = await Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY)
    await program.stop()

    assert program.url == "[]"


async def test_programs_take_our_packages_not_those_of_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "here" / "policies").mkdir(parents=True)
    (tmp_path / "here" / "policies" / "__init__.py").write_text("")
    module = a_module(
        tmp_path, monkeypatch, "import time, policies\nprint('ready at', policies.__file__)\ntime.sleep(60)\n"
    )
    monkeypatch.chdir(tmp_path / "here")

    program = await Program.start("sleeper", module, [], log=tmp_path / "log", ready=READY)
    await program.stop()

    assert str(tmp_path) not in program.url
