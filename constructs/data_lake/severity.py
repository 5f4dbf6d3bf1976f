"""How soon a person should look."""

from enum import StrEnum


class Severity(StrEnum):
    """Of an alarm or a notice; the functions tell theirs in the same words.

    Critical wakes a person, a warning is read in the hours of work, info in a digest.
    """

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
