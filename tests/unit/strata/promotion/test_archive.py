"""One archive with the assemblies of every environment, named by what is in it."""

import gzip
import hashlib
import io
import tarfile
import zlib

import pytest

from strata.errors import StrataError
from strata.promotion import archive as archives
from strata.promotion.archive import assemble, verify


def synthesise(environment, folder):
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(f'{{"of": "{environment}"}}')
    (folder / "asset.1").mkdir()
    (folder / "asset.1" / "code.py").write_text("pass\n")
    (folder / "synth.lock").write_text("gone")


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "synthesise", synthesise)
    return assemble(["dev", "prod"], tmp_path / "dist", tmp_path / "scratch", "abc", lambda _: None)


def repacked(archive, change):
    """Give the archive with its files changed, under the same name."""
    with tarfile.open(archive, "r:gz") as files:
        contents = {one.name: files.extractfile(one).read() for one in files}
    change(contents)
    with gzip.open(archive, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as files:
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            files.addfile(entry, io.BytesIO(content))
    return archive


def test_what_was_assembled_comes_out_whole_with_where_it_goes(archive, tmp_path):
    assembled = verify(archive, tmp_path / "out")
    assert archive.name == f"strata-{assembled.digest}.tar.gz"
    assert (tmp_path / "out/prod/asset.1/code.py").read_text() == "pass\n"
    assert not (tmp_path / "out/prod/synth.lock").exists()
    assert assembled.revision == "abc"
    assert assembled.target("dev").prefix == "strata-dev"


def test_the_same_contents_give_the_same_bytes(archive, tmp_path):
    again = assemble(["dev", "prod"], tmp_path / "2", tmp_path / "scratch", "abc", lambda _: None)
    assert again.name == archive.name
    assert again.read_bytes() == archive.read_bytes()


def test_another_revision_has_another_digest(archive, tmp_path):
    other = assemble(["dev", "prod"], tmp_path / "2", tmp_path / "scratch", "abd", lambda _: None)
    assert other.name != archive.name


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda files: files.update({"dev/manifest.json": b"{}"}), "is not what was assembled"),
        (lambda files: files.update({"dev/more.json": b"{}"}), "more.json is not in the manifest"),
        (lambda files: files.pop("prod/manifest.json"), "prod/manifest.json is missing"),
        (lambda files: files.update({"assembly.json": b"{}"}), "its digest must be"),
        (lambda files: files.pop("assembly.json"), "has no assembly.json"),
        (lambda files: files.update({"../evil": b""}), "must be a plain file inside the archive"),
    ],
)
def test_an_archive_that_was_touched_is_refused(archive, tmp_path, change, complaint):
    with pytest.raises(StrataError, match=complaint):
        verify(repacked(archive, change), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_archive_of_another_digest_than_the_wanted_one_is_refused(archive, tmp_path):
    with pytest.raises(StrataError, match="its digest must be 0000"):
        verify(archive, tmp_path / "out", digest="0" * 64)


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_an_archive_that_is_damaged_on_its_way_is_refused_in_one_line(archive, tmp_path, at):
    content = bytearray(archive.read_bytes())
    place = int(len(content) * at)
    content[place : place + 8] = bytes(one ^ 0xFF for one in content[place : place + 8])
    archive.write_bytes(content)
    with pytest.raises(StrataError, match=r"cannot be read|its digest must be|is not what was"):
        verify(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [zlib.error("bad"), tarfile.ReadError("bad"), EOFError("bad")])
def test_whatever_reading_an_archive_runs_into_is_one_line(archive, tmp_path, monkeypatch, error):
    def read(*_arguments, **_named):
        raise error

    monkeypatch.setattr(tarfile.TarFile, "extractfile", read)
    with pytest.raises(StrataError, match=r"strata-.*: cannot be read: bad"):
        verify(archive, tmp_path / "out")


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ("not JSON", "must be as strata assemble writes it"),
        ("[]", "must be as strata assemble writes it"),
        ('{"format": 1}', "KeyError"),
        ('{"format": 1, "environments": {"dev": {"a": 1}}, "files": {}}', "must be as"),
        ('{"format": 2, "environments": {}, "files": {}, "revision": ""}', "format must be 1: got"),
    ],
)
def test_a_manifest_that_is_none_of_ours_is_refused(archive, tmp_path, manifest, complaint):
    repacked(archive, lambda files: files.update({"assembly.json": manifest.encode()}))
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    with pytest.raises(StrataError, match=rf"assembly\.json: .*{complaint}"):
        verify(archive, tmp_path / "out", digest)


def test_an_archive_that_is_not_there_is_said_once(archive, tmp_path):
    gone = archive.with_name(f"strata-{'0' * 64}.tar.gz")
    with pytest.raises(StrataError) as refused:
        verify(gone, tmp_path / "out")
    assert str(refused.value) == f"{gone}: cannot be read: No such file or directory"


def test_a_name_without_a_digest_is_refused(archive, tmp_path):
    other = archive.rename(archive.with_name("latest.tar.gz"))
    with pytest.raises(
        StrataError, match=r"must be strata-<digest>\.tar\.gz with all 64 characters"
    ):
        verify(other, tmp_path / "out")


def test_an_environment_that_was_not_assembled_is_named(archive, tmp_path):
    with pytest.raises(StrataError, match="no environment 'staging': got dev, prod"):
        verify(archive, tmp_path / "out").target("staging")
