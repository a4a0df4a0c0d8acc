from pathlib import Path

import pytest

from gateway.settings import Profile, Secret, SettingInvalidError, SettingsMissingError, described, load


def _file(folder: Path, text: str) -> Path:
    path = folder / "muniment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_listen_on_loopback_in_production_profile(tmp_path: Path) -> None:
    settings = load({}, given={"folder": tmp_path})

    assert settings.loopback
    assert settings.profile is Profile.PRODUCTION
    assert settings.url == "http://127.0.0.1:8040"


def test_command_line_wins_over_environment_and_environment_over_file(tmp_path: Path) -> None:
    _file(tmp_path, "port = 1\nbatch_rows = 10\npage_rows = 5\n")

    settings = load({"MUNIMENT_PORT": "2", "MUNIMENT_BATCH_ROWS": "20"}, given={"folder": tmp_path, "port": 3})

    assert (settings.port, settings.batch_rows, settings.page_rows) == (3, 20, 5)


def test_unknown_variable_is_refused_by_name() -> None:
    with pytest.raises(SettingInvalidError, match=r"unknown setting `colour`.*`MUNIMENT_COLOUR`") as refused:
        load({"MUNIMENT_COLOUR": "red"})

    assert "token_lifetime_s" in refused.value.hint


def test_unknown_key_of_the_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalidError, match="unknown setting `colour`"):
        load({}, file=_file(tmp_path, "colour = 'red'"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("PROFILE", "loose"), ("TOKEN_LIFETIME_S", "601"), ("SORT_ROWS", "0")],
)
def test_wrong_value_is_refused(variable: str, value: str) -> None:
    with pytest.raises(SettingInvalidError, match=variable.lower()):
        load({f"MUNIMENT_{variable}": value})


def test_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissingError, match="No such file"):
        load({}, file=tmp_path / "absent.toml")


def test_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalidError, match="is not TOML"):
        load({}, file=_file(tmp_path, "port = "))


def test_sources_come_from_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, "[[sources]]\nid = 'grid'\nconnector = 'opensim'\nconfig = { path = 'grid.db' }\n")

    (source,) = load({}, file=path).sources

    assert (source.id, source.connector, source.config, source.private) == (
        "grid",
        "opensim",
        {"path": str(tmp_path.resolve() / "grid.db")},
        False,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[sources]]\nid = 'a'\n", "`connector` is missing"),
        ("[[sources]]\nid = 'a'\nconnector = 'memory'\ncolour = 1\n", "unknown key `colour`"),
        ("sources = [1]\n", "must be a table"),
        ("[[sources]]\nid='a'\nconnector='m'\n[[sources]]\nid='a'\nconnector='m'\n", "two sources are called `a`"),
    ],
)
def test_malformed_source_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SettingInvalidError, match=problem):
        load({}, file=_file(tmp_path, text))


def test_sources_cannot_stand_in_the_environment() -> None:
    with pytest.raises(SettingInvalidError, match="cannot be set in the environment"):
        load({"MUNIMENT_SOURCES": "x"})


@pytest.mark.parametrize("url", ["", "http://gateway.example"])
def test_gateway_that_others_reach_needs_an_https_address(url: str) -> None:
    with pytest.raises(SettingInvalidError, match=r"https|public_url"):
        load({"MUNIMENT_HOST": "0.0.0.0", "MUNIMENT_PUBLIC_URL": url})  # noqa: S104  # that is the point


def test_public_address_is_used_without_its_last_slash() -> None:
    settings = load({"MUNIMENT_HOST": "0.0.0.0", "MUNIMENT_PUBLIC_URL": "https://gateway.example/"})  # noqa: S104  # the same

    assert settings.url == "https://gateway.example"
    assert not settings.loopback


def test_public_address_with_a_query_is_refused() -> None:
    with pytest.raises(SettingInvalidError, match="not the address of a site"):
        load({"MUNIMENT_PUBLIC_URL": "https://gateway.example/?a=1"})


def test_a_host_name_other_than_localhost_is_not_taken_for_loopback() -> None:
    assert not load({"MUNIMENT_HOST": "gateway", "MUNIMENT_PUBLIC_URL": "https://gateway.example"}).loopback
    assert load({"MUNIMENT_HOST": "localhost"}).loopback


def test_secret_is_never_printed() -> None:
    settings = load({"MUNIMENT_GRAPH": "bolt://neo4j:hunter22@localhost"})

    assert "hunter22" not in f"{settings!r} {settings.graph} {settings.graph!r}"
    assert settings.graph.text == "bolt://neo4j:hunter22@localhost"
    assert str(Secret()) == ""


def test_every_setting_says_what_it_means() -> None:
    assert all(about for _, _, about in described())


def test_a_path_of_a_source_counts_from_the_settings_file(tmp_path: Path) -> None:
    text = '[[sources]]\nid = "a"\nconnector = "x"\n[sources.config]\npath = "{}"\n'

    relative = load({}, file=_file(tmp_path, text.format("rows/a.csv")))
    absolute = load({}, file=_file(tmp_path, text.format("/rows/a.csv")))

    assert relative.sources[0].config["path"] == str(tmp_path.resolve() / "rows" / "a.csv")
    assert absolute.sources[0].config["path"] == "/rows/a.csv"
