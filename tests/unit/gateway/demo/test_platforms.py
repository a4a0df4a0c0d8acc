"""The forum of a kept world stays where it was, as long as it can; the settings say where it is."""

import socket
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.demo.platforms import Platforms, World

pytestmark = pytest.mark.slow


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[Platforms]:
    """The platforms as one run of the demo has them."""
    platforms = Platforms.build(folder, World(seed=7))
    try:
        await platforms.start_forum()
        yield platforms
    finally:
        await platforms.stop_forum()


def forum_of(folder: Path) -> tuple[str, int | None]:
    """Where the settings look for the forum, and the port that the world keeps."""
    settings = tomllib.loads((folder / "muniment.toml").read_text(encoding="utf-8"))
    (url,) = [each["config"]["base_url"] for each in settings["sources"] if each["id"] == "forum"]
    kept = World.kept(folder)
    return url, None if kept is None else kept.forum_port


async def test_forum_is_where_it_was_at_the_next_run_and_at_the_next_start_within_one(tmp_path: Path) -> None:
    async with playing(tmp_path):
        first = forum_of(tmp_path)
    async with playing(tmp_path) as platforms:
        second = forum_of(tmp_path)
        await platforms.stop_forum()
        await platforms.start_forum()
        third = forum_of(tmp_path)

        assert await platforms.forum_requests() == 0

    assert first == second == third
    assert first[0] == f"http://127.0.0.1:{first[1]}"


async def test_settings_follow_when_the_port_is_taken(tmp_path: Path) -> None:
    async with playing(tmp_path) as platforms:
        _, first = forum_of(tmp_path)
        await platforms.stop_forum()
        with socket.create_server(("127.0.0.1", first or 0)):
            await platforms.start_forum()
            url, second = forum_of(tmp_path)

            assert f"--port {second} " in platforms.forum_command()
            assert await platforms.forum_requests() == 0

    assert second != first
    assert url == f"http://127.0.0.1:{second}"


async def test_settings_name_the_files_of_the_folder_so_that_it_can_be_moved(tmp_path: Path) -> None:
    async with playing(tmp_path):
        settings = (tmp_path / "muniment.toml").read_text(encoding="utf-8")

    assert str(tmp_path) not in settings
    assert [each["config"].get("path") for each in tomllib.loads(settings)["sources"]] == [
        "grid.db",
        None,
        "bazaar.csv",
    ]
