"""Every pinned part has a version, a hash and a licence that is allowed."""

import json
import re
import tomllib

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from strata.errors import StrataError
from strata.paths import ROOT
from strata.supply_chain.licences import PAGE, is_allowed, page, refused
from strata.supply_chain.parts import Part, installed_licence, npm_parts, parts, python_parts, spdx
from strata.supply_chain.sbom import bill_of_materials


@pytest.fixture(scope="module")
def found():
    return parts()


def test_every_licence_is_allowed_and_the_page_is_the_one_that_is_committed(found):
    assert refused(found) == []
    assert PAGE.read_text() == page(found), "renew it: make licences"


def test_a_licence_that_is_not_allowed_is_told_with_its_part():
    part = Part("pypi", "sold", "1.0", "AGPL-3.0-only", ())
    assert refused([part])[0].endswith("got AGPL-3.0-only")
    assert refused([part])[0].startswith("sold 1.0: ")


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("BSD-3-Clause AND (MIT OR Zlib)", True),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("MIT AND", False),
        ("nothing", False),
    ],
)
def test_of_alternatives_one_must_be_allowed_and_of_a_sum_all(expression, allowed):
    assert is_allowed(expression) is allowed


def test_a_version_for_another_python_has_the_licence_of_the_installed_one():
    other = Requirement("pytest==1.0; python_version < '3'")
    assert installed_licence(other) == installed_licence(Requirement("pytest"))
    assert installed_licence(Requirement("absent==1.0; python_version < '3'")) is None
    with pytest.raises(StrataError, match="absent is not installed"):
        installed_licence(Requirement("absent==1.0"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Apache Software License", "Apache-2.0"),
        ("The MIT License (MIT)", "MIT"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("Commercial", "Commercial"),
    ],
)
def test_a_licence_in_words_is_told_by_its_short_name(text, name):
    assert spdx(text) == name


def test_every_direct_pin_is_what_the_lock_holds(found):
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locked = {one.name: one.version for one in found if one.kind == "pypi"}
    for text in [pin for group in groups.values() for pin in group]:
        pin = Requirement(text)
        name = re.sub(r"[-_.]+", "-", pin.name).lower()
        assert name in locked, f"{pin}: make lock"
        assert pin.specifier.contains(locked[name]), f"{pin}: make lock"


def test_a_requirement_without_a_hash_is_refused(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("rich==15.0.0\n")
    with pytest.raises(StrataError, match="must be one version with hashes: make lock"):
        list(python_parts(file))


def test_an_npm_package_without_integrity_is_refused(tmp_path):
    file = tmp_path / "package-lock.json"
    file.write_text(json.dumps({"packages": {"node_modules/x": {"version": "1"}}}))
    with pytest.raises(StrataError, match="x: must have an integrity of sha512"):
        list(npm_parts(file))


def test_every_java_library_states_the_licence_that_is_listed():
    assert {one.licence for one in parts() if one.kind == "maven"} == {"Apache-2.0"}


def test_the_bill_of_materials_keeps_to_its_schema_and_holds_every_part(found):
    text = bill_of_materials()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = json.loads(text)["components"]
    assert len(components) == len(found)
    kinds = {one["purl"].partition("/")[0] for one in components}
    assert kinds == {"pkg:pypi", "pkg:npm", "pkg:maven"}


def test_no_committed_pin_names_the_host_of_an_index():
    for name in ("requirements.txt", "package-lock.json", "pyproject.toml"):
        assert not re.search(r"https?://[\w.]*(pypi|pythonhosted|npmjs)", (ROOT / name).read_text())
