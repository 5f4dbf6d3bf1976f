"""The Spark configuration of a deployed job reaches the local session whole."""

import pytest

from strata.local.spark.configuration import spark_settings


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
