import re

import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from data_lake.alarm_kinds import CAUSES
from data_lake.alerts import AlertRouting, Subscriber
from data_lake.severity import Severity
from lake_runtime import notices
from tests.synth.synthesised import all_states, flat, listed


def policies(lake):
    """Give the statements of each topic's policy, by the topic's logical id."""
    return {
        policy["Topics"][0]["Ref"]: policy["PolicyDocument"]["Statement"]
        for policy in lake.properties("AWS::SNS::TopicPolicy")
    }


def told_by_services(lake):
    """Give the logical ids of the topics that alarms and the budget name."""
    named = [
        action
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in lake.properties(kind)
        for action in (*alarm.get("AlarmActions", []), *alarm.get("OKActions", []))
    ]
    named += [
        subscriber["Address"]
        for budget in lake.properties("AWS::Budgets::Budget")
        for notification in budget["NotificationsWithSubscribers"]
        for subscriber in notification["Subscribers"]
    ]
    outputs = lake.templates["Processing"]["Outputs"]
    return {
        outputs[one["Fn::GetStackOutput"]["OutputName"]]["Value"]["Ref"]
        for one in named
        if "Fn::GetStackOutput" in one
    }


def test_every_topic_is_encrypted_and_refuses_messages_without_tls(lake):
    topics = lake.resources("AWS::SNS::Topic")
    assert set(policies(lake)) == set(topics)
    for name, topic in topics.items():
        assert topic["Properties"]["KmsMasterKeyId"]
        (denial,) = (one for one in policies(lake)[name] if one["Effect"] == "Deny")
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denial["Action"] == "sns:Publish"


def test_alarms_and_the_budget_may_publish_where_they_do_and_no_other_service(lake):
    told = told_by_services(lake)
    assert told
    for name, statements in policies(lake).items():
        allowed = [one for one in statements if one["Effect"] == "Allow"]
        assert len(allowed) == (name in told)
        for statement in allowed:
            assert statement["Action"] == "sns:Publish"
            assert set(statement["Principal"]["Service"]) == {
                "budgets.amazonaws.com",
                "cloudwatch.amazonaws.com",
                "costalerts.amazonaws.com",
            }
            account = {"aws:SourceAccount": lake.settings.account}
            assert statement["Condition"] == {"StringEquals": account}


