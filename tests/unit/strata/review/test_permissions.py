"""Who may do more than before, and who less."""

import pytest

from strata.review.points import Topic, Weight
from tests.unit.strata.review.templates import points, resource

ROLE = resource("AWS::IAM::Role")


def allow(action, on, **more):
    return {"Effect": "Allow", "Action": action, "Resource": on} | more


def role_with(*statements):
    policy = {"PolicyDocument": {"Statement": list(statements)}, "Roles": [{"Ref": "Reader"}]}
    return {"Reader": ROLE, "Policy": resource("AWS::IAM::Policy", policy)}


def told(old, new):
    return [(one.topic, one.text) for one in points(old, new)]


def test_a_new_action_widens_and_names_role_action_and_resource():
    old = role_with(allow("s3:GetObject", "arn:a/*"))
    new = role_with(allow(["s3:GetObject", "s3:PutObject"], "arn:a/*"))
    assert told(old, new) == [
        (Topic.WIDENED, "IAM Role Reader may now s3:PutObject on arn:a/*"),
    ]


def test_an_action_less_narrows():
    old = role_with(allow(["s3:GetObject", "s3:PutObject"], "arn:a/*"))
    new = role_with(allow("s3:GetObject", "arn:a/*"))
    assert told(old, new) == [
        (Topic.NARROWED, "IAM Role Reader may no longer s3:PutObject on arn:a/*"),
    ]


def test_a_wildcard_is_marked_and_what_it_covers_is_not_told_as_lost():
    old, new = role_with(allow("s3:GetObject", "arn:a")), role_with(allow("s3:*", "*"))
    assert told(old, new) == [(Topic.WIDENED, "WILDCARD: IAM Role Reader may now s3:* on *")]


def test_a_condition_that_goes_widens():
    condition = {"StringEquals": {"aws:SourceAccount": "1"}}
    old = role_with(allow("s3:GetObject", "arn:a", Condition=condition))
    new = role_with(allow("s3:GetObject", "arn:a"))
    assert told(old, new) == [(Topic.WIDENED, "IAM Role Reader may now s3:GetObject on arn:a")]
    (narrowed,) = [one for one in told(new, old) if one[0] is Topic.NARROWED]
    assert narrowed[1] == "IAM Role Reader may no longer s3:GetObject on arn:a"


def test_another_condition_is_told_with_both():
    def when(account):
        return allow("s3:Get", "arn:a", Condition={"StringEquals": {"aws:SourceAccount": account}})

    found = told(role_with(when("1")), role_with(when("2")))
    assert [topic for topic, _ in found] == [Topic.WIDENED, Topic.NARROWED]
    assert '"2"' in found[0][1]
    assert '"1"' in found[1][1]


def test_a_denial_that_goes_widens():
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {"Bucket": {"Ref": "Raw"}, "PolicyDocument": {"Statement": [deny]}}
    bucket = {"Raw": resource("AWS::S3::Bucket")}
    old = bucket | {"Policy": resource("AWS::S3::BucketPolicy", policy)}
    emptied = policy | {"PolicyDocument": {"Statement": []}}
    new = bucket | {"Policy": resource("AWS::S3::BucketPolicy", emptied)}
    (point,) = points(old, new)
    assert (point.topic, point.weight) == (Topic.WIDENED, Weight.CARE)
    assert "bucket Raw: anyone is no longer denied s3:* on *" in point.text


def test_a_bucket_that_anyone_may_read_is_marked():
    grant = allow("s3:GetObject", "*", Principal={"AWS": "*"})
    policy = {"Bucket": {"Ref": "Raw"}, "PolicyDocument": {"Statement": [grant]}}
    old = {"Raw": resource("AWS::S3::Bucket")}
    found = told(old, old | {"Policy": resource("AWS::S3::BucketPolicy", policy)})
    assert any(text.startswith("ANYONE, WILDCARD: bucket Raw: anyone may") for _, text in found)


def test_what_a_role_may_that_is_new_is_told_as_well():
    found = told({}, role_with(allow("s3:GetObject", "arn:a")))
    assert (Topic.WIDENED, "IAM Role Reader may now s3:GetObject on arn:a") in found


def test_a_role_that_goes_is_told_once():
    found = told(role_with(allow("s3:GetObject", "arn:a")), {})
    assert {topic for topic, _ in found} == {Topic.REMOVED}


def test_everything_but_some_actions_covers_nothing_else():
    old = role_with({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    new = role_with(allow("iam:PassRole", "*"))
    assert [topic for topic, _ in told(old, new)] == [Topic.WIDENED, Topic.NARROWED]


def test_a_policy_that_is_written_differently_and_grants_the_same_is_no_change_of_rights():
    old = role_with(allow(["s3:Get", "s3:Put"], "arn:a"))
    new = role_with(allow("s3:Get", "arn:a"), allow("s3:Put", "arn:a"))
    ((topic, text),) = told(old, new)
    assert topic is Topic.CHANGED
    assert "written differently" in text


def test_a_managed_policy_and_a_lost_boundary_widen():
    old = {"Reader": resource("AWS::IAM::Role", {"PermissionsBoundary": "arn:b"})}
    new = {"Reader": resource("AWS::IAM::Role", {"ManagedPolicyArns": ["arn:admin"]})}
    found = [text for topic, text in told(old, new) if topic is Topic.WIDENED]
    assert found == [
        "IAM Role Reader has the managed policy arn:admin now",
        "IAM Role Reader: NO PERMISSIONS BOUNDARY any more (was arn:b)",
    ]


@pytest.mark.parametrize(("was", "topic"), [(None, Topic.NARROWED), ("arn:b", Topic.WIDENED)])
def test_a_boundary_narrows_where_there_was_none_and_is_looked_at_where_there_was(was, topic):
    before = {} if was is None else {"PermissionsBoundary": was}
    old = {"Reader": resource("AWS::IAM::Role", before)}
    new = {"Reader": resource("AWS::IAM::Role", {"PermissionsBoundary": "arn:c"})}
    ((found, text),) = told(old, new)
    assert found is topic
    assert "the permissions boundary is arn:c now" in text


def test_a_function_that_another_service_may_invoke_is_told():
    grant = {"Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "s3.aws"}
    found = told({}, {"Grant": resource("AWS::Lambda::Permission", grant)})
    assert any("s3.aws may now lambda:InvokeFunction on f" in text for _, text in found)
