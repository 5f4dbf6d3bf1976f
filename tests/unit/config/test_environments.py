"""The environments of this repository keep what their names promise."""

from pathlib import Path

import pytest

from config.loading import FOLDER, REPOSITORY, available_environments, load_settings

SAFE_ACCOUNTS = {"000000000000", "111111111111", "222222222222", "333333333333"}


def test_the_lake_comes_with_four_environments() -> None:
    assert available_environments() == ("dev", "local", "prod", "staging")


@pytest.mark.parametrize("environment", available_environments())
def test_every_environment_is_valid_and_names_no_real_account(environment: str) -> None:
    assert load_settings(environment).account in SAFE_ACCOUNTS


def test_every_environment_has_an_account_of_its_own() -> None:
    accounts = [load_settings(environment).account for environment in available_environments()]

    assert len(set(accounts)) == len(accounts)


@pytest.mark.parametrize("environment", available_environments())
def test_every_file_tells_editors_where_its_schema_is(environment: str) -> None:
    file = REPOSITORY / FOLDER / f"{environment}.yaml"
    first = file.read_text(encoding="utf-8").splitlines()[0]
    comment, _, schema = first.partition("$schema=")

    assert comment == "# yaml-language-server: "
    assert (file.parent / schema).resolve() == REPOSITORY / "config" / "settings.schema.json"


def test_production_keeps_its_data_is_protected_and_has_a_second_region() -> None:
    prod = load_settings("prod")

    assert (prod.retain_data, prod.termination_protection) == (True, True)
    assert prod.recovery_region == "us-west-2"
    assert prod.alerts.subscribers, "an alarm in production reaches somebody"


def test_only_production_has_a_second_region_and_each_environment_has_a_budget() -> None:
    found = {name: load_settings(name) for name in available_environments()}

    assert [name for name, given in found.items() if given.recovery_region] == ["prod"]
    budgets = [found[name].budget.monthly_usd for name in ("local", "dev", "staging", "prod")]
    assert budgets == sorted(set(budgets))


def test_the_laptop_pages_nobody_and_waits_for_nothing() -> None:
    local = load_settings("local")

    assert local.alerts.subscribers == ()
    assert (local.retain_data, local.pipeline.arrival_batching_seconds) == (False, 0)


def test_staging_is_a_rehearsal_of_production_not_its_twin() -> None:
    staging, prod = load_settings("staging"), load_settings("prod")

    assert staging.retain_data is prod.retain_data
    assert staging.schedules.enabled is prod.schedules.enabled
    assert staging.spark.workers < prod.spark.workers


def test_the_default_root_does_not_depend_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_settings("dev").environment == "dev"
