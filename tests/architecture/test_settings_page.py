import re

from gateway.settings import PREFIX, described
from tests.architecture.packages import ROOT

PAGE = ROOT / "docs" / "reference" / "settings.md"


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    page = PAGE.read_text(encoding="utf-8")

    missing = [name for name, _, about in described() if f"`{name}`" not in page or about not in page]

    assert missing == []


def test_the_page_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert named == {name for name, _, _ in described()}


def test_every_variable_in_the_container_files_is_a_setting() -> None:
    known = {f"{PREFIX}{name.upper()}" for name, _, _ in described()}
    for file in ("Dockerfile", "docker-compose.yml"):
        used = set(re.findall(rf"\b{PREFIX}[A-Z_]+", (ROOT / file).read_text(encoding="utf-8")))
        assert used <= known, file
