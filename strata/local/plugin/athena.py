"""Athena refuses queries, because it would answer them wrongly.

The emulator reads every Parquet file under a table's location, so that an Iceberg table shows
replaced and staged rows as well; without an engine it even makes values up.
"""

from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Hook

Response = tuple[int, dict[str, str], bytes]


def _refuse(_original: Any) -> Callable[[dict[str, Any]], Response]:
    def start_query_execution(_data: dict[str, Any]) -> Response:
        from ministack.core.responses import error_response_json  # noqa: PLC0415

        refusal: Response = error_response_json(
            "InvalidRequestException",
            "Athena is not emulated: it would read an Iceberg table's replaced files as well. "
            'Ask the local lake with: strata query "SELECT ..."',
            400,
        )
        return refusal

    return start_query_execution


HOOKS = (
    Hook(
        "ministack.services.athena",
        "_start_query_execution",
        "a wrong answer is worse than none: the emulator reads files that are no longer part",
        _refuse,
    ),
)
