"""The two tables that remember arrivals and runs."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

RUNS_BY_START: Final = "runs-by-start"
"""The audit table's index that lists an owner's runs by time."""


class LakeTables(Construct):
    """The ledger of arrivals and the audit of runs.

    Both keep 35 days of point-in-time recovery, are encrypted with the given key and are paid
    per request.

    Args:
        key: encrypts the items.
        retain: keep the tables when the stack is deleted, and refuse to delete them by hand.
            Default: true.

    Attributes:
        ledger: arrivals, locks and states, by scope and item.
        audit: runs, by scope and run.
        key: encrypts the items.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, retain: bool = True
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = key
        self._retain = retain
        self.ledger = self._table("Ledger", sort_key="item")
        self.audit = self._table("Audit", sort_key="run_id")
        self.audit.add_global_secondary_index(
            index_name=RUNS_BY_START,
            partition_key=_text("owner_scope"),
            sort_key=_text("started_at"),
        )

    def _table(self, construct_id: str, *, sort_key: str) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            construct_id,
            partition_key=_text("scope"),
            sort_key=_text(sort_key),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self.key),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._retain,
            removal_policy=RemovalPolicy.RETAIN if self._retain else RemovalPolicy.DESTROY,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