def test_the_key_of_the_topics_admits_every_publisher(lake):
    (name,) = {
        topic["KmsMasterKeyId"]["Fn::GetAtt"][0] for topic in lake.properties("AWS::SNS::Topic")
    }
    (services,) = (
        statement
        for statement in lake.resources("AWS::KMS::Key")[name]["Properties"]["KeyPolicy"][
            "Statement"
        ]
        if statement.get("Sid") == "ServicesThatDeliverMessages"
    )
    admitted = set(services["Principal"]["Service"])
    assert {"budgets.amazonaws.com", "cloudwatch.amazonaws.com"} <= admitted
    assert "sns.amazonaws.com" in admitted, "it hands on what a dead-letter queue keeps"
    assert set(services["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    publishers = publishing_roles(lake)
    assert len(publishers) > 3
    for role, statements in publishers.items():
        used = {
            action
            for statement in statements
            if {"Fn::GetAtt": [name, "Arn"]} in listed(statement["Resource"])
            for action in listed(statement["Action"])
        }
        assert {"kms:Decrypt", "kms:GenerateDataKey"} <= used, role


def publishing_roles(lake):
    """Give the statements of every role that may publish to a topic, by the role."""
    roles = {}
    for policy in lake.properties("AWS::IAM::ManagedPolicy"):
        for role in policy["Roles"]:
            roles.setdefault(role["Ref"], []).extend(policy["PolicyDocument"]["Statement"])
    return {
        role: statements
        for role, statements in roles.items()
        if any("sns:Publish" in listed(one["Action"]) for one in statements)
    }


def test_the_rule_of_drift_publishes_under_a_role_that_may_do_nothing_else(lake):
    (target,) = (
        target
        for rule in lake.properties("AWS::Events::Rule")
        for target in rule["Targets"]
        if rule["EventPattern"].get("detail-type") == ["DriftFound"]
    )
    (role,) = (
        role
        for role in lake.properties("AWS::IAM::Role")
        if role.get("Description") == "Sends notices of drift"
    )
    assert target["RoleArn"]
    (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "events.amazonaws.com"}
    name = target["RoleArn"]["Fn::GetAtt"][0]
    allowed = {
        action
        for policy in lake.properties("AWS::IAM::ManagedPolicy")
        if policy["Roles"] == [{"Ref": name}]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
    }
    assert {action for action in allowed if not action.startswith("kms:")} == {"sns:Publish"}


def test_the_environments_subscribers_are_told_and_nobody_else(lake):
    told = {
        (subscription["Protocol"], subscription["Endpoint"])
        for subscription in lake.properties("AWS::SNS::Subscription")
    }
    assert told == {
        (subscriber.protocol, subscriber.endpoint)
        for subscriber in lake.settings.alerts.subscribers
    }


def test_productions_pager_is_told_of_causes_and_of_nothing_else(prod):
    (pager,) = (
        subscription
        for subscription in prod.properties("AWS::SNS::Subscription")
        if subscription["Protocol"] == "https"
    )
    assert "Critical" in pager["TopicArn"]["Ref"]
    telling = [
        alarm["AlarmName"]
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in prod.properties(kind)
        if any("AlertsCritical" in flat(action) for action in alarm.get("AlarmActions", []))
    ]
    assert sorted(telling) == sorted(f"strata-prod-{cause}" for cause in CAUSES)


def test_every_notice_that_a_machine_writes_says_its_severity(lake):
    found = 0
    for machine in ("ingest", "curate", "compact"):
        for name, state in all_states(lake.definition(machine)):
            if not state.get("Resource", "").endswith(":sns:publish"):
                continue
            message = state["Arguments"]["Message"]
            assert "'severity': '" in message or "notice.message" in message, name
            found += 1
    assert found > 5


def test_the_functions_and_the_alarms_know_the_same_severities():
    assert list(Severity) == list(notices.Severity)


SUBSCRIBERS = [
    Subscriber("email", "oncall@example.com"),
    Subscriber("https", "https://example.com/hook"),
    Subscriber("sqs", "arn:aws:sqs:eu-west-1:111111111111:inbox"),
]


def subscriptions(stack):
    """Give what each subscription is to and which notices it wants."""
    found = Template.from_stack(stack).find_resources("AWS::SNS::Subscription")
    return {
        (re.sub(r"Alerts|[0-9A-F]{8}$", "", one["TopicArn"]["Ref"]), one["Endpoint"]): one.get(
            "FilterPolicy"
        )
        for one in (resource["Properties"] for resource in found.values())
    }


@pytest.mark.parametrize("by_severity", [False, True])
def test_every_protocol_becomes_the_subscription_of_that_name(stack, by_severity):
    AlertRouting(
        stack,
        "Alerts",
        key=kms.Key(stack, "Key"),
        subscribers=SUBSCRIBERS,
        by_severity=by_severity,
    )
    template = Template.from_stack(stack)
    for subscriber in SUBSCRIBERS:
        template.has_resource_properties(
            "AWS::SNS::Subscription",
            {"Protocol": subscriber.protocol, "Endpoint": subscriber.endpoint},
        )
    assert len(subscriptions(stack)) == (12 if by_severity else 3)
    assert set(subscriptions(stack).values()) == {None}


def test_a_subscriber_gets_the_alarms_and_the_notices_of_its_severities(stack):
    chat = Subscriber("https", "https://chat", (Severity.WARNING, Severity.CRITICAL))
    pager = Subscriber("https", "https://pager", (Severity.CRITICAL,), notices=False)
    AlertRouting(
        stack, "Alerts", key=kms.Key(stack, "Key"), subscribers=[chat, pager], by_severity=True
    )
    wanted = {"severity": ["warning", "critical"]}
    assert subscriptions(stack) == {
        ("Warning", "https://chat"): None,
        ("Critical", "https://chat"): None,
        ("Topic", "https://chat"): wanted,
        ("Critical", "https://pager"): None,
    }
    Template.from_stack(stack).has_resource_properties(
        "AWS::SNS::Subscription", {"FilterPolicy": wanted, "FilterPolicyScope": "MessageBody"}
    )


@pytest.mark.parametrize(
    "subscriber",
    [
        Subscriber("email", "a@example.com", (Severity.CRITICAL,)),
        Subscriber("email", "a@example.com", notices=False),
    ],
)
def test_nobody_can_have_a_part_of_what_is_on_one_topic(stack, subscriber):
    with pytest.raises(ValueError, match=r"a@example\.com: severities and notices: must be all"):
        AlertRouting(stack, "Alerts", key=kms.Key(stack, "Key"), subscribers=[subscriber])
