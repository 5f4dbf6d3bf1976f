"""Where notices go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True)
class Subscriber:
    """Who is told.

    Attributes:
        protocol: ``email``, ``https`` or ``sqs``.
        endpoint: the address, the URL, or the queue's ARN.
    """

    protocol: Literal["email", "https", "sqs"]
    endpoint: str


class AlertRouting(Construct):
    """One encrypted topic that takes messages over TLS only, and its subscribers.

    Args:
        key: encrypts the messages; its policy must let the publishers use it.
        subscribers: who is told. Default: nobody; the notices are then only on the topic.

    Attributes:
        topic: the topic.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        subscribers: Sequence[Subscriber] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        for number, subscriber in enumerate(subscribers, start=1):
            sns.Subscription(
                self,
                f"Subscriber{number}",
                topic=self.topic,
                protocol=sns.SubscriptionProtocol[subscriber.protocol.upper()],
                endpoint=subscriber.endpoint,
            )
