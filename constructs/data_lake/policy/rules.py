"""Every rule, in the order of the page that explains them."""

from typing import Final

from data_lake.policy.access import PUBLIC, TLS, WILDCARDS
from data_lake.policy.delivery import ALARMS, DEAD_LETTERS
from data_lake.policy.machines import CATCHES, TIMEOUTS
from data_lake.policy.protection import ENCRYPTION, RETENTION
from data_lake.policy.rule import Rule
from data_lake.policy.tags import TAGS

RULES: Final[tuple[Rule, ...]] = (
    TAGS,
    WILDCARDS,
    PUBLIC,
    TLS,
    ENCRYPTION,
    RETENTION,
    DEAD_LETTERS,
    ALARMS,
    TIMEOUTS,
    CATCHES,
)
"""Every rule."""
