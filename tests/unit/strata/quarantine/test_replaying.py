"""A replay moves rows: from quarantine into files that arrive, each row once, whatever happens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import DatasetContract
from strata.errors import StrataError
from strata.quarantine import changes, replaying, shrinking
from strata.quarantine.changes import OPEN
from strata.quarantine.dropping import drop
from strata.quarantine.replaying import finish_open, replay
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine
from tests.unit.strata.quarantine.conftest import DATASET, HEADER, EmulatedZone

ALL = Selection()


def three_rows(zone: EmulatedZone) -> None:
    """Have a file with three bad records on lines 2, 4 and 5."""
    zone.put_file("a.csv", f"{HEADER}\n1,one\nUA,United\n2,two\n3,three\n")
    zone.quarantine("a.csv", 2, 4, 5)


def records(zone: EmulatedZone) -> list[str]:
    """Give the records that arrived again, without headers."""
    return [line for text in zone.arrived().values() for line in text.splitlines()[1:]]


def change_document(zone: EmulatedZone, change: changes.Change, name: str) -> Any:
    """Give a document of a change."""
    return Quarantine(zone, DATASET).read_json(f"{change.folder}{name}")


def test_records_leave_quarantine_and_arrive_with_their_header(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    change = replay(zone, airlines, ALL)
    assert change is not None
    (key,) = zone.arrived()
    assert key == f"{DATASET}/replay/{change.id}-0000.csv"
    assert zone.arrived()[key] == f"{HEADER}\n1,one\n2,two\n3,three\n"
    assert zone.left() == []


def test_each_record_is_linked_to_its_key_version_line_and_run(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    change = replay(zone, airlines, Selection(limit=2))
    assert change is not None
    version = (Quarantine(zone, DATASET).item("ARRIVAL#a.csv") or {})["version_id"]
    origin = {"key": f"{DATASET}/a.csv", "version_id": version, "run_id": "run-1"}
    assert change_document(zone, change, "origins-0000.json") == {
        "records": [origin | {"at": 2, "line": 2}, origin | {"at": 3, "line": 4}]
    }
    described = change_document(zone, change, "change.json")
    assert (described["action"], described["runs"]) == ("replay", {"run-1": 2})
    assert described["finished_at"] is not None
    assert zone.left() == ["3,three"]


def test_a_row_that_was_replayed_before_keeps_its_first_origin(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    zone.put_file("again.csv", f"{HEADER}\n1,one\n")
    first = {"origin_key": "first.csv", "origin_version": "v1", "origin_line": 9}
    zone.quarantine("again.csv", 2, run_id="run-2", origin_run_id="run-0", **first)
    change = replay(zone, airlines, ALL)
    assert change is not None
    (record,) = change_document(zone, change, "origins-0000.json")["records"]
    assert record == {"at": 2, "key": "first.csv", "version_id": "v1", "line": 9, "run_id": "run-0"}


def test_bytes_that_are_no_text_arrive_as_they_were(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    zone.put_file("a.csv", b"\xef\xbb\xbfcarrier,name\r\nXX,\xff\xfe\r\n")
    zone.quarantine("a.csv", 2)
    replay(zone, airlines, ALL)
    assert list(zone.arrived().values()) == ["carrier,name\nXX,\xff\xfe\n"]


def test_records_of_files_with_other_headers_arrive_in_files_of_their_own(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    zone.put_file("b.csv", "name,carrier\nfour,4\n")
    zone.quarantine("b.csv", 2, run_id="run-2")
    replay(zone, airlines, ALL)
    assert sorted(zone.arrived().values()) == [
        f"{HEADER}\n1,one\n2,two\n3,three\n",
        "name,carrier\nfour,4\n",
    ]


def test_a_replay_that_is_repeated_finds_nothing(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    replay(zone, airlines, ALL)
    assert replay(zone, airlines, ALL) is None
    assert len(records(zone)) == 3


STEPS: list[tuple[Any, str]] = [
    (changes, "_describe"),
    (changes, "_is_as_chosen"),
    (changes, "_arrive"),
    (changes, "shrink"),
    (shrinking, "_write"),
    (shrinking, "_point"),
    (changes, "_settle"),
    (changes, "_close"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=[name for _, name in STEPS])
def test_a_replay_that_is_killed_at_any_step_leaves_each_row_in_one_place_once_it_is_finished(
    zone: EmulatedZone,
    airlines: DatasetContract,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[Any, str],
    after: bool,
) -> None:
    three_rows(zone)
    zone.put_file("whole.csv", f"{HEADER}\n7,seven\n", status="rejected")
    module, name = step
    done: Callable[..., Any] = getattr(module, name)

    def killed(*arguments: Any) -> Any:
        if after:
            done(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        with pytest.raises(KeyboardInterrupt):
            replay(zone, airlines, Selection(limit=2) if module is shrinking else ALL)
    finish_open(Quarantine(zone, DATASET))
    replay(zone, airlines, ALL)
    assert sorted(records(zone)) == ["1,one", "2,two", "3,three", "7,seven"]
    assert zone.left() == []
    assert Quarantine(zone, DATASET).files() == []
    assert Quarantine(zone, DATASET).item(OPEN) is None


def test_a_change_that_another_machine_has_open_is_finished_first(
    zone: EmulatedZone, airlines: DatasetContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_rows(zone)
    with monkeypatch.context() as patch:
        patch.setattr(changes, "_arrive", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            replay(zone, airlines, Selection(limit=1))
    assert drop(zone, DATASET, ALL, "not needed") is not None
    assert records(zone) == ["1,one"]
    assert zone.left() == []


def test_two_changes_at_once_do_not_take_the_same_row(
    zone: EmulatedZone, airlines: DatasetContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_rows(zone)
    begin = replaying.begin

    def begin_late(quarantine: Quarantine, change: changes.Change) -> None:
        monkeypatch.setattr(replaying, "begin", begin)
        drop(zone, DATASET, ALL, "dropped meanwhile")
        begin(quarantine, change)

    monkeypatch.setattr(replaying, "begin", begin_late)
    with pytest.raises(StrataError, match="changed while rows were chosen"):
        replay(zone, airlines, ALL)
    assert zone.arrived() == {}
    assert replay(zone, airlines, ALL) is None


def test_a_file_that_was_not_loaded_is_replayed_whole_with_its_quarantined_rows(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    zone.put_file("bad.csv", f"{HEADER}\n1,one\nUA,United\n", status="rejected")
    zone.quarantine("bad.csv", 2)
    change = replay(zone, airlines, Selection(rule="carrier_code"))
    assert change is not None
    assert list(zone.arrived().values()) == [f"{HEADER}\n1,one\nUA,United\n"]
    assert zone.left() == []
    assert (Quarantine(zone, DATASET).item("ARRIVAL#bad.csv") or {})["status"] == "replayed"
    origin = change_document(zone, change, "origins-0000.json")["file"]
    assert (origin["key"], origin["run_id"]) == (f"{DATASET}/bad.csv", "run-1")


def test_rows_of_a_run_that_goes_on_are_left_alone(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    zone.put_file("a.csv", f"{HEADER}\n1,one\n", status="claimed")
    zone.quarantine("a.csv", 2)
    with pytest.raises(StrataError, match=r"a\.csv is being loaded just now"):
        replay(zone, airlines, ALL)


def test_a_row_cannot_go_alone_into_a_table_that_each_run_replaces(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    replacing = airlines.model_copy(update={"write_mode": "replace"})
    with pytest.raises(StrataError, match="replaces its table"):
        replay(zone, replacing, ALL)
    assert len(zone.left()) == 3


def test_a_raw_file_that_says_something_else_there_is_not_replayed(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    zone.put_file("a.csv", f"{HEADER}\n1,one\nUA,United\n")
    zone.quarantine("a.csv", 2, raw_record="another")
    with pytest.raises(StrataError, match="another record there"):
        replay(zone, airlines, ALL)
    assert zone.left() == ["another"]


def test_a_raw_version_that_is_gone_is_told(zone: EmulatedZone, airlines: DatasetContract) -> None:
    three_rows(zone)
    arrival = Quarantine(zone, DATASET).item("ARRIVAL#a.csv") or {}
    zone.client("s3").delete_object(
        Bucket=arrival["bucket"], Key=arrival["key"], VersionId=arrival["version_id"]
    )
    with pytest.raises(StrataError, match="can no longer be read from the raw zone"):
        replay(zone, airlines, ALL)


def test_an_edited_export_goes_in_instead_of_what_was_quarantined(
    zone: EmulatedZone, airlines: DatasetContract, tmp_path: Path
) -> None:
    three_rows(zone)
    arrival = Quarantine(zone, DATASET).item("ARRIVAL#a.csv") or {}
    place = {
        "run_id": "run-1",
        "source_key": arrival["key"],
        "source_version": arrival["version_id"],
    }
    edited = tmp_path / "edited.jsonl"
    edited.write_text(
        json.dumps(place | {"source_line": 2, "raw_record": "AA,one"})
        + "\n"
        + json.dumps(place | {"source_line": 5, "raw_record": "3,three"})
    )
    replay(zone, airlines, ALL, corrected=edited)
    assert records(zone) == ["AA,one", "3,three"]
    assert zone.left() == ["2,two"]
    with pytest.raises(StrataError, match="row 1 of the file is not in quarantine"):
        replay(zone, airlines, ALL, corrected=edited)


def test_dropped_rows_are_gone_with_a_record_of_who_and_why(zone: EmulatedZone) -> None:
    three_rows(zone)
    change = drop(zone, DATASET, Selection(limit=2), "a test")
    assert change is not None
    assert zone.left() == ["3,three"]
    described = change_document(zone, change, "change.json")
    assert (described["action"], described["reason"]) == ("drop", "a test")
    assert described["who"]
    dropped = change_document(zone, change, "records.json")
    assert [(row["run_id"], row["source_line"]) for row in dropped] == [("run-1", 2), ("run-1", 4)]
    with pytest.raises(StrataError, match="needs a reason"):
        drop(zone, DATASET, ALL, " ")


def test_a_batch_gets_a_manifest_that_comes_last(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    three_rows(zone)
    trigger = airlines.trigger.model_copy(
        update={"mode": "manifest", "suffix": ".manifest.json", "deadline_minutes": 60}
    )
    change = replay(zone, airlines.model_copy(update={"trigger": trigger}), ALL)
    assert change is not None
    rows, manifest = change.objects
    assert manifest.key.endswith(".manifest.json")
    name = rows.key.rpartition("/")[2]
    assert json.loads(zone.arrived()[manifest.key]) == {"files": [{"name": name}]}
