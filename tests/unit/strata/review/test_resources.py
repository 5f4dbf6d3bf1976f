"""Resources that come, go or are made anew."""

import pytest

from strata.review.points import Topic, Weight
from tests.unit.strata.review.templates import points, resource, texts

TABLE = "AWS::DynamoDB::Table"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def test_a_table_that_is_removed_without_a_policy_is_data_loss_in_capitals():
    (point,) = points({"Ledger1234ABCD": resource(TABLE)}, {})
    assert point.weight is Weight.LOSS
    assert point.text.startswith("DATA LOSS: table Ledger is removed")


def test_a_table_that_its_policy_keeps_leaves_the_stack_and_loses_nothing():
    (point,) = points({"Ledger1234ABCD": resource(TABLE, **KEPT)}, {})
    assert point.weight is Weight.CARE
    assert "keeps what it holds" in point.text


def test_what_holds_no_data_is_removed_without_the_capitals():
    (point,) = points({"Rule": resource("AWS::Events::Rule")}, {})
    assert (point.topic, point.weight) == (Topic.REMOVED, Weight.CARE)


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::Logs::LogGroup", "AWS::Glue::Database"])
def test_buckets_log_groups_and_databases_hold_data(kind):
    (point,) = points({"Place": resource(kind)}, {})
    assert point.weight is Weight.LOSS


def test_another_table_name_replaces_the_table_and_loses_what_it_holds():
    old = {"Ledger": resource(TABLE, {"TableName": "one"})}
    new = {"Ledger": resource(TABLE, {"TableName": "two"})}
    loss = points(old, new)[0]
    assert loss.weight is Weight.LOSS
    assert "is replaced" in loss.text
    assert "its TableName was one, is two" in loss.text


def test_a_replaced_table_that_both_templates_keep_is_not_lost():
    old = {"Ledger": resource(TABLE, {"TableName": "one"}, **KEPT)}
    new = {"Ledger": resource(TABLE, {"TableName": "two"}, **KEPT)}
    assert all(point.weight is not Weight.LOSS for point in points(old, new))
    assert "the new one is empty" in texts(old, new)[0]


def test_a_property_inside_another_replaces_as_well():
    old = {"Zone": resource("AWS::Glue::Database", {"DatabaseInput": {"Name": "raw"}})}
    new = {"Zone": resource("AWS::Glue::Database", {"DatabaseInput": {"Name": "raw_2"}})}
    assert "DATA LOSS" in texts(old, new)[0]
    assert "its DatabaseInput.Name was raw, is raw_2" in texts(old, new)[0]


def test_a_property_that_is_changed_in_place_replaces_nothing():
    old = {"Ledger": resource(TABLE, {"BillingMode": "PROVISIONED"})}
    new = {"Ledger": resource(TABLE, {"BillingMode": "PAY_PER_REQUEST"})}
    assert [point.topic for point in points(old, new)] == [Topic.CHANGED]


def test_what_has_a_reference_to_a_replaced_resource_is_replaced_with_it():
    def stack(name):
        return {
            "Topic": resource("AWS::SNS::Topic", {"TopicName": name}),
            "Mail": resource("AWS::SNS::Subscription", {"TopicArn": {"Ref": "Topic"}}),
        }

    found = [one.text for one in points(stack("a"), stack("b")) if one.topic is Topic.REPLACED]
    assert found == [
        "SNS Subscription Mail is replaced: its TopicArn refers to Topic, which is replaced",
        "SNS Topic Topic (a) is replaced: its TopicName was a, is b",
    ]


def test_another_type_under_the_same_id_is_a_replacement():
    found = texts({"Store": resource(TABLE)}, {"Store": resource("AWS::SQS::Queue")})
    assert any("DATA LOSS" in text and "its type was" in text for text in found)
