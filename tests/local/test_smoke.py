"""A deployed lake is looked at, with and without a canary file; emulated."""

import json
from dataclasses import replace

import pytest

from config.loading import load_settings
from data_lake.contracts import load_contracts
from strata.cli import main
from strata.dead_letters.queues import queue_named
from strata.errors import StrataError
from strata.promotion import command
from strata.promotion.deployed_contracts import OUTPUT, DeployedDataset, deployed_datasets
from strata.promotion.smoke import (
    canary,
    check_dead_letters,
    check_stacks,
    run_that_finds_nothing,
    shuffled,
)
from strata.query import query
from strata.runs import runs

AIRLINES = "SELECT carrier, name FROM processed.airlines ORDER BY carrier"
SECONDS = 240


@pytest.fixture(scope="session")
def datasets(lake):
    return deployed_datasets(lake)


def test_stacks_in_order_and_empty_dead_letters_pass(loaded):
    assert f"{loaded.prefix}-processing" in check_stacks(loaded)
    assert {"arrivals", "notices", "sweep"} <= set(check_dead_letters(loaded))


def test_a_message_in_any_dead_letter_queue_is_told_with_its_queue(loaded):
    queue = queue_named(loaded, "drift")
    loaded.client("sqs").send_message(QueueUrl=queue.url, MessageBody="{}")
    try:
        with pytest.raises(StrataError, match=r"lie in dead-letter queues: 1 in drift; look"):
            check_dead_letters(loaded)
    finally:
        loaded.client("sqs").purge_queue(QueueUrl=queue.url)
    assert "drift" in check_dead_letters(loaded)


def test_a_lake_without_dead_letter_queues_is_not_taken_for_one_that_has_none_full(loaded):
    with pytest.raises(StrataError, match="tells of a dead-letter queue"):
        check_dead_letters(replace(loaded, outputs={}))


def test_the_datasets_are_those_that_were_deployed(lake, datasets, contracts_folder):
    contracts = load_contracts(contracts_folder).datasets
    assert {name: (one.prefix, one.write_mode) for name, one in datasets.items()} == {
        name: (one.raw.prefix, one.write_mode) for name, one in contracts.items()
    }


def test_a_smoke_run_knows_the_deployed_datasets_and_not_the_checkouts(lake, monkeypatch, capsys):
    """After a rollback the account has the contracts of an earlier revision."""
    uri = f"s3://{lake['ArtifactsBucketName']}/earlier.json"
    earlier = {"datasets": {"hotels": {"raw": {"prefix": "hotels/"}, "write_mode": "merge"}}}
    lake.client("s3").put_object(
        Bucket=lake["ArtifactsBucketName"], Key="earlier.json", Body=json.dumps(earlier)
    )
    rolled_back = replace(lake, outputs=lake.outputs | {OUTPUT: uri})
    monkeypatch.setattr(command, "find_lake", lambda _: rolled_back)
    with pytest.raises(SystemExit):
        main(["smoke", "--canary", "airlines"])
    told = "no contract is named airlines; There are: hotels"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"datasets": {"a": {"raw": 1}}}'])
def test_what_is_no_compiled_contracts_is_refused_with_its_address(lake, content):
    bucket = lake["ArtifactsBucketName"]
    lake.client("s3").put_object(Bucket=bucket, Key="broken.json", Body=content)
    broken = replace(lake, outputs=lake.outputs | {OUTPUT: f"s3://{bucket}/broken.json"})
    with pytest.raises(StrataError, match=r"broken\.json: must be the compiled contracts"):
        deployed_datasets(broken)


