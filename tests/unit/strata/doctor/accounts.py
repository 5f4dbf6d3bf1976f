"""An account whose APIs answer as they are told."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from config.company import Company
from config.loading import load_settings
from data_lake.required_tags import REQUIRED_TAGS
from strata.doctor.examination import examine
from strata.doctor.finding import Account, Finding, State
from strata.doctor.quotas import DPUS, JOB_RUNS

PROD = load_settings("prod")
FIRST, SECOND = "us-east-1", "us-west-2"
IAM_ONLY = [
    {
        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Permissions": ["ALL"],
    }
]
ARN = "arn:aws:iam::333333333333:role/deploy"
Answer = Mapping[str, Any] | Exception
Answers = dict[str, Answer]


def refused(code: str, operation: str = "Anything") -> ClientError:
    """Give the error with which an API refuses."""
    return ClientError({"Error": {"Code": code, "Message": "not you"}}, operation)


READY: Answers = {
    "sts.get_caller_identity": {"Account": PROD.account, "Arn": ARN},
    "account.get_region_opt_status": {"RegionOptStatus": "ENABLED_BY_DEFAULT"},
    "ssm.get_parameter": {"Parameter": {"Value": "21"}},
    "service-quotas.list_aws_default_service_quotas": {
        "Quotas": [{"QuotaName": JOB_RUNS, "Value": 50.0}, {"QuotaName": DPUS, "Value": 300.0}]
    },
    "service-quotas.list_service_quotas": {"Quotas": [{"QuotaName": DPUS, "Value": 2_000.0}]},
    "lambda.get_account_settings": {"AccountLimit": {"UnreservedConcurrentExecutions": 1_000}},
    "lakeformation.get_data_lake_settings": {
        "DataLakeSettings": {
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": ARN}],
            "CreateDatabaseDefaultPermissions": IAM_ONLY,
            "CreateTableDefaultPermissions": IAM_ONLY,
        }
    },
    "ce.list_cost_allocation_tags": {
        "CostAllocationTags": [{"TagKey": key, "Status": "Active"} for key in REQUIRED_TAGS]
    },
    "iam.get_role": {"Role": {}},
}


class Stub:
    """A client that answers each operation as it was told, or raises what it was told."""

    def __init__(self, service: str, region: str, answers: Answers) -> None:
        self._service, self._region, self._answers = service, region, answers

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        def call(**which: object) -> Answer:
            name, region = f"{self._service}.{operation}", which.get("RegionName", self._region)
            answer = self._answers.get(f"{name} {region}", self._answers.get(name))
            assert answer is not None, f"nobody expected {name} in {region}"
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        """Give a paginator of one page."""
        stub = self

        class Paginator:
            def paginate(self, **which: object) -> Iterator[Answer]:
                yield getattr(stub, operation)(**which)

        return Paginator()


def account(changes: Answers | None = None, company: Company | None = None) -> Account:
    """Give production's account, ready but for the changes."""
    answers = READY | (changes or {})
    settings = PROD.model_copy(update={"company": company or Company()})
    return Account(settings, lambda service, region: Stub(service, region, answers))


def not_ok(changes: Answers | None = None, company: Company | None = None) -> list[Finding]:
    """Give what is not ok after changes."""
    return [one for one in examine(account(changes, company)) if one.state is not State.OK]
