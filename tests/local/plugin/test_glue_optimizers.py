"""Table optimizers on the live emulator: checked, kept with their table, and never said to run."""

import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.local.deployment import session
from strata.local.emulator import Emulator

Client = Callable[[str], Any]
ACCOUNT = "000000000000"
LOCATION = "s3://bucket/orders"


def make_table(glue: Any, name: str = "orders", **parameters: str) -> dict[str, str]:
    """Make a table in a database of its own; gives how optimizers name it."""
    database = f"db_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": database})
    add_table(glue, database, name, parameters or {"table_type": "ICEBERG"})
    return {"CatalogId": ACCOUNT, "DatabaseName": database, "TableName": name}


def add_table(glue: Any, database: str, name: str, parameters: dict[str, str]) -> None:
    """Make a table in a database."""
    storage = {"Location": LOCATION}
    glue.create_table(
        DatabaseName=database,
        TableInput={"Name": name, "Parameters": parameters, "StorageDescriptor": storage},
    )


def retention(role: str, days: int = 30) -> dict[str, Any]:
    """Give the configuration of a retention optimizer."""
    settings = {"snapshotRetentionPeriodInDays": days}
    return {
        "roleArn": role,
        "enabled": True,
        "retentionConfiguration": {"icebergConfiguration": settings},
    }


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Give the code and the message with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_optimizer_is_given_back_as_it_was_made_and_without_a_run(
    client: Client, role: str
) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": "retention"}
    glue.create_table_optimizer(**which, TableOptimizerConfiguration=retention(role))
    answer = glue.get_table_optimizer(**which)
    assert {name: answer[name] for name in which if name != "Type"} == {
        name: value for name, value in which.items() if name != "Type"
    }
    assert answer["TableOptimizer"] == {
        "type": "retention",
        "configuration": retention(role),
        "configurationSource": "table",
    }


def test_an_optimizer_is_changed_and_deleted(client: Client, role: str) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": "retention"}
    glue.create_table_optimizer(**which, TableOptimizerConfiguration=retention(role))
    glue.update_table_optimizer(**which, TableOptimizerConfiguration=retention(role, 90))
    kept = glue.get_table_optimizer(**which)["TableOptimizer"]["configuration"]
    assert kept == retention(role, 90)
    glue.delete_table_optimizer(**which)
    for call in (glue.get_table_optimizer, glue.delete_table_optimizer):
        assert refusal(call, **which)[0] == "EntityNotFoundException"


def test_several_optimizers_are_given_at_once_with_what_is_missing(
    client: Client, role: str
) -> None:
    glue = client("glue")
    which = make_table(glue)
    glue.create_table_optimizer(
        **which, Type="retention", TableOptimizerConfiguration=retention(role)
    )
    entry = {
        "catalogId": ACCOUNT,
        "databaseName": which["DatabaseName"],
        "tableName": which["TableName"],
    }
    answer = glue.batch_get_table_optimizer(
        Entries=[entry | {"type": "retention"}, entry | {"type": "compaction"}]
    )
    (found,), (missing,) = answer["TableOptimizers"], answer["Failures"]
    assert found["tableName"] == "orders"
    assert found["tableOptimizer"]["configuration"] == retention(role)
    assert (missing["type"], missing["error"]["ErrorCode"]) == (
        "compaction",
        "EntityNotFoundException",
    )


@pytest.mark.parametrize(
    ("kind", "change", "refused"),
    [
        (
            "retention",
            {"roleArn": "arn:aws:iam::0:role/nobody"},
            ("ValidationException", "there is no role 'arn:aws:iam::0:role/nobody'"),
        ),
        ("compaction", {}, ("InvalidInputException", "retentionConfiguration is no part of")),
        ("vacuum", {}, ("ValidationException", "'vacuum' is none of")),
        (
            "retention",
            {"retentionConfiguration": {"icebergConfiguration": {"numberOfSnapshotsToRetain": 0}}},
            ("ValidationException", "numberOfSnapshotsToRetain: at least 1: got 0"),
        ),
    ],
)
def test_what_glue_would_not_take_is_refused(
    client: Client, role: str, kind: str, change: dict[str, Any], refused: tuple[str, str]
) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": kind}
    given = retention(role) | change
    found, message = refusal(
        glue.create_table_optimizer, **which, TableOptimizerConfiguration=given
    )
    assert (found, refused[1] in message) == (refused[0], True), message


