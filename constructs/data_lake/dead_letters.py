"""A queue for what could not be delivered."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from data_lake.acknowledgement import SOLUTIONS, acknowledge

KEPT: Final = Duration.days(14)
"""How long a message is kept; the most that SQS allows."""


class DeadLetters(Construct):
    """An encrypted queue that takes messages over TLS only and keeps them for 14 days.

    Args:
        key: encrypts the messages; its policy must let the senders use it.
        sender: the service that fills it. Default: another queue or a function of the same stack.

    Attributes:
        queue: the queue.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, sender: str | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEPT,
        )
        if sender is not None:
            acknowledge(
                self.queue,
                f"{SOLUTIONS}-SQS3",
                reason=f"It is a dead-letter queue, of {sender}, where the rule does not look.",
            )
