"""The revision of an assembly is that of its files, or says that it is not."""

import subprocess

import pytest

from strata.errors import StrataError
from strata.promotion.revision import revision


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "someone")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "someone@example.com")
    (tmp_path / "one.yaml").write_text("a: 1\n")
    (tmp_path / ".gitignore").write_text("dist/\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    return tmp_path


def test_a_checkout_as_git_has_it_is_told_by_its_whole_revision(checkout):
    (checkout / "dist").mkdir()
    (checkout / "dist/strata.tar.gz").write_text("ignored")
    assert len(revision(checkout)) == 40


@pytest.mark.parametrize("name", ["one.yaml", "new.yaml"])
def test_a_file_that_git_does_not_have_so_makes_it_dirty(checkout, name):
    clean = revision(checkout)
    (checkout / name).write_text("a: 2\n")
    assert revision(checkout) == f"{clean}-dirty"


def test_a_folder_without_git_has_no_revision(tmp_path):
    with pytest.raises(StrataError, match="git does not say its revision: fatal"):
        revision(tmp_path)
