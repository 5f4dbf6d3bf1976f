"""Resource types that the plug-in adds can be created, referred to, and deleted."""

import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin import HOOKS
from strata.local.plugin.hooks import Entry, Hook, PluginError, install_all

Client = Callable[[str], Any]

TEMPLATE = {
    "Resources": {
        "Encryption": {
            "Type": "AWS::Glue::SecurityConfiguration",
            "Properties": {
                "Name": "plugin-encryption",
                "EncryptionConfiguration": {"S3Encryptions": [{"S3EncryptionMode": "SSE-KMS"}]},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Statement": []}},
        },
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "DefinitionString": json.dumps(
                    {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
                ),
            },
        },
        "Version": {
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "Properties": {"StateMachineArn": {"Ref": "Machine"}},
        },
        "Alias": {
            "Type": "AWS::StepFunctions::StateMachineAlias",
            "Properties": {
                "Name": "live",
                "DeploymentPreference": {
                    "StateMachineVersionArn": {"Ref": "Version"},
                    "Type": "ALL_AT_ONCE",
                },
            },
        },
    },
    "Outputs": {"Alias": {"Value": {"Ref": "Alias"}}},
}


def test_the_added_types_deploy_and_go_again(client: Client) -> None:
    cloudformation, glue, states = client("cloudformation"), client("glue"), client("stepfunctions")
    cloudformation.create_stack(
        StackName="plugin",
        TemplateBody=json.dumps(TEMPLATE),
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="plugin", WaiterConfig={"Delay": 1}
    )
    (output,) = cloudformation.describe_stacks(StackName="plugin")["Stacks"][0]["Outputs"]
    assert output["OutputValue"].endswith(":live")
    started = states.start_execution(stateMachineArn=output["OutputValue"])
    assert ":execution:" in started["executionArn"]
    assert glue.get_security_configuration(Name="plugin-encryption")
    cloudformation.delete_stack(StackName="plugin")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="plugin", WaiterConfig={"Delay": 1}
    )
    assert glue.get_security_configurations()["SecurityConfigurations"] == []


def test_every_hook_says_why_it_is_there() -> None:
    assert all(len(hook.reason) > 20 for hook in HOOKS)


def test_a_hook_whose_target_is_gone_stops_the_start() -> None:
    gone = Hook("json", "no_such_function", "the test takes it away", lambda original: original)
    present = Entry("os", "environ", "PATH", "the test adds it again", "value")
    for hook in (gone, present):
        try:
            install_all([hook])
        except PluginError as error:
            assert hook.reason in str(error)
        else:
            raise AssertionError(f"{hook} was installed")
