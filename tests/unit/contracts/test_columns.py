"""Each mistake in the columns, the key or the partitioning is one line."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
COUNTRIES = "countries.odcs.yaml"
SALES = "sales.odcs.yaml"
MISTAKES = [
    (
        COUNTRIES, "- {name: title, logicalType: string}", "- {name: title, logicalType: string, "
        "customProperties: [{property: sourceNam, value: Title}]}",
        "13: schema[countries].properties[title].customProperties[sourceNam].property: is not a "
        "known field: got 'sourceNam'; did you mean 'sourceName'?",
    ),
    (
        COUNTRIES, "- {name: title, logicalType: string}", "- {name: title, logicalType: string, "
        "customProperties: [{property: sourceName, value: ''}]}",
        "13: schema[countries].properties[title].customProperties[sourceName].value: must have at "
        "least 1 character: got ''",
    ),
    (
        COUNTRIES, "- {name: title, logicalType: string}", "- {name: title, logicalType: string, "
        "customProperties: [{property: sourceName, value: a}, {property: sourceName, value: b}]}",
        "13: schema[countries].properties[title].customProperties[sourceName].property: is given "
        "twice; keep one: got 'sourceName'",
    ),
    (
        COUNTRIES, "- {name: title, logicalType: string}", "- {name: title, logicalType: string, "
        "customProperties: [{property: sourceName, value: Code}]}",
        "13: schema[countries].properties[title].name: is what raw files call column 'code', too, "
        "or differs only in upper and lower case, which Spark does not tell apart: got 'Code'",
    ),
    (
        SALES, '- {name: total, logicalType: number, physicalType: "decimal(12,2)"}',
        "- {name: total}",
        "13: schema[sales].properties[total].logicalType: is required: one of string, boolean, "
        "integer, number, date, timestamp: got nothing",
    ),
    (
        SALES, "- {name: total, logicalType: number,", "- {name: total, physicalName: sum,"
        " logicalType: number,",
        "13: schema[sales].properties[total].physicalName: must equal name, because a table has "
        "one name for a column; what raw files call it is the custom property sourceName: "
        "got 'sum'",
    ),
    (
        COUNTRIES, "- {name: title, logicalType: string}", "- {name: title, logicalType: string, "
        "customProperties: [{property: masked, value: true}]}",
        "13: schema[countries].properties[title].customProperties[masked].property: is not a known "
        "field; known are sourceName, partitionTransform, deprecated, protection: got 'masked'",
    ),
    (
        COUNTRIES, "  - name: countries\n    properties", "  - name: countries\n"
        "    customProperties: [{property: masked, value: true}]\n    properties",
        "11: schema[countries].customProperties: is not known to the lake here; use the "
        "contract's own customProperties: got [{'property': 'masked', 'value': True}]",
    ),
    (
        SALES, "    properties:\n"
        "      - {name: country, logicalType: string, required: true, primaryKey: true}\n"
        '      - {name: total, logicalType: number, physicalType: "decimal(12,2)"}\n', "",
        "10: schema[sales].properties: must list the columns: got none",
    ),
    (
        ORDERS, "logicalType: integer\n", "logicalType: object\n",
        "19: schema[orders].properties[order_id].logicalType: must be one of string, boolean, "
        "integer, number, date, timestamp: got 'object'",
    ),
    (
        ORDERS, "decimal(12, 2)", "decimal(39, 2)",
        "37: schema[orders].properties[amount].physicalType: must be one of double, float, "
        "decimal(precision,scale) for logicalType number: got 'decimal(39, 2)'; "
        "did you mean 'decimal'?",
    ),
    (
        ORDERS, "- name: amount", "- name: Amount",
        "35: schema[orders].properties[Amount].name: must be lowercase letters, digits and "
        "underscores, start with a letter and have at most 128 characters, as Glue and Athena "
        "need: got 'Amount'",
    ),
    (
        SALES, "- {name: total,", "- {name: country,",
        "13: schema[sales].properties[country].name: is given twice, first on line 12; keep one: "
        "got 'country'",
    ),
    (
        ORDERS, "classification: public", "classification: publik",
        "27: schema[orders].properties[country].classification: must be one of public, internal, "
        "confidential, restricted: got 'publik'; did you mean 'public'?",
    ),
    (
        ORDERS, "format: dd.MM.yyyy", 'format: "%d.%m.%Y"',
        "51: schema[orders].properties[ordered_on].logicalTypeOptions.format: must be a Spark "
        "datetime pattern such as yyyy-MM-dd HH:mm:ss: got '%d.%m.%Y'",
    ),
    (
        ORDERS, "          format: dd.MM.yyyy", '          minimum: "2020-01-01"',
        "51: schema[orders].properties[ordered_on].logicalTypeOptions.minimum: is not enforced; "
        "use physicalType for sizes and a quality rule for values: got '2020-01-01'",
    ),
    (
        COUNTRIES, "required: true, primaryKey: true", "primaryKey: true",
        "12: schema[countries].properties[code].required: must be true, because a primary key "
        "column cannot be null: got nothing",
    ),
    (
        ORDERS, "primaryKeyPosition: 1", "primaryKeyPosition: 2",
        "22: schema[orders].properties[order_id].primaryKeyPosition: must number the primaryKey "
        "columns 1 to 1, each once: got 2",
    ),
    (
        ORDERS, "        partitioned: true\n", "        partitionKeyPosition: 1\n",
        "26: schema[orders].properties[country].partitionKeyPosition: needs partitioned: true "
        "beside it: got 1",
    ),
    (
        ORDERS, "physicalType: decimal(12, 2)", "partitioned: true\n        required: true",
        "37: schema[orders].properties[amount].partitioned: is not for type double: each value "
        "would be a partition of its own; add the custom property partitionTransform, such as "
        "day or bucket(16): got true",
    ),
    (
        SALES, "schema:\n", "schema:\n  - name: other\n",
        "9: schema: must hold exactly one table; write a contract for each: got 2",
    ),
    (
        SALES, "schema:\n  - name: sales\n", "schema:\n  - name: sale\n",
        "10: schema[sale].name: must equal the contract's name: got 'sale'; did you mean 'sales'?",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"
