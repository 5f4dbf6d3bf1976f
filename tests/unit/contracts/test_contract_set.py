"""The compiled bundle says what the contract says, in the same bytes each time."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from data_lake.contracts import load_contracts

Lake = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[3]


def test_a_dataset_is_compiled_with_every_field_that_functions_and_spark_read(lake: Lake) -> None:
    orders = load_contracts(lake()).compile()["datasets"]["orders"]
    rules = orders.pop("rules")

    assert len(rules) == 3
    assert orders == {
        "name": "orders",
        "kind": "dataset",
        "version": "1.0.0",
        "description": "Orders of the shop.",
        "owner": "sales",
        "zone": "processed",
        "format": "iceberg",
        "write_mode": "merge",
        "version_column": None,
        "evolution": "strict",
        "publishing": None,
        "raw": {
            "prefix": "orders/",
            "format": "csv",
            "compression": "auto",
            "delimiter": ",",
            "quote": '"',
            "escape": '"',
            "header": True,
            "encoding": "UTF-8",
            "null_values": [""],
            "multiline": False,
            "comment": None,
            "skip_lines": 0,
            "line_end": "any",
            "decimal_separator": ".",
            "records": None,
        },
        "columns": [
            _column("order_id", "bigint", required=True),
            _column("country", "string", required=True, classification="public"),
            _column("amount", "decimal(12,2)"),
            _column("ordered_on", "date", pattern="dd.MM.yyyy"),
        ],
        "primary_key": ["order_id"],
        "partition_by": ["country"],
        "quality": {"threshold": 0.95},
        "quarantine": {"clear_values": False},
        "trigger": {"mode": "on_arrival"},
        "schedule": {"cron": "0 6 ? * MON-FRI *", "time_zone": "Europe/Oslo", "catch_up": False},
        "engine": {
            "worker_type": None,
            "workers": None,
            "max_workers": None,
            "bytes_per_worker": 2**30,
            "flex": False,
            "timeout_minutes": None,
            "shuffle_partitions": None,
        },
        "retry": {"max_attempts": 5, "tolerated_failure_percent": 0},
        "circuit": {"failures": 3, "cool_down_minutes": 60},
        "freshness_hours": 48,
    }


def _column(name: str, kind: str, **more: object) -> dict[str, object]:
    plain = {"required": False, "description": "", "classification": "internal"}
    return {"name": name, "type": kind} | plain | more


def test_the_bundle_says_which_format_it_has(lake: Lake) -> None:
    bundle = load_contracts(lake()).compile()

    assert bundle["format"] == 1, "functions and Spark refuse another format"
    assert sorted(bundle) == ["datasets", "format", "products"]


def test_csv_may_be_written_as_the_producer_writes_it(lake: Lake) -> None:
    written = "format: csv\n      encoding: ISO-8859-1\n      delimiter: ;\n      header: false"
    raw = load_contracts(lake(("orders.odcs.yaml", "format: csv", written))).datasets["orders"].raw

    assert (raw.encoding, raw.delimiter, raw.header) == ("ISO-8859-1", ";", False)


def test_a_contract_cannot_be_changed_after_it_was_checked(lake: Lake) -> None:
    orders = load_contracts(lake()).datasets["orders"]

    for part, field in (
        (orders, "write_mode"),
        (orders.raw, "prefix"),
        (orders.columns[0], "type"),
    ):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, field, "append")


@pytest.mark.parametrize(
    ("unit", "hours"), [("h", 2), ("days", 48), ("min", pytest.approx(2 / 60))]
)
def test_freshness_is_compiled_to_hours_whatever_its_unit(
    lake: Lake, unit: str, hours: object
) -> None:
    contracts = load_contracts(lake(("orders.odcs.yaml", "unit: d", f"unit: {unit}")))

    assert contracts.datasets["orders"].freshness_hours == hours


def test_a_column_may_give_its_physical_type_alone(lake: Lake) -> None:
    both = "logicalType: number\n        physicalType: decimal(12, 2)"
    contracts = load_contracts(lake(("orders.odcs.yaml", both, "physicalType: double")))

    assert contracts.datasets["orders"].columns[2].type == "double"


def test_a_product_is_compiled_without_the_fields_of_a_dataset(lake: Lake) -> None:
    sales = load_contracts(lake()).compile()["products"]["sales"]

    assert (sales["kind"], sales["zone"], sales["write_mode"]) == ("product", "curated", "replace")
    assert not {"raw", "trigger", "schedule"} & set(sales)


def test_a_dataset_without_schedule_says_so(lake: Lake) -> None:
    countries = load_contracts(lake()).compile()["datasets"]["countries"]

    assert countries["schedule"] is None
    assert countries["freshness_hours"] is None


def test_a_trigger_of_mode_manifest_carries_its_suffix_and_its_deadline(lake: Lake) -> None:
    trigger = "  - {property: trigger, value: {mode: manifest}}\n  - property: schedule\n"
    contracts = load_contracts(lake(("orders.odcs.yaml", "  - property: schedule\n", trigger)))

    assert contracts.compile()["datasets"]["orders"]["trigger"] == {
        "mode": "manifest",
        "suffix": ".manifest.json",
        "deadline_minutes": 60,
    }


def test_a_trigger_of_mode_micro_batch_carries_how_often_it_looks(lake: Lake) -> None:
    trigger = "  - {property: trigger, value: {mode: micro_batch, everyMinutes: 5}}\n"
    before = "  - property: schedule\n"
    contracts = load_contracts(lake(("orders.odcs.yaml", before, f"{trigger}{before}")))

    assert contracts.compile()["datasets"]["orders"]["trigger"] == {
        "mode": "micro_batch",
        "every_minutes": 5,
    }


def test_a_trigger_of_mode_schedule_carries_when_it_fires(lake: Lake) -> None:
    trigger = "  - {property: trigger, value: {mode: schedule}}\n  - property: schedule\n"
    contracts = load_contracts(lake(("orders.odcs.yaml", "  - property: schedule\n", trigger)))
    orders = contracts.compile()["datasets"]["orders"]
    schedule = {"cron": "0 6 ? * MON-FRI *", "time_zone": "Europe/Oslo"}

    assert orders["trigger"] == {"mode": "schedule"} | schedule
    assert orders["schedule"] == schedule | {"catch_up": False}


def test_the_primary_key_and_the_partitioning_follow_their_positions(lake: Lake) -> None:
    contracts = load_contracts(
        lake(
            ("orders.odcs.yaml", "primaryKeyPosition: 1", "primaryKeyPosition: 2"),
            (
                "orders.odcs.yaml",
                "        partitioned: true\n",
                "        primaryKey: true\n        primaryKeyPosition: 1\n",
            ),
        )
    )

    assert contracts.datasets["orders"].primary_key == ("country", "order_id")
    assert contracts.datasets["orders"].partition_by == ()


def test_the_bundle_is_written_as_json_that_reads_back_whole(lake: Lake, tmp_path: Path) -> None:
    contracts = load_contracts(lake())
    contracts.write(tmp_path / "contracts.json")

    assert json.loads((tmp_path / "contracts.json").read_bytes()) == contracts.compile()


def test_the_same_contracts_give_the_same_bytes_in_every_process(
    lake: Lake, tmp_path: Path
) -> None:
    folder = lake()
    program = dedent(
        f"""
        import hashlib, pathlib
        from data_lake.contracts import load_contracts
        file = pathlib.Path({str(tmp_path / "other.json")!r})
        load_contracts(pathlib.Path({str(folder)!r})).write(file)
        print(hashlib.sha256(file.read_bytes()).hexdigest())
        """
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(ROOT / "constructs"), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    load_contracts(folder).write(tmp_path / "here.json")

    assert hashes == {hashlib.sha256((tmp_path / "here.json").read_bytes()).hexdigest()}


def test_contracts_are_read_without_the_cdk() -> None:
    program = (
        "import sys, data_lake.contracts; "
        "print([name for name in sys.modules if name.startswith(('aws_cdk', 'jsii'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT / "constructs")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


def test_what_a_contract_says_of_versions_partitions_and_changes_is_compiled(lake: Lake) -> None:
    folder = lake(
        (
            "orders.odcs.yaml",
            "        logicalType: date\n        logicalTypeOptions:\n"
            "          format: dd.MM.yyyy\n",
            "        logicalType: date\n        id: the_day\n"
            "        required: true\n        partitioned: true\n"
            "        customProperties: [{property: partitionTransform, value: month}]\n"
            "      - name: revision\n        logicalType: integer\n        required: true\n"
            "        customProperties: [{property: deprecated, value: true}]\n",
        ),
        (
            "orders.odcs.yaml",
            "  - property: writeMode\n",
            "  - {property: versionColumn, value: revision}\n"
            "  - {property: evolution, value: additive}\n  - property: writeMode\n",
        ),
        (
            "countries.odcs.yaml",
            "  - {property: writeMode, value: replace}\n",
            "  - {property: writeMode, value: replace}\n"
            "  - {property: tableFormat, value: parquet}\n"
            "  - {property: publishing, value: {atomicity: table}}\n",
        ),
    )
    compiled = load_contracts(folder).compile()["datasets"]
    orders, countries = compiled["orders"], compiled["countries"]
    columns = {column["name"]: column for column in orders["columns"]}
    assert (columns["ordered_on"]["transform"], columns["ordered_on"]["id"]) == ("month", "the_day")
    assert columns["revision"]["deprecated"] is True
    assert (orders["version_column"], orders["evolution"]) == ("revision", "additive")
    assert (countries["format"], countries["publishing"]) == ("parquet", {"atomicity": "table"})


def fingerprint(folder: Path) -> str:
    """Give the fingerprint of the small lake's product."""
    return str(load_contracts(folder).compile()["products"]["sales"]["fingerprint"])


def test_a_products_fingerprint_changes_with_its_rows_and_not_with_its_words(
    tmp_path: Path, lake: Callable[..., Path]
) -> None:
    folder = lake()
    first = fingerprint(folder)
    contract, sql = folder / "sales.odcs.yaml", folder / "sales.sql"
    words = contract.read_text().replace("Sales by country.", "What is sold where.")
    contract.write_text(words.replace("version: 1.0.0", "version: 1.0.1"))
    assert fingerprint(folder) == first
    sql.write_text(sql.read_text().replace("sum(amount)", "max(amount)"))
    changed = fingerprint(folder)
    assert changed != first
    contract.write_text(words.replace("decimal(12,2)", "decimal(13,2)"))
    assert fingerprint(folder) not in (first, changed)


def test_a_schedule_says_whether_a_run_that_the_clock_skips_is_made_up_for(lake: Lake) -> None:
    zone = "      timeZone: Europe/Oslo\n"
    said = ("orders.odcs.yaml", zone, f"{zone}      catchUp: true\n")
    orders = load_contracts(lake(said))
    assert orders.compile()["datasets"]["orders"]["schedule"]["catch_up"] is True
