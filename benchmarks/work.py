"""The work that every contender does, and how one reports that it is done.

Raw order lines as CSV become a table of valid rows, one for each key (the last one in the file),
partitioned by the way of shipping, and a table of the bad records with the rules they break.
"""

import sys
from collections.abc import Callable
from pathlib import Path

COLUMNS = {
    "l_orderkey": "bigint",
    "l_partkey": "bigint",
    "l_suppkey": "bigint",
    "l_linenumber": "int",
    "l_quantity": "decimal(15,2)",
    "l_extendedprice": "decimal(15,2)",
    "l_discount": "decimal(15,2)",
    "l_tax": "decimal(15,2)",
    "l_returnflag": "string",
    "l_linestatus": "string",
    "l_shipdate": "date",
    "l_commitdate": "date",
    "l_receiptdate": "date",
    "l_shipinstruct": "string",
    "l_shipmode": "string",
    "l_comment": "string",
}
KEY = ("l_orderkey", "l_linenumber")
PARTITION = "l_shipmode"
RUN, NEXT_RUN = "benchmark", "benchmark-again"
"""The ids of the runs of Strata's own jobs."""
RULES = {
    "line_order": "l_orderkey >= 1",
    "line_part": "l_partkey >= 1",
    "line_supplier": "l_suppkey >= 1",
    "line_number": "l_linenumber between 1 and 7",
    "line_quantity": "l_quantity between 1 and 50",
    "line_price": "l_extendedprice between 900 and 105000",
    "line_discount": "l_discount between 0 and 0.1",
    "line_tax": "l_tax between 0 and 0.08",
    "line_return_flag": "l_returnflag in ('A', 'N', 'R')",
    "line_status": "l_linestatus in ('F', 'O')",
    "line_instruction": "l_shipinstruct in "
    "('COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN')",
    "line_ship_mode": "l_shipmode in ('AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK')",
    "l_comment_length": "length(l_comment) between 1 and 44",
    "line_received_after_shipping": "l_receiptdate > l_shipdate",
}
"""What must be true or null for a good row, by the id of the contract's rule."""


def typed(prefix: str = "raw_") -> dict[str, str]:
    """Give the SQL of every column's typed value, for columns of text with a prefix."""
    return {
        name: f"nullif({prefix}{name}, '')"
        if type_name == "string"
        else f"try_cast({prefix}{name} as {type_name})"
        for name, type_name in COLUMNS.items()
    }


def broken(prefix: str = "raw_") -> dict[str, str]:
    """Give the SQL of every check, true for a bad row, beside columns of text and typed ones."""
    return {
        **{f"required:{name}": f"coalesce({prefix}{name}, '') = ''" for name in COLUMNS},
        **{
            f"type:{name}": f"coalesce({prefix}{name}, '') <> '' and {name} is null"
            for name, type_name in COLUMNS.items()
            if type_name != "string"
        },
        **{rule: f"not ({condition})" for rule, condition in RULES.items()},
    }


Step = Callable[[Path, Path], None]


def contend(work: Step, *, before: Step | None = None, after: Step | None = None) -> None:
    """Do the work on `INPUT OUTPUT`, the process's arguments; then stay to be measured.

    What is done before and after it is not measured. The process ends some time after its standard
    input does.
    """
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    if before:
        before(source, target)
        print("ready", flush=True)
    work(source, target)
    print("done", flush=True)
    sys.stdin.read()
    if after:
        after(source, target)
