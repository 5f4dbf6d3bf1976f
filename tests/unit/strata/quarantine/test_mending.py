"""A corrected record keeps what quarantine hid, and is one that the dataset's files can have."""

import json

import pytest

from data_lake.contracts import DatasetContract
from strata.errors import StrataError
from strata.quarantine.mending import Record
from strata.quarantine.originals import Original

CLEAR = 'a@b.c,"Lovelace, Ada",+47 1,never,7'
HEADER = ("email", "full_name", "phone", "born", "points")
SHOWN = '{"email":"***","full_name":"***","phone":"***","born":"***","points":"7"}'


def record(contract: DatasetContract, text: str, header: tuple[str, ...] = HEADER) -> Record:
    """Give a record on line 2 of a file."""
    return Record(contract, Original((",".join(header),), header, {2: text}), 2, "a.csv, line 2")


def changed(**values: str | None) -> str:
    """Give what is shown with other values."""
    return json.dumps(json.loads(SHOWN) | values)


def test_an_unchanged_record_is_the_raw_one_to_the_byte(customers: DatasetContract) -> None:
    assert record(customers, CLEAR).mended(SHOWN, SHOWN) == CLEAR


def test_hidden_fields_that_were_not_changed_keep_their_values(customers: DatasetContract) -> None:
    mended = record(customers, CLEAR).mended(SHOWN, changed(born="1815-12-10"))
    assert mended == 'a@b.c,"Lovelace, Ada",+47 1,1815-12-10,7'


def test_fields_go_where_the_files_own_header_has_them(customers: DatasetContract) -> None:
    text = 'never,7,a@b.c,+47 1,"Lovelace, Ada"'
    header = ("born", "points", "email", "phone", "full_name")
    mended = record(customers, text, header).mended(SHOWN, changed(born=None, points="8"))
    assert mended == ',8,a@b.c,+47 1,"Lovelace, Ada"'


def test_of_json_lines_the_other_members_stay_as_they_are(customers: DatasetContract) -> None:
    raw = customers.raw.model_copy(update={"format": "jsonl"})
    jsonl = customers.model_copy(update={"raw": raw})
    text = '{"email": "a@b.c", "points": 7, "full_name": "Åda", "phone": null, "born": "never"}'
    octets = text.encode().decode("latin-1")
    mended = record(jsonl, octets).mended(SHOWN, changed(born="1815-12-10"))
    expected = json.loads(text) | {"born": "1815-12-10"}
    assert json.loads(mended.encode("latin-1")) == expected


@pytest.mark.parametrize(
    ("shown", "corrected", "message"),
    [
        (SHOWN, "a@b.c,Ada", "must be a JSON object by column"),
        (SHOWN, '{"email": "x"}', "must have exactly the columns of customers: email, full_name"),
        ("***", SHOWN, r"the record could not be read, so \*\*\* stands for nothing"),
    ],
)
def test_a_correction_that_does_not_say_every_value_is_refused(
    customers: DatasetContract, shown: str, corrected: str, message: str
) -> None:
    with pytest.raises(StrataError, match=f"a.csv, line 2: raw_record: {message}"):
        record(customers, CLEAR).mended(shown, corrected)


def test_a_record_that_could_not_be_read_is_given_anew(customers: DatasetContract) -> None:
    whole = json.dumps(dict.fromkeys(HEADER, "1"))
    assert record(customers, "a@b.c,broken").mended("***", whole) == "1,1,1,1,1"


@pytest.mark.parametrize(
    ("corrected", "message"),
    [("AA,\u20ac", "'\u20ac' does not exist in ISO-8859-1"), ("AA,x\ny", "has a line break")],
)
def test_what_the_files_cannot_hold_is_refused(
    airlines: DatasetContract, corrected: str, message: str
) -> None:
    raw = airlines.raw.model_copy(update={"encoding": "ISO-8859-1"})
    latin = airlines.model_copy(update={"raw": raw})
    with pytest.raises(StrataError, match=message):
        record(latin, "1,one", ("carrier", "name")).mended("1,one", corrected)
