"""How long data lives, and what protects it."""

import pytest

from strata.review.points import Weight
from tests.unit.strata.review.templates import points, resource, texts

BUCKET = "AWS::S3::Bucket"


def expiring(days, status="Enabled"):
    rules = [{"Status": status, "Prefix": "raw/", "ExpirationInDays": days}]
    return {"Raw": resource(BUCKET, {"LifecycleConfiguration": {"Rules": rules}})}


def test_data_that_expires_earlier_is_told_in_capitals():
    first = points(expiring(180), expiring(90))[0]
    assert first.weight is Weight.LOSS
    assert "after 180 days before, now after 90 days" in first.text


def test_data_that_is_to_expire_for_the_first_time_is_told_in_capitals():
    first = points({"Raw": resource(BUCKET)}, expiring(90))[0]
    assert first.weight is Weight.LOSS
    assert "never before, now after 90 days" in first.text


def test_data_that_expires_later_is_for_the_record():
    assert all(one.weight is Weight.NOTE for one in points(expiring(90), expiring(180)))


def test_a_rule_that_is_off_expires_nothing():
    assert all("DATA EXPIRES" not in text for text in texts(expiring(90, "Disabled"), {}))


def test_a_policy_that_no_longer_keeps_is_told_before_anything_is_lost():
    old = {"Raw": resource(BUCKET, DeletionPolicy="Retain")}
    new = {"Raw": resource(BUCKET, DeletionPolicy="Delete")}
    (point,) = points(old, new)
    assert point.weight is Weight.LOSS
    assert point.text.startswith("NO LONGER KEPT")


def test_versioning_that_is_suspended_is_looked_at_closely_and_told_once():
    old = {"Raw": resource(BUCKET, {"VersioningConfiguration": {"Status": "Enabled"}})}
    new = {"Raw": resource(BUCKET, {"VersioningConfiguration": {"Status": "Suspended"}})}
    (point,) = points(old, new)
    assert point.weight is Weight.CARE
    assert "versioning was Enabled, is Suspended" in point.text


@pytest.mark.parametrize(
    ("kind", "name", "seconds"),
    [
        ("AWS::SQS::Queue", "MessageRetentionPeriod", 1_209_600),
        ("AWS::Logs::LogGroup", "RetentionInDays", None),
    ],
)
def test_a_term_that_is_not_stated_is_the_services_own(kind, name, seconds):
    stated = {"It": resource(kind, {name: seconds or 30})}
    silent = {"It": resource(kind)}
    longer, shorter = (silent, stated) if seconds is None else (stated, silent)
    (less,) = points(longer, shorter)
    assert less.text.startswith("KEPT FOR LESS TIME")
    (more,) = points(shorter, longer)
    assert more.weight is Weight.NOTE


def test_logs_that_are_kept_for_less_time_are_looked_at_closely():
    old = {"Log": resource("AWS::Logs::LogGroup", {"RetentionInDays": 365})}
    new = {"Log": resource("AWS::Logs::LogGroup", {"RetentionInDays": 14})}
    (point,) = points(old, new)
    assert point.weight is Weight.CARE
    assert point.text.startswith("KEPT FOR LESS TIME")
