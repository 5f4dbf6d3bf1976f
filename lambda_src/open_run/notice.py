"""The notice that runs of a dataset are not started any more."""

from lake_runtime.circuit import Passage
from lake_runtime.notices import Notice, Severity, make_notice
from lake_runtime.run import Run


def circuit_notice(run: Run, refused: Passage | None) -> Notice | None:
    """Make the notice of an open circuit; None unless it refused a run for the first time."""
    if refused is None or not refused.is_first:
        return None
    until = (
        f"One run is tried after {refused.retry_at}."
        if refused.retry_at
        else "A person opened it, so no run is tried until a person closes it."
    )
    return make_notice(
        kind="circuit_open",
        severity=Severity.CRITICAL,
        environment=run.environment.environment,
        dataset=run.dataset,
        headline="the circuit is open, what arrives waits",
        run_id=run.run_id,
        outcome="circuit_open",
        reasons=[refused.why] if refused.why else [],
        next_step=(
            f"Nothing is lost and nothing is spent. {until} Mend the cause, then: "
            f"strata circuit close {run.dataset} --why '...'"
        ),
    )
