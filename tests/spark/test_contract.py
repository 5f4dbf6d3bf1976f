"""The compiled bundle as the jobs read it."""

from typing import Any

import pytest

from lake_spark.contract import parse_contract
from lake_spark.errors import ContractMismatch
from tests.spark.support import column

ENTRY: dict[str, Any] = {
    "name": "orders",
    "kind": "dataset",
    "version": "1.0.0",
    "format": "iceberg",
    "write_mode": "append",
    "columns": [column("id", "int"), column("customer", "string", required=True)],
    "primary_key": ["id"],
}


def test_a_key_is_required_whether_the_contract_says_so_or_not() -> None:
    assert [one.required for one in parse_contract(ENTRY).columns] == [True, True]
    assert [one.required for one in parse_contract(ENTRY | {"primary_key": []}).columns] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [column("__file", "int")]}, "column '__file' begins with '__'"),
        ({"columns": [column("Id", "int"), column("id", "int")]}, "'id' is declared twice"),
        ({"partition_by": ["day"]}, "partition_by names no column: 'day'"),
    ],
)
def test_names_that_the_jobs_cannot_use_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractMismatch, match=message):
        parse_contract(ENTRY | change)
