import pytest

from lake_runtime.contracts import Contracts, load_contracts
from lake_runtime.errors import ContractMissing
from tests.functions.support.contracts import dataset_contract, product_contract


def _contracts(*datasets, products=()):
    return Contracts.model_validate(
        {
            "format": 1,
            "datasets": {item["name"]: item for item in datasets},
            "products": {item["name"]: item for item in products},
        }
    )


def test_the_longest_prefix_claims_a_key():
    contracts = _contracts(
        dataset_contract("all", raw={"prefix": "sales/"}),
        dataset_contract("orders", raw={"prefix": "sales/orders/"}),
    )
    assert contracts.claiming("sales/orders/a.csv").name == "orders"
    assert contracts.claiming("sales/refunds/a.csv").name == "all"


def test_a_key_beside_all_prefixes_is_claimed_by_none():
    contracts = _contracts(dataset_contract("flights"))
    assert contracts.claiming("flights_old/a.csv") is None
    assert contracts.claiming("flights") is None


def test_a_name_that_is_close_to_one_is_suggested():
    contracts = _contracts(dataset_contract("flights"))
    with pytest.raises(ContractMissing, match="did you mean 'flights'"):
        contracts.dataset("flight")
    with pytest.raises(ContractMissing, match=r"add contracts/weather\.odcs\.yaml"):
        contracts.any("weather")


DIAMOND = [
    product_contract("left", ["flights"]),
    product_contract("right", ["flights", "airlines"]),
    product_contract("top", ["left", "right"]),
    product_contract("other", ["airlines"]),
]


def test_products_are_ordered_so_that_each_comes_after_what_it_reads():
    contracts = _contracts(dataset_contract("flights"), products=DIAMOND)
    assert contracts.waves_after("flights") == [["left", "right"], ["top"]]
    assert contracts.waves_after("top") == []


def test_products_that_a_product_reads_besides_are_looked_at_before_it():
    contracts = _contracts(dataset_contract("flights"), products=DIAMOND)
    assert contracts.waves_after("airlines") == [["left", "other", "right"], ["top"]]
    assert contracts.waves_after("left") == [["right"], ["top"]]


def test_a_product_that_reads_a_dataset_and_a_product_waits_for_the_product():
    products = [product_contract("a", ["flights", "b"]), product_contract("b", ["flights"])]
    contracts = _contracts(dataset_contract("flights"), products=products)
    assert contracts.waves_after("flights") == [["b"], ["a"]]


def test_contracts_that_are_not_there_are_named_by_their_uri(lake):
    with pytest.raises(ContractMissing, match="no compiled contracts there"):
        load_contracts(f"s3://{lake.artifacts}/nothing.json")


def test_contracts_of_another_release_say_which_field_is_wrong(lake):
    lake.s3.put_object(Bucket=lake.artifacts, Key="new.json", Body=b'{"format": 2, "datasets": {}}')
    with pytest.raises(ContractMissing, match=r"new\.json: format: .*deploy both"):
        load_contracts(f"s3://{lake.artifacts}/new.json")
