"""Where the code that the library deploys is found."""

from pathlib import Path

import pytest

from data_lake import sources
from data_lake.sources import shipped_folder

ROOT = Path(__file__).resolve().parents[3]


def test_a_checkout_deploys_the_code_of_its_root_folders() -> None:
    assert shipped_folder("lambda_src") == ROOT / "lambda_src"
    assert shipped_folder("glue_scripts") == ROOT / "glue_scripts"


def test_an_installed_library_deploys_the_code_inside_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "packages" / "data_lake"
    (package / "lambda_src").mkdir(parents=True)
    (tmp_path / "site" / "lambda_src").mkdir()
    monkeypatch.setattr(sources, "files", lambda _name: package)
    assert shipped_folder("lambda_src") == package / "lambda_src"


def test_an_installation_without_the_code_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match=r"no_such_folder: must be in .*from its wheel"):
        shipped_folder("no_such_folder")
