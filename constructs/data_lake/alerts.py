"""Where notices go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from data_lake.dead_letters import DeadLetters

ALERTING_SERVICES: Final = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com")
"""The services that send alerts of their own: of a budget, of an alarm."""


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

    Besides the roles that may publish, alarms and budgets of this account send to it. A notice
    that the topic does not take, or that a subscriber cannot be given, is kept for 14 days in a
    dead-letter queue.

    Args:
        key: encrypts the messages; its policy must let the publishers use it, also the
            ``ALERTING_SERVICES``.
        subscribers: who is told. Default: nobody; the notices are then only on the topic.

    Attributes:
        topic: the topic.
        dead_letters: notices that could not be sent or delivered.
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
        self._let_services_publish()
        self.dead_letters = DeadLetters(
            self, "DeadLetters", key=key, sender="the state machines and the topic's subscriptions"
        ).queue
        for number, subscriber in enumerate(subscribers, start=1):
            sns.Subscription(
                self,
                f"Subscriber{number}",
                topic=self.topic,
                protocol=sns.SubscriptionProtocol[subscriber.protocol.upper()],
                endpoint=subscriber.endpoint,
                dead_letter_queue=self.dead_letters,
            )

    def _let_services_publish(self) -> None:
        # The topic's own policy replaces SNS's default one, which let in the whole account.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlertsOfThisAccount",
                principals=[iam.ServicePrincipal(service) for service in ALERTING_SERVICES],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