def test_what_aws_refuses_is_one_sentence(lake, monkeypatch, capsys):
    gone = replace(lake, outputs=lake.outputs | {OUTPUT: "s3://no-such-bucket/x.json"})
    monkeypatch.setattr(command, "find_lake", lambda _: gone)
    with pytest.raises(SystemExit):
        main(["smoke"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("smoke of local: An error occurred (NoSuchBucket)")


def test_a_run_that_finds_nothing_goes_through_the_machine_and_writes_no_data(loaded, datasets):
    before = len(runs(loaded))
    idle = run_that_finds_nothing(loaded, datasets, seconds=SECONDS)
    assert idle in datasets
    assert len(runs(loaded)) == before


def test_a_canary_is_published_and_leaves_the_table_as_it_was(loaded, datasets, samples):
    airlines = next(one.file for one in samples if one.key.startswith("airlines/"))
    before = query(loaded, AIRLINES).to_pylist()
    said = []

    def send():
        return canary(
            loaded, datasets["airlines"], airlines, "seed", seconds=SECONDS, tell=said.append
        )

    first = send()
    assert first["outcome"] == "published"
    assert "/airlines/smoke-" in said[0]
    assert query(loaded, AIRLINES).to_pylist() == before
    assert send()["recognised"]
    assert query(loaded, AIRLINES).to_pylist() == before


def test_a_canary_that_the_contract_refuses_is_told_in_the_words_of_its_run(
    loaded, datasets, tmp_path
):
    file = tmp_path / "airlines.csv"
    file.write_text("carrier,fare\nUA,99\n")
    with pytest.raises(StrataError, match=r"airlines/smoke-.* ended as rejected: .*"):
        canary(loaded, datasets["airlines"], file, "seed", seconds=SECONDS, tell=lambda _: None)


@pytest.fixture
def datasets_with_events(lake, datasets, monkeypatch):
    monkeypatch.setattr(command, "find_lake", lambda _: lake)
    return datasets | {"events": DeployedDataset("events", "events/", "append")}


@pytest.mark.parametrize(
    ("dataset", "complaint"),
    [
        ("airline", "did you mean airlines"),
        ("fleet_age", "no contract is named fleet_age"),
        ("events", "events: a canary needs a dataset whose rows are replaced or merged"),
    ],
)
def test_a_dataset_that_can_have_no_canary_is_refused_before_anything_is_started(
    datasets_with_events, monkeypatch, capsys, dataset, complaint
):
    monkeypatch.setattr(command, "deployed_datasets", lambda _: datasets_with_events)
    monkeypatch.setattr(command, "run_that_finds_nothing", None)
    with pytest.raises(SystemExit):
        main(["smoke", "--canary", dataset])
    assert complaint in capsys.readouterr().err


def test_a_dataset_that_comes_in_several_files_has_no_canary(lake, datasets):
    with pytest.raises(StrataError, match=r"--canary planes: the sample has one file of airlines"):
        command._send(lake, [datasets["planes"]], "seed", 1)


@pytest.mark.parametrize("environment", ["prod", "staging"])
def test_production_gets_no_made_up_data_whatever_it_is_called(environment, monkeypatch, capsys):
    def settings(name):
        return load_settings(name).model_copy(update={"production": True})

    monkeypatch.setattr(command, "load_settings", settings)
    monkeypatch.setattr(command, "find_lake", None)
    with pytest.raises(SystemExit):
        main(["smoke", "--env", environment, "--canary", "airlines"])
    told = f"--canary: {environment} is production and gets no made-up data; leave it out"
    assert told in capsys.readouterr().err


def test_without_a_canary_the_sample_is_left_alone(loaded, monkeypatch, capsys):
    monkeypatch.setattr(command, "find_lake", lambda _: loaded)
    monkeypatch.setattr(command, "real_files", None)
    main(["smoke", "--seconds", str(SECONDS)])
    assert "found nothing to do, as it should" in capsys.readouterr().out


def test_rows_are_put_in_another_order_and_none_is_lost():
    text = "a,b\n" + "".join(f"{at},x\n" for at in range(20)) + "last,x"
    one, two = shuffled(text, "one"), shuffled(text, "two")
    assert one != two
    assert one == shuffled(text, "one")
    assert one.splitlines()[0] == "a,b"
    assert sorted(one.splitlines()) == sorted(text.splitlines())
