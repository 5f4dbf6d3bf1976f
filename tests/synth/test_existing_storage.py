"""A lake in buckets that exist already."""

import pytest
from aws_cdk.assertions import Template

from data_lake.catalog import LakeCatalog
from data_lake.existing_storage import ExistingStorage

BUCKETS = {
    zone: f"our-{zone}" for zone in ("raw", "processed", "curated", "quarantine", "artifacts")
}
KEY = "arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012"


def make(stack, **changed):
    return ExistingStorage(
        stack, "Storage", **({"bucket_names": BUCKETS, "key_arn": KEY} | changed)
    )


def test_existing_storage_creates_nothing(stack):
    make(stack)
    assert not Template.from_stack(stack).to_json().get("Resources")


def test_what_is_built_on_existing_storage_names_its_buckets_and_its_key(stack):
    storage = make(stack)
    LakeCatalog(stack, "Catalog", prefix="our-lake", zones=storage.zones, key=storage.key)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Glue::Crawler", {"Targets": {"S3Targets": [{"Path": "s3://our-raw/"}]}}
    )
    assert KEY in str(template.find_resources("AWS::Athena::WorkGroup"))


@pytest.mark.parametrize(
    ("buckets", "said"),
    [
        ({}, "must name a bucket for each of raw, .*: got none"),
        (BUCKETS | {"rwa": "our-rwa"}, "must name a bucket for each of raw, .*: got .*, rwa"),
        (BUCKETS | {"raw": "our-curated"}, "must be a bucket of its own for each zone"),
    ],
)
def test_each_zone_needs_a_bucket_of_its_own(stack, buckets, said):
    with pytest.raises(ValueError, match=f"Test/Storage: bucket_names: {said}"):
        make(stack, bucket_names=buckets)
