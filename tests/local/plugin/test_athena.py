"""Athena does not pretend."""

from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]


def test_a_query_is_refused_with_the_command_that_answers_it(client: Client) -> None:
    athena = client("athena")
    with pytest.raises(athena.exceptions.InvalidRequestException, match="strata query"):
        athena.start_query_execution(
            QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://anywhere/"}
        )
