"""Damage that is known: how much of it there is, where, and that no good record is lost."""

import csv
from collections import Counter

import pytest

from data_lake.contracts import load_contracts
from data_lake.contracts.models import DatasetContract
from strata.paths import ROOT
from strata.tpch.defects import Defect, field_defects, record_defects
from strata.tpch.injector import Record, inject

ROWS = 1_000


@pytest.fixture(scope="module")
def contracts() -> dict[str, DatasetContract]:
    return load_contracts(ROOT / "examples" / "tpch" / "contracts").datasets


def _lines() -> list[bytes]:
    return [b'%d,7,7,"fine, as it is"' % number for number in range(ROWS)]


def _injected(bad: int = 50, duplicates: int = 100, seed: int = 0) -> list[Record]:
    damage = Defect("no key", ("required:key",), lambda fields: b"," + fields[1].encode())
    return list(inject(_lines(), ROWS, bad=bad, duplicates=duplicates, defects=[damage], seed=seed))


def test_as_many_records_are_bad_and_double_as_were_asked_for() -> None:
    records = _injected()
    assert len(records) == ROWS + 50 + 100
    assert Counter((record.rules, record.superseded) for record in records) == {
        ((), False): ROWS,
        (("required:key",), False): 50,
        ((), True): 100,
    }


def test_the_record_that_counts_is_the_last_one_of_its_key() -> None:
    last: dict[str, int] = {}
    records = _injected()
    for position, record in enumerate(records):
        if not record.rules:
            last[record.text.split(b",")[0].decode()] = position
    assert sorted(last, key=int) == [str(number) for number in range(ROWS)]
    assert {position for position, one in enumerate(records) if not one.rules} - set(
        last.values()
    ) == {position for position, one in enumerate(records) if one.superseded}


def test_what_is_neither_corrected_nor_outdated_stands_as_it_was() -> None:
    texts = Counter(record.text for record in _injected() if not record.rules)
    changed = [text for text in texts if text not in _lines()]
    assert set(_lines()) <= set(texts)
    assert len(changed) == 100
    assert {csv_fields(text)[-1] for text in changed} == {"corrected", "outdated"}


def test_the_same_seed_gives_the_same_file_and_another_seed_another() -> None:
    assert _injected() == _injected()
    assert _injected() != _injected(seed=1)


def test_every_rule_of_every_contract_has_a_defect_that_breaks_it(
    contracts: dict[str, DatasetContract],
) -> None:
    for contract in contracts.values():
        broken = {rule for defect in field_defects(contract) for rule in defect.rules}
        assert broken >= {rule.id for rule in contract.rules}
        assert broken >= {f"required:{one.name}" for one in contract.columns if one.required}
        assert broken >= {f"type:{one.name}" for one in contract.columns if one.type != "string"}


def test_a_damaged_record_differs_from_the_good_one_in_one_way(
    contracts: dict[str, DatasetContract],
) -> None:
    names = [column.name for column in contracts["nation"].columns]
    good = ["0", "ALGERIA", "0", "haggle, carefully"]
    for defect in field_defects(contracts["nation"]):
        damaged = csv_fields(defect.damage(good))
        assert [name for name, old, new in zip(names, good, damaged, strict=True) if old != new]
        assert sum(old != new for old, new in zip(good, damaged, strict=True)) == 1


def test_records_that_are_none_have_other_fields_a_quote_or_bytes_that_do_not_belong() -> None:
    few, many, quote, nul, octets = (one.damage(list("abcdef")) for one in record_defects())
    assert few == b"a,b,c,d,e"
    assert many == b"a,b,c,d,e,f,surplus"
    assert quote.count(b'"') == 1
    assert b"\0" in nul
    with pytest.raises(UnicodeDecodeError):
        octets.decode()


def csv_fields(text: bytes) -> list[str]:
    """Read one record."""
    return next(csv.reader([text.decode()]))
