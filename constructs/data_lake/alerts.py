"""Where notices go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from data_lake.dead_letters import DeadLetters
from data_lake.severity import Severity

ALERTING_SERVICES: Final = (
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "costalerts.amazonaws.com",
)
"""The services that send alerts of their own: of a budget, an alarm, an anomaly of cost."""

RUNBOOKS: Final = "docs/runbooks"
"""The folder of the runbooks in this repository."""


@dataclass(frozen=True)
class Subscriber:
    """Who is told.

    Attributes:
        protocol: ``email``, ``https`` or ``sqs``.
        endpoint: the address, the URL, or the queue's ARN.
        severities: which alarms and notices are told. Default: all.
        notices: whether notices of single runs are told, beside alarms. Default: true. A pager
            takes false: alarms tell it of each cause once, and notices of every run that failed.
    """

    protocol: Literal["email", "https", "sqs"]
    endpoint: str
    severities: tuple[Severity, ...] = tuple(Severity)
    notices: bool = True


class AlertRouting(Construct):
    """Encrypted topics that take messages over TLS only, and their subscribers.

    Notices go to one topic, from which each subscriber gets those of its severities. Alarms and
    the budget go to that topic, too, or to one for each severity. Besides the roles that may
    publish, alarms and budgets of this account send to the topics that are theirs. A notice that
    the topic does not take, or a message that a subscriber cannot be given, is kept for 14 days
    in a dead-letter queue.

    Args:
        key: encrypts the messages; its policy must let the publishers use it, also the
            ``ALERTING_SERVICES``.
        subscribers: who is told. Default: nobody; the messages are then only on the topics.
        by_severity: alarms have a topic for each severity, so that a subscriber can have some of
            them. Default: false, everything is on one topic and everybody gets all of it.
        runbooks: the folder or URL of the runbooks, whose pages messages name. Default: the
            folder of this repository.

    Attributes:
        topic: gets the notices.
        topics: get the alarms, by severity.
        dead_letters: notices that could not be sent, and what could not be delivered.
        runbooks: where the runbooks are.

    Raises:
        ValueError: a subscriber wants some of what is on the only topic.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        subscribers: Sequence[Subscriber] = (),
        by_severity: bool = False,
        runbooks: str = RUNBOOKS,
    ) -> None:
        super().__init__(scope, construct_id)
        self.runbooks = runbooks
        self.topic = self._new_topic("Topic", key)
        self.topics: Mapping[Severity, sns.Topic] = {
            severity: self._new_topic(severity.capitalize(), key) if by_severity else self.topic
            for severity in Severity
        }
        for topic in dict.fromkeys(self.topics.values()):
            self._let_services_publish(topic)
        self.dead_letters = DeadLetters(
            self, "DeadLetters", key=key, sender="the state machines and the topics' subscriptions"
        ).queue
        for number, subscriber in enumerate(subscribers, start=1):
            if by_severity:
                self._subscribe_by_severity(f"Subscriber{number}", subscriber)
            else:
                self._subscribe_to_all(f"Subscriber{number}", subscriber)

    def _new_topic(self, name: str, key: kms.IKey) -> sns.Topic:
        return sns.Topic(self, name, master_key=key, enforce_ssl=True)

    def _subscribe_to_all(self, name: str, subscriber: Subscriber) -> None:
        if set(subscriber.severities) != set(Severity) or not subscriber.notices:
            raise ValueError(
                f"{self.node.path}: {subscriber.endpoint}: severities and notices: must be all, "
                "because alarms have no topics by severity: got "
                f"{', '.join(subscriber.severities)}, notices {subscriber.notices}"
            )
        self._subscription(name, subscriber, self.topic)

    def _subscribe_by_severity(self, name: str, subscriber: Subscriber) -> None:
        for severity in dict.fromkeys(subscriber.severities):
            self._subscription(f"{name}{severity.capitalize()}", subscriber, self.topics[severity])
        if subscriber.notices:
            self._subscription(name, subscriber, self.topic, subscriber.severities)

    def _subscription(
        self,
        name: str,
        subscriber: Subscriber,
        topic: sns.Topic,
        severities: Sequence[Severity] = tuple(Severity),
    ) -> None:
        some = set(severities) != set(Severity)
        wanted = sns.FilterOrPolicy.filter(
            sns.SubscriptionFilter.string_filter(allowlist=list(severities))
        )
        sns.Subscription(
            self,
            name,
            topic=topic,
            protocol=sns.SubscriptionProtocol[subscriber.protocol.upper()],
            endpoint=subscriber.endpoint,
            dead_letter_queue=self.dead_letters,
            # A notice says its severity in its message, where every publisher has it already.
            filter_policy_with_message_body={"severity": wanted} if some else None,
        )

    def _let_services_publish(self, topic: sns.Topic) -> None:
        # The topic's own policy replaces SNS's default one, which let in the whole account.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlertsOfThisAccount",
                principals=[iam.ServicePrincipal(service) for service in ALERTING_SERVICES],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
