"""The Java libraries: verified, fetched once, and a clear word where they cannot be had."""

import hashlib
import os
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.local import jars
from strata.local.jars import Jar, ensure_jars, java


@pytest.fixture
def one_jar(monkeypatch: pytest.MonkeyPatch) -> Jar:
    """Give a set of one library with known content."""
    jar = Jar("org.example", "library", "1.0", hashlib.sha256(b"content").hexdigest())
    monkeypatch.setattr(jars, "JARS", (jar,))
    return jar


def test_a_library_in_the_cache_is_not_fetched_again(
    one_jar: Jar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java-here"))
    (tmp_path / one_jar.file_name).write_bytes(b"content")
    assert ensure_jars(tmp_path) == [tmp_path / "library-1.0.jar"]


def test_a_file_with_other_content_does_not_count_as_the_library(
    one_jar: Jar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java-here"))
    (tmp_path / one_jar.file_name).write_bytes(b"tampered")
    with pytest.raises(StrataError, match="Java 17 was not found"):
        ensure_jars(tmp_path)


def test_a_file_that_changes_after_it_was_verified_is_verified_again(
    one_jar: Jar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java-here"))
    file = tmp_path / one_jar.file_name
    file.write_bytes(b"content")
    ensure_jars(tmp_path)
    file.write_bytes(b"changed")
    os.utime(file, ns=(1, 1))
    with pytest.raises(StrataError):
        ensure_jars(tmp_path)


def test_an_unreachable_maven_central_is_one_sentence(
    one_jar: Jar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.xml"
    settings.write_text(
        '<ivysettings><settings defaultResolver="none"/><resolvers>'
        '<ibiblio name="none" m2compatible="true" root="http://127.0.0.1:9/"/>'
        "</resolvers></ivysettings>"
    )
    monkeypatch.setenv("STRATA_IVY_SETTINGS", str(settings))
    with pytest.raises(StrataError) as caught:
        ensure_jars(tmp_path / "cache")
    message = str(caught.value)
    assert message.startswith("Maven Central could not be reached (")
    assert "\n" not in message


def test_a_missing_java_is_named_with_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StrataError, match="install a JDK 17"):
        java()