def test_files_outside_the_table_are_none_of_its_optimizers_business(
    client: Client, role: str
) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": "orphan_file_deletion"}

    def at(location: str) -> dict[str, Any]:
        part = {"icebergConfiguration": {"location": location}}
        return {"roleArn": role, "enabled": True, "orphanFileDeletionConfiguration": part}

    code, _ = refusal(
        glue.create_table_optimizer,
        **which,
        TableOptimizerConfiguration=at("s3://bucket/orders_of_others/"),
    )
    assert code == "InvalidInputException"
    glue.create_table_optimizer(**which, TableOptimizerConfiguration=at(f"{LOCATION}/"))


def test_only_an_iceberg_table_that_exists_has_optimizers_and_each_kind_once(
    client: Client, role: str
) -> None:
    glue = client("glue")
    plain = make_table(glue, classification="parquet") | {"Type": "retention"}
    given = {"TableOptimizerConfiguration": retention(role)}
    create = glue.create_table_optimizer
    assert refusal(create, **plain, **given)[0] == "InvalidInputException"
    absent = plain | {"TableName": "nothing"}
    assert refusal(create, **absent, **given)[0] == "EntityNotFoundException"
    which = make_table(glue) | {"Type": "retention"}
    elsewhere = which | {"CatalogId": "111111111111"}
    assert refusal(create, **elsewhere, **given)[0] == "EntityNotFoundException"
    create(**which, **given)
    assert refusal(create, **which, **given)[0] == "AlreadyExistsException"


def test_optimizers_end_with_their_table(client: Client, role: str) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": "retention"}
    given = {"TableOptimizerConfiguration": retention(role)}
    glue.create_table_optimizer(**which, **given)
    glue.delete_table(DatabaseName=which["DatabaseName"], Name="orders")
    add_table(glue, which["DatabaseName"], "orders", {"table_type": "ICEBERG"})
    assert refusal(glue.get_table_optimizer, **which)[0] == "EntityNotFoundException"
    glue.create_table_optimizer(**which, **given)


def test_optimizers_stay_through_changes_of_their_table(client: Client, role: str) -> None:
    glue = client("glue")
    which = make_table(glue) | {"Type": "retention"}
    glue.create_table_optimizer(**which, TableOptimizerConfiguration=retention(role))
    glue.update_table(
        DatabaseName=which["DatabaseName"],
        TableInput={"Name": "orders", "Parameters": {"table_type": "ICEBERG", "moved": "yes"}},
    )
    kept = glue.get_table_optimizer(**which)["TableOptimizer"]["configuration"]
    assert kept == retention(role)


def test_a_reset_forgets_optimizers_with_their_tables(tmp_path: Path) -> None:
    with Emulator(log=tmp_path / "emulator.log") as emulator:
        clients = session(emulator)
        glue = clients.client("glue", endpoint_url=emulator.endpoint)
        iam = clients.client("iam", endpoint_url=emulator.endpoint)

        def make_role() -> str:
            answer = iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")
            return str(answer["Role"]["Arn"])

        which = make_table(glue) | {"Type": "retention"}
        glue.create_table_optimizer(**which, TableOptimizerConfiguration=retention(make_role()))
        request = urllib.request.Request(f"{emulator.endpoint}/_ministack/reset", method="POST")  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310
        make_role()
        glue.create_database(DatabaseInput={"Name": which["DatabaseName"]})
        add_table(glue, which["DatabaseName"], "orders", {"table_type": "ICEBERG"})
        assert refusal(glue.get_table_optimizer, **which)[0] == "EntityNotFoundException"
