"""A small valid lake of two datasets and one product, to be spoilt one edit at a time."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from data_lake.contracts import ContractError, load_contracts

ORDERS = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
name: orders
version: 1.0.0
status: active
description:
  purpose: Orders of the shop.
team:
  name: sales
slaProperties:
  - property: freshness
    value: 2
    unit: d
schema:
  - name: orders
    properties:
      - name: order_id
        logicalType: integer
        required: true
        primaryKey: true
        primaryKeyPosition: 1
      - name: country
        logicalType: string
        required: true
        partitioned: true
        classification: public
        quality:
          - id: country_known
            metric: invalidValues
            mustBe: 0
            arguments:
              validValues: [NO, SE]
            description: The shop sells to two countries.
      - name: amount
        logicalType: number
        physicalType: decimal(12, 2)
        quality:
          - id: amount_positive
            type: custom
            engine: strata
            implementation:
              kind: range
              min: 0
            severity: fail
            dimension: accuracy
            description: Nothing is sold below nothing.
      - name: ordered_on
        logicalType: date
        logicalTypeOptions:
          format: dd.MM.yyyy
    quality:
      - id: dear_orders_have_a_date
        type: custom
        engine: strata
        implementation:
          kind: expression
          expression: amount < 1000 or ordered_on is not null
        severity: warn
        description: Somebody asks for the date of a dear order.
customProperties:
  - property: writeMode
    value: merge
  - property: schedule
    value:
      cron: 0 6 ? * MON-FRI *
      timeZone: Europe/Oslo
  - property: raw
    value:
      prefix: orders/
      format: csv
"""
COUNTRIES = """\
apiVersion: v3.1.0
kind: DataContract
id: countries
name: countries
version: 1.0.0
status: active
description: {purpose: Names of countries.}
team: {name: sales}
schema:
  - name: countries
    properties:
      - {name: code, logicalType: string, required: true, primaryKey: true}
      - {name: title, logicalType: string}
customProperties:
  - {property: writeMode, value: replace}
  - {property: raw, value: {prefix: reference/countries/, format: jsonl}}
"""
SALES = """\
apiVersion: v3.1.0
kind: DataContract
id: sales
name: sales
version: 1.0.0
status: active
description: {purpose: Sales by country.}
team: {name: sales}
schema:
  - name: sales
    properties:
      - {name: country, logicalType: string, required: true, primaryKey: true}
      - {name: total, logicalType: number, physicalType: "decimal(12,2)"}
customProperties:
  - {property: writeMode, value: replace}
  - property: inputs
    value:
      - orders
      - countries
"""
SALES_SQL = """\
-- Sales by country.
select title as country, sum(amount) as total
from orders
join countries on code = country
group by title;
"""
Lake = Callable[..., Path]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Write the small lake, with edits ``(file, old, new)``; give its folder ``contracts``."""
    files = {
        "orders.odcs.yaml": ORDERS,
        "countries.odcs.yaml": COUNTRIES,
        "sales.odcs.yaml": SALES,
        "sales.sql": SALES_SQL,
    }

    def write(*edits: tuple[str, str, str], more: dict[str, str] | None = None) -> Path:
        folder = tmp_path / "contracts"
        folder.mkdir()
        contents = files | {name: dedent(text) for name, text in (more or {}).items()}
        for file, old, new in edits:
            assert contents[file].count(old) == 1, f"{old!r} is not once in {file}"
            contents[file] = contents[file].replace(old, new)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def complaint(lake: Lake) -> Callable[..., str]:
    """Write the small lake, with edits or more files; give the text of the error in reading it."""

    def read(*edits: tuple[str, str, str], more: dict[str, str] | None = None) -> str:
        with pytest.raises(ContractError) as raised:
            load_contracts(lake(*edits, more=more))
        return str(raised.value)

    return read
