"""The Spark configuration of a deployed job reaches the local session whole."""

import json

import pytest

from strata.local.spark.configuration import TINY_DATA, local_settings, spark_settings


def test_chained_settings_are_taken_apart() -> None:
    conf = "spark.sql.extensions=a.B,c.D --conf spark.sql.catalog.lake=x=y --conf spark.z=1"
    assert spark_settings({"--conf": conf}) == {
        "spark.sql.extensions": "a.B,c.D",
        "spark.sql.catalog.lake": "x=y",
        "spark.z": "1",
    }


def test_a_job_without_settings_has_none() -> None:
    assert spark_settings({"--dataset": "flights"}) == {}


def test_a_setting_without_a_value_is_named() -> None:
    with pytest.raises(ValueError, match=r"'spark\.broken' is not of the form name=value"):
        spark_settings({"--conf": "spark.a=1 --conf spark.broken"})


def test_more_settings_of_the_process_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    plain = local_settings([])
    monkeypatch.setenv("STRATA_SPARK_SETTINGS", json.dumps(dict(TINY_DATA)))
    assert local_settings([]) == plain | dict(TINY_DATA)
    assert plain["spark.sql.shuffle.partitions"] != TINY_DATA["spark.sql.shuffle.partitions"]
