import sys
from pathlib import Path
from types import ModuleType

import pytest

from gateway.shadowing import PACKAGES, PackageShadowedError, check_packages


def test_packages_of_this_distribution_are_accepted() -> None:
    check_packages()


def test_package_from_elsewhere_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(PackageShadowedError) as refused:
        check_packages(tmp_path)

    assert refused.value.package == PACKAGES[0]
    assert refused.value.found.endswith("connectors")
    assert refused.value.code == "PACKAGE_SHADOWED"


def a_tree(folder: Path, *packages: str) -> Path:
    for package in packages:
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
    return folder


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An import system that knows only what stands in a folder."""
    for package in PACKAGES:
        monkeypatch.delitem(sys.modules, package, raising=False)
    home = a_tree(tmp_path / "home", *PACKAGES)
    monkeypatch.setattr(sys, "path", [str(home)])
    return home


def test_folder_in_front_is_found(alone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = a_tree(tmp_path / "elsewhere", "graph")
    monkeypatch.setattr(sys, "path", [str(other), str(alone)])

    with pytest.raises(PackageShadowedError, match="elsewhere/graph"):
        check_packages(alone)


def test_module_in_front_is_found(alone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policies.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(alone)])

    with pytest.raises(PackageShadowedError, match=r"policies\.py"):
        check_packages(alone)


def test_folder_that_is_no_package_hides_nothing(alone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "graph").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "elsewhere"), str(alone)])

    check_packages(alone)


def test_missing_package_is_told(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(PackageShadowedError, match="nowhere"):
        check_packages(alone)


def test_module_put_in_by_hand_is_not_trusted(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graph", ModuleType("graph"))

    with pytest.raises(PackageShadowedError, match="graph"):
        check_packages(alone)
