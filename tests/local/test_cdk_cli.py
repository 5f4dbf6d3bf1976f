"""The real CDK CLI deploys the same lake as CloudFormation's API does."""

from pathlib import Path

from strata.local.lake import LocalLake, bring_up, take_down


def stack_resources(lake: LocalLake) -> set[tuple[str, str, str]]:
    """Give stack, logical id and type of every resource of the lake's stacks."""
    cloudformation = lake.client("cloudformation")
    stacks = [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
    return {
        (stack, resource["LogicalResourceId"], resource["ResourceType"])
        for stack in stacks
        if stack.startswith(lake.prefix)
        for resource in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    }


def test_the_cli_bootstraps_and_deploys_every_resource(
    lake: LocalLake, contracts_folder: Path, tmp_path: Path
) -> None:
    by_cli = bring_up(folder=tmp_path, contracts=contracts_folder, with_cli=True)
    try:
        assert stack_resources(by_cli) == stack_resources(lake)
        assert by_cli["RawBucketName"] == lake["RawBucketName"]
        assert by_cli.outputs.keys() >= lake.outputs.keys()
    finally:
        take_down(tmp_path)
