import tomllib

import yaml

from connectors.engine.registry import load as load_connector
from gateway.demo.world.forum import parser
from gateway.settings import PREFIX, load
from tests.architecture.packages import ROOT


def _compose() -> dict[str, dict[str, dict[str, object]]]:
    parsed: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return parsed


def test_compose_has_a_gateway_a_graph_and_a_platform() -> None:
    assert set(_compose()["services"]) == {"gateway", "neo4j", "forum"}


def test_every_setting_that_compose_names_is_accepted() -> None:
    environment = _compose()["services"]["gateway"]["environment"]
    assert isinstance(environment, dict)
    given = {name: str(value).split("${")[0] or "https://gateway.example" for name, value in environment.items()}
    given[f"{PREFIX}PUBLIC_URL"] = "https://gateway.example"

    settings = load(given, file=ROOT / "docs" / "examples" / "compose.toml")

    assert settings.url == "https://gateway.example"
    assert [source.id for source in settings.sources] == ["forum"]


def test_every_source_of_the_example_settings_is_one_that_its_connector_accepts() -> None:
    document = tomllib.loads((ROOT / "docs" / "examples" / "compose.toml").read_text(encoding="utf-8"))

    made = [load_connector(source["connector"], source["config"]) for source in document["sources"]]

    assert [each.hosts for each in made] == [frozenset({"forum"})]


def test_the_forum_of_compose_is_started_with_what_it_knows() -> None:
    forum = _compose()["services"]["forum"]
    command = forum["command"]
    assert isinstance(command, list)

    given = parser().parse_args(command)

    assert forum["entrypoint"] == ["python", "-m", "gateway.demo.world.forum"]
    assert (given.host, given.port, given.generated) == ("0.0.0.0", 8050, 7)  # noqa: S104  # inside a container


def test_dockerfile_runs_as_a_user_and_installs_hashed_pins() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = [line.split() for line in text.splitlines() if line.startswith("FROM ")]

    assert len(stages) == 2
    assert "USER muniment" in text
    assert text.count("--require-hashes") == 2


def test_pins_have_hashes_and_no_addresses() -> None:
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        assert "://" not in text, file
        assert "index-url" not in text, file
        blocks = [block for block in text.replace("\\\n", " ").splitlines() if "==" in block]
        assert blocks, file
        assert all("--hash=sha256:" in block for block in blocks), file
