"""The cloud assembly is read back as it will be deployed."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.local.assembly import FileAsset, read_assembly


def write_assembly(folder: Path) -> None:
    """Write an assembly of two stacks, the second listed first."""
    target = "aws://000000000000/us-east-1"
    stack = {"type": "aws:cloudformation:stack", "environment": target}
    artifacts = {
        "upper": stack
        | {
            "properties": {"stackTemplateAssetObjectUrl": "s3://assets/upper.json"},
            "dependencies": ["lower", "upper.assets"],
        },
        "upper.assets": {
            "type": "cdk:asset-manifest",
            "properties": {"file": "upper.assets.json"},
        },
        "lower": stack
        | {
            "properties": {
                "stackTemplateAssetObjectUrl": "s3://assets/lower.json",
                "tags": {"Owner": "us"},
            }
        },
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    destination = {"here": {"bucketName": "assets", "objectKey": "code.zip"}}
    source = {"path": "code", "packaging": "zip"}
    files = {"files": {"code": {"source": source, "destinations": destination}}}
    (folder / "upper.assets.json").write_text(json.dumps(files))


def test_stacks_come_in_the_order_of_their_dependencies(tmp_path: Path) -> None:
    write_assembly(tmp_path)
    assembly = read_assembly(tmp_path)
    assert [stack.name for stack in assembly.stacks] == ["lower", "upper"]
    assert assembly.stacks[0].tags == {"Owner": "us"}
    assert assembly.stacks[0].region == "us-east-1"


def test_a_folder_is_uploaded_as_an_archive_that_depends_on_its_content_alone(
    tmp_path: Path,
) -> None:
    write_assembly(tmp_path)
    (tmp_path / "code" / "package").mkdir(parents=True)
    (tmp_path / "code" / "package" / "module.py").write_text("x = 1\n")
    (asset,) = read_assembly(tmp_path).assets
    first = asset.content()
    (tmp_path / "code" / "package" / "module.py").touch()
    assert asset.content() == first
    assert zipfile.ZipFile(io.BytesIO(first)).namelist() == ["package/module.py"]


def test_a_file_is_uploaded_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "contracts.json"
    file.write_bytes(b"{}")
    assert FileAsset(file, False, "assets", "key").content() == b"{}"


def test_a_folder_without_an_assembly_is_named(tmp_path: Path) -> None:
    with pytest.raises(StrataError, match="holds no cloud assembly"):
        read_assembly(tmp_path)
