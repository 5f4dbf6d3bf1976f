"""What a company brings along fits the environment, or is refused with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import load_settings

Written = Callable[[str | bytes], Path]
Complaint = Callable[..., str]
KEY = "arn:aws:kms:us-east-1:999999999999:key/0a1b2c3d-0000-1111-2222-333344445555"

WRONG = [
    ("name_prefix: Acme", "name_prefix: must match pattern"),
    ("name_prefix: a-very-long-prefix", "name_prefix: must have at most 16 characters"),
    ("permissions_boundary: arn:aws:iam::aws:policy/*", "permissions_boundary: must match"),
    ("permissions_boundary: arn:aws:iam::999999999999:policy/boundary",
     "permissions_boundary: must be a policy of account 111111111111, or one of AWS: got"),
    ("permissions_boundary: my-boundary", "permissions_boundary: must match pattern"),
    ("role_path: teams", "role_path: must match pattern"),
    ("role_path: /teams/*/", "role_path: must match pattern"),
    ("zones_key: alias/data", "zones_key: must match pattern"),
    ("zones_key: arn:aws:kms:us-east-1:111111111111:key/*", "zones_key: must match pattern"),
    ("zones_key: arn:aws:kms:us-east-1:111111111111:key/zones", "zones_key: must match pattern"),
    (f"zones_key: {KEY.replace('us-east-1', 'eu-west-1')}",
     "zones_key: must be a key of region us-east-1: got"),
    (f"protection_key: {KEY.replace('us-east-1', 'eu-west-1')}",
     "protection_key: must be a key of region us-east-1: got"),
    (f"recovery_zones_key: {KEY}",
     "recovery_zones_key: needs a recovery_region, which is null: got"),
    ("recovery_access_log_bucket: acme-logs",
     "recovery_access_log_bucket: needs a recovery_region, which is null: got 'acme-logs'"),
    ("access_log_bucket: Acme_Logs", "access_log_bucket: must match pattern"),
    ("vpc: vpc-1", "vpc: is not a known field"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_what_does_not_fit_is_one_line_with_its_place(
    dev: str, complaint: Complaint, line: str, message: str
) -> None:
    (told,) = complaint(f"{dev}company:\n  {line}\n").splitlines()
    assert told.startswith(f"config/environments/dev.yaml:{dev.count(chr(10)) + 2}: company.")
    assert told.split("company.")[1].startswith(message)


def test_by_default_a_company_asks_for_nothing(dev: str, written: Written) -> None:
    company = load_settings("dev", written(dev)).company
    assert set(company.model_dump().values()) == {None}


def test_the_name_prefix_comes_first_in_every_name(dev: str, written: Written) -> None:
    settings = load_settings("dev", written(f"{dev}company: {{name_prefix: acme-data}}\n"))
    assert settings.prefix == "acme-data-strata-dev"


def test_a_prefix_that_makes_a_bucket_name_too_long_is_refused_with_the_name(
    dev: str, complaint: Complaint
) -> None:
    long = dev.replace("region: us-east-1", "region: ap-southeast-1")
    (told,) = complaint(f"{long}company: {{name_prefix: acme-europe-data}}\n").splitlines()
    assert (
        "company.name_prefix: makes the bucket name acme-europe-data-strata-dev-access-logs-"
        "111111111111-ap-southeast-1, 67 characters where S3 allows 63; shorten it, project or "
        "environment: got 'acme-europe-data'"
    ) in told


def test_keys_of_another_account_and_of_both_regions_are_accepted(
    dev: str, written: Written
) -> None:
    far = KEY.replace("us-east-1", "us-west-2")
    text = dev.replace("recovery_region: null", "recovery_region: us-west-2")
    text += f"company:\n  zones_key: {KEY}\n  recovery_zones_key: {far}\n"
    assert load_settings("dev", written(text)).company.recovery_zones_key == far
