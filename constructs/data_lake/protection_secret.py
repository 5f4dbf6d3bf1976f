"""The secret that personal data is hashed and tokenised with."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from data_lake.acknowledgement import HIPAA, NIST, SOLUTIONS, acknowledge, across
from data_lake.encryption import LakeKey
from data_lake.permissions import allow

CHARACTERS = 64
"""Letters and digits: some 380 bits, more than the 256 of the keys derived from them."""


class ProtectionSecret(Construct):
    """A random key in Secrets Manager, encrypted with a KMS key of its own.

    It is made once and not rotated: with another key, equal values would no longer be hashed
    alike, and tables could not be joined with what they held before.

    Args:
        prefix: ``<project>-<environment>``; first part of the secret's name.
        retain: keep the secret and its key when the stack is deleted. Default: true, because
            no other key gives the same hashes.
        key_arn: a KMS key that exists and encrypts the secret, in place of a new one. Default:
            none.

    Attributes:
        secret: the secret, a JSON document with the one field ``key``.
        key: what encrypts it.
        arn: the secret's ARN.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        retain: bool = True,
        key_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = LakeKey(
            self,
            "Key",
            description=f"{prefix}: the secret of personal data",
            retain=retain,
            existing_arn=key_arn,
        ).key
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=f"{prefix}-protection",
            description=f"{prefix}: what personal data is hashed with",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 - the template is empty
                generate_string_key="key",
                password_length=CHARACTERS,
                exclude_punctuation=True,
            ),
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self.arn = self.secret.secret_arn
        acknowledge(
            self.secret,
            f"{SOLUTIONS}-SMG4",
            *across("SecretsManagerRotationEnabled", NIST, HIPAA),
            reason="Another key would give other hashes: equal values could no longer be joined.",
        )

    def allow_reading(self, role: iam.Role) -> None:
        """Let a role read the secret."""
        allow(
            role,
            "ReadProtectionSecret",
            actions=["secretsmanager:GetSecretValue"],
            resources=[self.arn],
        )
        allow(
            role,
            "DecryptProtectionSecret",
            actions=["kms:Decrypt"],
            resources=[self.key.key_arn],
        )
