import pytest

from lake_runtime.environment import Environment
from lake_runtime.errors import MisconfiguredFunction

GIVEN = {
    "ENVIRONMENT": "dev",
    "OWNER": "strata-dev",
    "AWS_REGION": "us-east-1",
    "LEDGER_TABLE": "ledger",
    "AUDIT_TABLE": "audit",
    "CONTRACTS_URI": "s3://artifacts/contracts.json",
    "RAW_BUCKET": "raw",
    "QUARANTINE_BUCKET": "quarantine",
    "ARTIFACTS_BUCKET": "artifacts",
    "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:111111111111:alerts",
    "PATH": "/usr/bin",
}


def test_the_scope_names_region_owner_and_dataset():
    environment = Environment.read(GIVEN)
    assert environment.scope("flights") == "us-east-1#strata-dev#flights"
    assert environment.owner_scope == "us-east-1#strata-dev"


def test_every_missing_variable_is_named():
    given = {name: GIVEN[name] for name in GIVEN if name not in ("OWNER", "RAW_BUCKET")}
    with pytest.raises(
        MisconfiguredFunction, match=r"OWNER: .*RAW_BUCKET: .*set them in its stack"
    ):
        Environment.read(given)


def test_a_contracts_uri_that_is_none_is_refused():
    with pytest.raises(MisconfiguredFunction, match="CONTRACTS_URI"):
        Environment.read(GIVEN | {"CONTRACTS_URI": "/opt/contracts.json"})
