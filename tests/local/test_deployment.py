"""Stacks are created once and updated afterwards, and only where they have changed."""

import json
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.local.assembly import Assembly, FileAsset, Stack
from strata.local.deployment import deploy, session
from strata.local.emulator import Emulator
from strata.local.lake import LocalLake, bring_up_to_date

BUCKET = "cdk-test-assets-000000000000-us-east-1"


def assembly(folder: Path, value: str, kind: str = "AWS::SSM::Parameter") -> Assembly:
    """Give an assembly of one stack with one parameter."""
    resource = {"Type": kind, "Properties": {"Name": "/test/word", "Type": "String"}}
    resource["Properties"] |= {"Value": value}  # type: ignore[operator]
    template = {
        "Resources": {"Word": resource},
        "Outputs": {"Word": {"Value": {"Fn::GetAtt": ["Word", "Value"]}}},
    }
    file = folder / "template.json"
    file.write_text(json.dumps(template))
    stack = Stack("test-update", f"s3://{BUCKET}/{value}.json", {"project": "test"}, "us-east-1")
    return Assembly((stack,), (FileAsset(file, False, BUCKET, f"{value}.json"),))


def test_a_stack_that_has_changed_is_updated_and_keeps_what_it_has(
    emulator: Emulator, tmp_path: Path
) -> None:
    assert deploy(assembly(tmp_path, "first"), emulator) == {"Word": "first"}
    assert deploy(assembly(tmp_path, "second"), emulator) == {"Word": "second"}
    assert deploy(assembly(tmp_path, "second"), emulator) == {"Word": "second"}
    cloudformation = session(emulator).client("cloudformation", endpoint_url=emulator.endpoint)
    events = cloudformation.describe_stack_events(StackName="test-update")["StackEvents"]
    done = [
        event["ResourceStatus"]
        for event in events
        if event["ResourceType"] == "AWS::SSM::Parameter"
        and event["ResourceStatus"].endswith("COMPLETE")
    ]
    assert sorted(done) == ["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    with pytest.raises(StrataError, match=r"test-update was not deployed: .*Unknown"):
        deploy(assembly(tmp_path, "third", "AWS::Unknown::Type"), emulator)


def test_a_lake_that_is_brought_up_to_date_keeps_what_it_holds(lake: LocalLake) -> None:
    s3, bucket = lake.client("s3"), lake["ArtifactsBucketName"]
    s3.put_object(Bucket=bucket, Key="test/kept", Body=b"kept")
    renewed = bring_up_to_date(lake)
    assert renewed.outputs == lake.outputs
    assert s3.get_object(Bucket=bucket, Key="test/kept")["Body"].read() == b"kept"
