"""Customer-managed keys."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class LakeKey(Construct):
    """A customer-managed key that rotates every year and can encrypt log groups.

    Or one that exists already, which is left as it is. Its policy must then let this account's
    roles use it by their own policies, CloudWatch Logs encrypt this account's log groups with it,
    and ``services`` deliver messages.

    Args:
        description: what the key protects; shown in the console.
        services: AWS services that may use the key on behalf of this account, to deliver
            encrypted messages; such as ``events.amazonaws.com``. Default: none.
        alias: a name under which other regions find the key, such as ``alias/lake-replica``.
            Default: none.
        retain: keep the key when the stack is deleted. Default: true, because deleting
            a key destroys everything it encrypted. False schedules its deletion, which can be
            cancelled for 30 days.
        existing_arn: a key to use instead of making one. Default: none.

    Attributes:
        key: the key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        services: Sequence[str] = (),
        alias: str | None = None,
        retain: bool = True,
        existing_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key: kms.IKey
        if existing_arn is not None:
            self.key = kms.Key.from_key_arn(self, "Key", existing_arn)
            return
        self.key = kms.Key(
            self,
            "Key",
            alias=alias,
            description=description,
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self._allow_log_groups()
        if services:
            self._allow_services(services)

    def _allow_log_groups(self) -> None:
        # The key cannot name the log groups of later stacks without depending on them, so the
        # condition names every log group of this account and region instead.
        stack = Stack.of(self)
        log_groups = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name="*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogGroupsOfThisAccount",
                principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
                actions=[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            )
        )

    def _allow_services(self, services: Sequence[str]) -> None:
        stack = Stack.of(self)
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ServicesThatDeliverMessages",
                principals=[iam.ServicePrincipal(service) for service in services],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                # A key policy's "*" is the key that it is attached to.
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            )
        )


KEY_READ_WRITE: Sequence[str] = ("kms:Decrypt", "kms:GenerateDataKey")
"""What readers and writers of objects and messages need on their key; multipart uploads decrypt
what they write."""

KEY_TABLE: Sequence[str] = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What users of a DynamoDB table need on its key."""
