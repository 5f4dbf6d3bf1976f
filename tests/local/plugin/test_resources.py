"""Resource types that the plug-in adds can be created, referred to, and deleted."""

import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin import HOOKS
from strata.local.plugin.hooks import Entry, Hook, PluginError, install_all

Client = Callable[[str], Any]
ACCOUNT = "000000000000"

TEMPLATE = {
    "Resources": {
        "Encryption": {
            "Type": "AWS::Glue::SecurityConfiguration",
            "Properties": {
                "Name": "plugin-encryption",
                "EncryptionConfiguration": {"S3Encryptions": [{"S3EncryptionMode": "SSE-KMS"}]},
            },
        },
        "Ruleset": {
            "Type": "AWS::Glue::DataQualityRuleset",
            "Properties": {"Name": "plugin-rules", "Ruleset": "Rules = [ RowCount > 0 ]"},
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
        "Budget": {
            "Type": "AWS::Budgets::Budget",
            "Properties": {
                "Budget": {
                    "BudgetName": "plugin-monthly",
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": 5, "Unit": "USD"},
                },
                "NotificationsWithSubscribers": [
                    {
                        "Notification": {
                            "NotificationType": "FORECASTED",
                            "ComparisonOperator": "GREATER_THAN",
                            "Threshold": 100,
                        },
                        "Subscribers": [
                            {
                                "SubscriptionType": "SNS",
                                "Address": "arn:aws:sns:us-east-1:000000000000:alerts",
                            }
                        ],
                    }
                ],
            },
        },
        "Stale": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "plugin-stale",
                "ComparisonOperator": "LessThanThreshold",
                "EvaluationPeriods": 24,
                "Threshold": 1,
                "TreatMissingData": "breaching",
                "Metrics": [
                    {"Id": "all", "Expression": "SUM(FILL(METRICS(), 0))", "ReturnData": True},
                    {
                        "Id": "runs",
                        "MetricStat": {
                            "Metric": {"Namespace": "Strata", "MetricName": "Runs"},
                            "Period": 3600,
                            "Stat": "Sum",
                        },
                        "ReturnData": False,
                    },
                ],
            },
        },
        "Query": {
            "Type": "AWS::Logs::QueryDefinition",
            "Properties": {"Name": "plugin/failures", "QueryString": "fields @timestamp"},
        },
        "Cause": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {
                "AlarmName": "plugin-cause",
                "AlarmRule": {
                    "Fn::Join": ["", ['ALARM("', {"Fn::GetAtt": ["Stale", "Arn"]}, '")']]
                },
            },
        },
        "Monitor": {
            "Type": "AWS::CE::AnomalyMonitor",
            "Properties": {
                "MonitorName": "plugin",
                "MonitorType": "DIMENSIONAL",
                "MonitorDimension": "SERVICE",
            },
        },
        "Anomalies": {
            "Type": "AWS::CE::AnomalySubscription",
            "Properties": {
                "SubscriptionName": "plugin",
                "Frequency": "IMMEDIATE",
                "MonitorArnList": [{"Fn::GetAtt": ["Monitor", "MonitorArn"]}],
                "Subscribers": [],
            },
        },
    },
    "Outputs": {
        "Anomalies": {"Value": {"Ref": "Anomalies"}},
        "Cause": {"Value": {"Fn::GetAtt": ["Cause", "Arn"]}},
        "Alias": {"Value": {"Ref": "Alias"}},
        "Query": {"Value": {"Ref": "Query"}},
        "Budget": {"Value": {"Ref": "Budget"}},
    },
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
    described = cloudformation.describe_stacks(StackName="plugin")["Stacks"][0]["Outputs"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described}
    assert outputs["Alias"].endswith(":live")
    started = states.start_execution(stateMachineArn=outputs["Alias"])
    assert ":execution:" in started["executionArn"]
    assert outputs["Budget"] == "plugin-monthly"
    assert outputs["Query"] == "plugin/failures"
    check_budget(client("budgets"))
    check_alarm(client("cloudwatch"))
    check_composite(client("cloudwatch"), outputs["Cause"])
    assert glue.get_security_configuration(Name="plugin-encryption")
    cloudformation.delete_stack(StackName="plugin")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="plugin", WaiterConfig={"Delay": 1}
    )
    assert glue.get_security_configurations()["SecurityConfigurations"] == []
    assert client("budgets").describe_budgets(AccountId=ACCOUNT).get("Budgets", []) == []
    left = client("cloudwatch").describe_alarms(
        AlarmNamePrefix="plugin-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    assert (left["MetricAlarms"], left["CompositeAlarms"]) == ([], [])


def check_budget(budgets: Any) -> None:
    """Hold the budget to its template: its limit and who is told."""
    found = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="plugin-monthly")["Budget"]
    assert float(found["BudgetLimit"]["Amount"]) == 5
    (notification,) = budgets.describe_notifications_for_budget(
        AccountId=ACCOUNT, BudgetName="plugin-monthly"
    )["Notifications"]
    assert (notification["NotificationType"], notification["Threshold"]) == ("FORECASTED", 100)


def check_alarm(cloudwatch: Any) -> None:
    """Hold the alarm to its expression, and to no state that nobody has worked out."""
    put = {"MetricName": "Runs", "Value": 1.0}
    cloudwatch.put_metric_data(Namespace="Strata", MetricData=[put])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["plugin-stale"])["MetricAlarms"]
    assert alarm["Metrics"][0]["Expression"] == "SUM(FILL(METRICS(), 0))"
    assert (alarm["StateValue"], alarm["EvaluationPeriods"]) == ("INSUFFICIENT_DATA", 24)


def check_composite(cloudwatch: Any, arn: str) -> None:
    """Hold the composite alarm to its rule, by ringing the alarm that it names."""
    cloudwatch.set_alarm_state(AlarmName="plugin-stale", StateValue="ALARM", StateReason="a test")
    (alarm,) = cloudwatch.describe_alarms(
        AlarmNames=["plugin-cause"], AlarmTypes=["CompositeAlarm"]
    )["CompositeAlarms"]
    assert (alarm["AlarmArn"], alarm["StateValue"]) == (arn, "ALARM")


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
