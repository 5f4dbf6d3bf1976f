from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from data_lake.alerts import AlertRouting, Subscriber
from tests.synth.synthesised import listed


def test_the_topic_is_encrypted_and_refuses_messages_without_tls(lake):
    (topic,) = lake.properties("AWS::SNS::Topic")
    assert topic["KmsMasterKeyId"]
    (policy,) = lake.properties("AWS::SNS::TopicPolicy")
    (denial,) = (
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    )
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denial["Action"] == "sns:Publish"


def test_alarms_and_budgets_of_this_account_may_publish_and_no_other_service(lake):
    (policy,) = lake.properties("AWS::SNS::TopicPolicy")
    (statement,) = (
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    )
    assert statement["Action"] == "sns:Publish"
    assert statement["Principal"] == {
        "Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": lake.settings.account}}


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


def test_every_protocol_becomes_the_subscription_of_that_name(stack):
    subscribers = [
        Subscriber("email", "oncall@example.com"),
        Subscriber("https", "https://example.com/hook"),
        Subscriber("sqs", "arn:aws:sqs:eu-west-1:111111111111:inbox"),
    ]
    AlertRouting(stack, "Alerts", key=kms.Key(stack, "Key"), subscribers=subscribers)
    template = Template.from_stack(stack)
    for subscriber in subscribers:
        template.has_resource_properties(
            "AWS::SNS::Subscription",
            {"Protocol": subscriber.protocol, "Endpoint": subscriber.endpoint},
        )
