import json

import pytest

from data_lake.contracts import load_contracts
from tests.synth.synthesised import flat, listed

READERS = ["register", "open_run", "inspect_files", "check_drift", "close_run", "plan_products"]


def uri(lake):
    """Give the bundle's address as the functions get it."""
    return flat(lake.functions()["register"]["Environment"]["Variables"]["CONTRACTS_URI"])


def test_the_deployed_bundle_is_the_compiled_contracts(lake, repository):
    asset = lake.folder / f"asset.{uri(lake).rsplit('/', 1)[-1]}"
    assert json.loads(asset.read_text()) == load_contracts(repository / "contracts").compile()


def test_functions_and_jobs_read_the_same_bundle(lake):
    addresses = [
        flat(function["Environment"]["Variables"]["CONTRACTS_URI"])
        for function in lake.functions().values()
    ]
    addresses += [flat(job["DefaultArguments"]["--contracts_uri"]) for job in lake.jobs().values()]
    assert set(addresses) == {uri(lake)}


@pytest.mark.parametrize("name", READERS)
def test_who_needs_the_bundle_may_read_it(lake, name):
    bucket = uri(lake).removeprefix("s3://").split("/")[0]
    readable = [
        flat(resource)
        for statement in lake.statements(lake.functions()[name]["Role"])
        if "s3:GetObject" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    assert f"arn:aws:s3:::{bucket}/*.json" in readable
