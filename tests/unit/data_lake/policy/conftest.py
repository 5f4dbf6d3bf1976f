"""What the tests of the rules share: a template of a few resources, and what a rule says of it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from data_lake.policy import Rule, Templates

Faults = Callable[..., list[str]]


@pytest.fixture
def faults() -> Faults:
    """Give a function that holds resources to a rule, and gives the names of what it finds."""

    def find(rule: Rule, /, **resources: tuple[str, Mapping[str, Any]]) -> list[str]:
        template = {
            "Resources": {
                name: {"Type": kind, "Properties": properties}
                for name, (kind, properties) in resources.items()
            }
        }
        found = rule.find(Templates({"Test": template}))
        return [f"{fault.resource.name}: {rule.name_of(fault)}" for fault in found]

    return find
