"""Personal data on its way to the table: hashed, tokenised, truncated or dropped, in plain SQL.

Keys come into a query as one row that its expressions look up. A literal would stand in the plan,
and so in explanations, event logs and error messages; what a row of a table holds does not.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import boto3
from pyspark.sql import DataFrame, SparkSession

from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.errors import ProtectionKeyMissing
from lake_spark.sql import POSITION, quoted

KEYED = ("hash", "tokenize")
TRUNCATIONS = {
    ("date", "month"): "trunc({value}, 'MM')",
    ("date", "year"): "trunc({value}, 'YEAR')",
    ("timestamp", "month"): "date_trunc('MONTH', {value})",
    ("timestamp", "year"): "date_trunc('YEAR', {value})",
}
NONCE_BYTES = 12
"""What AES-GCM takes."""
BLOCK_BYTES = 64
"""The block of SHA-256: https://www.rfc-editor.org/rfc/rfc2104."""
VIEW = "strata_protection_keys"


@dataclass(frozen=True, repr=False)
class Keys:
    """One key for each purpose, derived from an environment's secret; never shown.

    Equal values of all datasets of the environment are hashed alike, so that they can be joined.
    """

    hashing: bytes
    nonce: bytes
    cipher: bytes

    @classmethod
    def derive(cls, secret: bytes) -> "Keys":
        """Derive the keys; each says nothing of the others nor of the secret."""
        hashing, nonce, cipher = (
            hmac.new(secret, f"strata/{purpose}/1".encode(), hashlib.sha256).digest()
            for purpose in ("hash", "token-nonce", "token-cipher")
        )
        return cls(hashing, nonce, cipher)


def needs_keys(contract: Contract) -> bool:
    """Tell whether a contract has columns that are hashed or tokenised."""
    return any(
        column.protection and column.protection.method in KEYED for column in contract.columns
    )


def read_keys(secret_id: str) -> Keys:
    """Read the environment's secret; raises `ProtectionKeyMissing` if it holds no key."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=secret_id)
    try:
        secret = json.loads(answer["SecretString"])["key"].encode()
    except (KeyError, ValueError, TypeError, AttributeError):
        # The parser's own message would quote the secret.
        raise ProtectionKeyMissing(
            f'the secret {secret_id} is not a JSON document {{"key": "..."}}; deploy the '
            "processing stack, which makes it"
        ) from None
    if len(secret) < hashlib.sha256().digest_size:
        raise ProtectionKeyMissing(
            f"the secret {secret_id} has a key of {len(secret)} characters; at least 32 are needed"
        )
    return Keys.derive(secret)


def stored(contract: Contract) -> Contract:
    """Give the contract of the table itself: without dropped columns, with texts for keyed ones."""
    return replace(
        contract,
        columns=tuple(_stored(column) for column in contract.columns if not _is_dropped(column)),
    )


def _is_dropped(column: ColumnContract) -> bool:
    return column.protection is not None and column.protection.method == "drop"


def _stored(column: ColumnContract) -> ColumnContract:
    if column.protection is not None and column.protection.method in KEYED:
        return replace(column, type="string", pattern=None)
    return column


def protect(rows: DataFrame, contract: Contract, secret_id: str | None) -> DataFrame:
    """Give good rows as the table may have them, with their position.

    The secret is read only if a column needs it. Raises `ProtectionKeyMissing`.
    """
    if not any(column.protection for column in contract.columns):
        return rows
    kept = [column for column in contract.columns if not _is_dropped(column)]
    expressions = [f"{_protected(column)} AS {quoted(column.name)}" for column in kept]
    if not needs_keys(contract):
        return rows.selectExpr(*POSITION, *expressions)
    if secret_id is None:
        raise ProtectionKeyMissing(f"{contract.name}: the job was given no secret to hash with")
    with key_view(rows.sparkSession, read_keys(secret_id)):
        return rows.selectExpr(*POSITION, *expressions)


@contextmanager
def key_view(spark: SparkSession, keys: Keys) -> Iterator[None]:
    """Let expressions inside look keys up; they stay valid afterwards."""
    row = {
        **_pads("hashing", keys.hashing),
        **_pads("nonce", keys.nonce),
        "cipher": keys.cipher,
    }
    schema = ", ".join(f"{name} binary" for name in row)
    frame = spark.createDataFrame([tuple(bytearray(key) for key in row.values())], schema)
    frame.createOrReplaceTempView(VIEW)
    try:
        yield
    finally:
        spark.catalog.dropTempView(VIEW)


def _pads(name: str, key: bytes) -> dict[str, bytes]:
    block = key.ljust(BLOCK_BYTES, b"\0")
    return {
        f"{name}_inner": bytes(byte ^ 0x36 for byte in block),
        f"{name}_outer": bytes(byte ^ 0x5C for byte in block),
    }


def _protected(column: ColumnContract) -> str:
    value = quoted(column.name)
    protection = column.protection
    if protection is None or protection.method == "none":
        return value
    octets = f"encode(CAST({value} AS string), 'UTF-8')"
    if protection.method == "hash":
        return keyed_hash(octets, "hashing")
    if protection.method == "tokenize":
        return _token(octets)
    if protection.keep is not None:
        return f"left({value}, {protection.keep})"
    return TRUNCATIONS[column.type, str(protection.to)].format(value=value)


def keyed_hash(octets: str, purpose: str) -> str:
    """Give the SQL of HMAC-SHA256 in hexadecimal, null for null (RFC 2104)."""
    inner = f"sha2(concat({_key(f'{purpose}_inner')}, {octets}), 256)"
    return f"sha2(concat({_key(f'{purpose}_outer')}, unhex({inner})), 256)"


def _token(octets: str) -> str:
    """Encrypt under a nonce that is derived from the value, so that equal values stay equal."""
    nonce = f"substring(unhex({keyed_hash(octets, 'nonce')}), 1, {NONCE_BYTES})"
    sealed = f"aes_encrypt({octets}, {_key('cipher')}, 'GCM', 'DEFAULT', {nonce})"
    # URL-safe, without padding and without the line ends that Spark puts into long ones.
    return f"translate(base64({sealed}), '+/=\\r\\n', '-_')"


def _key(name: str) -> str:
    return f"(SELECT {name} FROM {VIEW})"  # noqa: S608 - names of ours
