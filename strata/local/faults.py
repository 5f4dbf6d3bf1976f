"""Faults on demand: what shall go wrong in the emulator, said from outside.

Each fault is about calls: of an AWS operation, whoever makes it, or of a state of a state machine.
The emulator's side is `strata.local.plugin.faults`.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

PATH = "/_strata/faults"


@dataclass(frozen=True)
class Fault:
    """What becomes of some calls: an error, a delay, or the death of whoever makes them.

    Exactly one of `error`, `kill` and `seconds` is given.
    """

    call: str
    """`service:Operation` as IAM names it, such as `sns:Publish`, or `state:<name>` of a state
    machine. Letter case does not matter."""
    error: str = ""
    """The name of the error that is answered."""
    kill: bool = False
    """The caller dies: a function's process, the Spark process, or for a state its execution."""
    seconds: float = 0.0
    """The call is made this much later."""
    where: str = ""
    """Only calls whose request holds this text, such as a dataset's name. For a state, the input
    of its execution counts as well."""
    times: int = 1
    """How many calls it hits; 0 for all until it is lifted."""
    after: int = 0
    """How many such calls go well first."""
    late: bool = False
    """The call is made first, and the caller does not hear of it."""
    status: int = 400
    """The HTTP status of the error; clients try again by themselves after 500 and 503."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a fault that would do nothing, or two things."""
        effects = [self.error, self.kill, self.seconds]
        if ":" not in self.call or sum(map(bool, effects)) != 1:
            raise ValueError(
                f"fault on {self.call!r}: call is 'service:Operation' or 'state:<name>', and one "
                "of error, kill and seconds says what happens"
            )


@dataclass(frozen=True)
class Faults:
    """The faults of one running emulator."""

    endpoint: str

    def arm(self, fault: Fault) -> int:
        """Let a fault wait for its calls, and give its number."""
        return int(self._ask("POST", asdict(fault))["number"])

    def hits(self, number: int) -> int:
        """Tell how many calls a fault has hit."""
        return int(self._ask("GET")["hits"][str(number)])

    def lift(self, *numbers: int) -> None:
        """Disarm faults, by default all of them; what they have hit is forgotten."""
        self._ask("DELETE", {"numbers": numbers})

    @contextmanager
    def armed(self, *faults: Fault) -> Iterator[None]:
        """Have some faults for the length of a block, which each of them must hit.

        Raises `AssertionError` for one that hit nothing: what it was to show was not shown.
        """
        numbers = [self.arm(fault) for fault in faults]
        try:
            yield
            for number, fault in zip(numbers, faults, strict=True):
                if not self.hits(number):
                    raise AssertionError(f"nothing was hit by {fault}")
        finally:
            self.lift(*numbers)

    def _ask(self, method: str, content: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the endpoint is on loopback
            f"{self.endpoint}{PATH}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())
