"""What a staged run leaves behind, and that no reader sees it."""

from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from lake_spark.errors import ContractMismatch, LakeError
from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"


def test_readers_see_nothing_of_a_run_before_it_is_published(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    report = lake.stage("run-2")
    assert lake.rows("id") == [(1,)]
    branch = lake.spark.read.option("branch", report["branch"]).table(lake.table)
    assert sorted(row["id"] for row in branch.collect()) == [1, 2]
    lake.publish("run-2")
    assert lake.rows("id") == [(1,), (2,)]


def test_a_run_that_is_staged_again_counts_once(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\nbad\n")
    first = lake.stage()
    second = lake.stage()
    lake.publish()
    assert lake.rows("id") == [(1,)]
    assert len(lake.quarantined()) == 1
    assert {**first, "snapshot_id": 0, "seconds": 0} == {**second, "snapshot_id": 0, "seconds": 0}


def test_a_run_that_was_fixed_and_staged_again_has_no_old_bad_rows(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,x\n")
    lake.stage()
    lake.inputs = []
    lake.put("a.csv", HEADER + "1,Ada,10\n")
    report = lake.stage()
    assert report["quarantine_uri"] is None
    with pytest.raises(ClientError, match="EntityNotFound"):
        lake.quarantine()


def test_what_a_killed_run_left_is_dropped_by_the_next(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.stage("killed")
    lake.run("run-2")
    refs = lake.spark.table(f"{lake.table}.refs").collect()
    assert [row["name"] for row in refs] == ["main"]
    assert lake.rows("id") == [(1,)]


def test_staging_a_published_run_again_changes_nothing(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    inputs = lake.inputs
    report = lake.run()
    lake.inputs = inputs
    assert lake.stage() == report
    assert lake.publish()["already_published"] is True
    assert lake.rows("id") == [(1,)]


def test_a_run_without_a_good_row_stages_nothing_and_scores_zero(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "x,Ada,1\ny,Bob,2\n")
    report = lake.stage()
    assert (report["rows_in"], report["rows_good"], report["score"]) == (2, 0, 0.0)
    assert (report["branch"], report["snapshot_id"]) == (None, None)
    assert len(lake.quarantined()) == 2
    assert lake.rows("id") == []


def test_of_rows_with_the_same_key_the_newest_wins(lake: Lake) -> None:
    lake.put(
        "b.csv", HEADER + "1,first,1\n1,second,1\n2,only,2\n", registered_at="2026-01-01T00:00"
    )
    lake.put("a.csv", HEADER + "1,third,1\n3,old,3\n3,new,3\n", registered_at="2026-01-02T00:00")
    report = lake.run()
    assert lake.rows("id", "customer") == [(1, "third"), (2, "only"), (3, "new")]
    assert (report["rows_in"], report["rows_good"], report["rows_deduplicated"]) == (6, 3, 3)
    assert report["score"] == 1.0


def test_a_merge_brings_the_newest_row_of_each_key_into_the_table(lake: Lake) -> None:
    lake.contract |= {"write_mode": "merge", "partition_by": ["customer"]}
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Eve,20\n3,Ada,30\n2,Eve,21\n")
    report = lake.stage("run-2")
    assert lake.rows("id", "amount") == [(1, Decimal(1)), (2, Decimal(2))]
    lake.publish("run-2")
    assert lake.rows("id", "customer", "amount") == [
        (1, "Ada", Decimal(1)),
        (2, "Eve", Decimal(21)),
        (3, "Ada", Decimal(30)),
    ]
    assert (report["rows_good"], report["rows_deduplicated"]) == (2, 1)


def test_a_replacement_puts_the_run_in_the_place_of_the_whole_table(lake: Lake) -> None:
    lake.contract["write_mode"] = "replace"
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "3,Eve,3\n")
    lake.run("run-2")
    assert lake.rows("id") == [(3,)]


def test_a_column_that_the_contract_adds_is_added_to_the_table(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.contract["evolution"] = "additive"
    lake.contract["columns"][0]["type"] = "bigint"
    lake.contract["columns"].append(column("city", "string"))
    lake.put("b.csv", "id,customer,amount,city\n99999999999,Bob,2,Paris\n")
    lake.run("run-2")
    assert lake.rows("id", "city") == [(1, None), (99999999999, "Paris")]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"columns": [column("id", "string")]},
            r"'customer' \(string\) is in the table and not in the",
        ),
        ({"partition_by": ["customer"]}, r"partitioned by \[\], the contract says \['customer'\]"),
    ],
)
def test_any_other_change_of_the_contract_is_refused_with_the_difference(
    lake: Lake, change: dict[str, object], difference: str
) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    before = {name: lake.contract[name] for name in change}
    lake.contract["raw"]["header"] = False
    lake.contract |= change
    lake.put("b.csv", "1,Ada,1\n")
    with pytest.raises(ContractMismatch, match=difference):
        lake.stage("run-2")
    lake.contract |= before
    lake.contract["columns"][2]["type"] = "double"
    with pytest.raises(
        ContractMismatch, match=r"'amount' is decimal.10,2. in the table and double"
    ):
        lake.stage("run-2")


def test_a_job_without_an_argument_says_which(lake: Lake) -> None:
    import stage  # noqa: PLC0415 - as Glue runs it

    with pytest.raises(LakeError, match="without --run_id, --contracts_uri"):
        stage.main(["--dataset", lake.name])
