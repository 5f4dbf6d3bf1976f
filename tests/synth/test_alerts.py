from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from data_lake.alerts import AlertRouting, Subscriber


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


def test_alarms_and_budgets_of_this_account_and_rules_may_publish_and_no_other_service(lake):
    (policy,) = lake.properties("AWS::SNS::TopicPolicy")
    statement, of_rules = (
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    )
    assert statement["Action"] == "sns:Publish"
    assert statement["Principal"] == {
        "Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": lake.settings.account}}
    assert of_rules["Action"] == "sns:Publish"
    assert of_rules["Principal"] == {"Service": "events.amazonaws.com"}


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
