"""What looks like a secret is told, and what is known to be none is not."""

import json
import shutil

import pytest

from strata.errors import StrataError
from strata.paths import ROOT
from strata.supply_chain.secrets import BASELINE, find_secrets

KEY = "AKIA" + "IOSFODNN7EXAMPLF"


@pytest.fixture
def folder(tmp_path):
    known = json.loads((ROOT / BASELINE).read_text())
    (tmp_path / BASELINE).write_text(json.dumps(known | {"results": {}}))
    return tmp_path


def test_a_key_is_told_with_its_file_its_line_and_what_to_do(folder):
    (folder / "settings.py").write_text(f'REGION = "eu-west-1"\nkey = "{KEY}"\n')
    told = find_secrets(folder, ["settings.py"])
    assert any(line.startswith("settings.py:2: AWS Access Key: if it is") for line in told)


def test_a_line_that_is_marked_is_not_told(folder):
    (folder / "settings.py").write_text(f'key = "{KEY}"  # pragma: allowlist secret\n')
    assert find_secrets(folder, ["settings.py"]) == []


def test_an_entry_of_the_baseline_that_is_no_longer_needed_is_told(folder):
    known = json.loads((ROOT / BASELINE).read_text())
    entry = {"type": "AWS Access Key", "filename": "gone.py", "hashed_secret": "0" * 40}
    entry |= {"is_verified": False, "line_number": 1}
    (folder / BASELINE).write_text(json.dumps(known | {"results": {"gone.py": [entry]}}))
    assert find_secrets(folder, []) == [
        f"{BASELINE}: gone.py: AWS Access Key: is no longer there; take the entry out"
    ]


def test_without_a_baseline_nothing_is_said_to_be_clean(tmp_path):
    shutil.rmtree(tmp_path / "nothing", ignore_errors=True)
    with pytest.raises(StrataError, match="is missing"):
        find_secrets(tmp_path, [])
