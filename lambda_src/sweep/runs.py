"""Runs that died, and work that no run has taken."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lake_runtime import clients
from lake_runtime.contracts import Contracts, Dataset, Product
from lake_runtime.cron import first_due
from lake_runtime.identity import execution_name, seconds_between, utc_now
from lake_runtime.inputs import ProductInputs
from lake_runtime.lock import Holder
from lake_runtime.records import Claim
from lake_runtime.run import Run
from lake_runtime.starts import start_execution
from sweep.findings import Findings, SweepEnvironment

_LOOKS_BACK = timedelta(days=32)
"""A missed run of longer ago is left to the next tick."""
_GOING = frozenset({"RUNNING", "PENDING_REDRIVE"})


@dataclass(frozen=True)
class RunSweeper:
    """Looks at one dataset or product after the other.

    A run that died is not closed here: the run that is started takes its lock over, gives back
    what it had claimed, and closes its record, as any run does that finds a lease run out.
    """

    environment: SweepEnvironment
    contracts: Contracts

    def sweep_dataset(self, dataset: Dataset) -> Findings:
        """Start a run if the last one died, or if something waits that no run was started for."""
        found = self._release_dead(dataset.name)
        reason = found.died or self._forgotten(dataset)
        if reason:
            name = execution_name(dataset.name, ["sweep", utc_now()[:16]])
            start_execution(self.environment.ingest_state_machine_arn, name, dataset.name, "sweep")
            found.started.append(f"{dataset.name}: run {name} was started: {reason[0]}")
        return found

    def sweep_product(self, product: Product) -> Findings:
        """Build a product if its last run died, or if nobody was told that its inputs moved."""
        found = self._release_dead(product.name)
        reason = found.died or self._left_behind(product)
        if reason:
            # Any dataset above it leads the curate machine to it.
            root = self._root(product)
            name = execution_name(root, ["sweep", utc_now()[:16]])
            start_execution(self.environment.curate_state_machine_arn, name, root, "sweep")
            found.started.append(f"{product.name}: run {name} was started: {reason[0]}")
        return found

    def start_waiting(self, dataset: Dataset, trigger: str) -> bool:
        """Start a run if anything waits and no run is going; costs one look where nothing does."""
        run = self._run(dataset.name)
        if not run.ledger.has_waiting() or run.lock.holder() is not None:
            return False
        if run.circuit.refuses_runs():
            return False
        name = execution_name(dataset.name, [trigger, utc_now()[:16]])
        return start_execution(
            self.environment.ingest_state_machine_arn, name, dataset.name, trigger
        )

    def _release_dead(self, name: str) -> Findings:
        lock = self._run(name).lock
        holder = lock.holder()
        why = None if holder is None else self._why_dead(holder)
        if holder is None or why is None:
            return Findings()
        if not holder.has_expired:
            lock.expire(holder)
        return Findings(died=[f"{name}: run {holder.run_id} died: {why}"])

    def _why_dead(self, holder: Holder) -> str | None:
        """Say why a run counts as dead, or None.

        A job that is stopped with its execution takes a while to end, hence the grace.
        """
        if holder.has_expired:
            return "its lease ran out"
        if not holder.execution_arn:
            # A person's command holds the lock, which no execution tells of.
            return None
        try:
            execution = clients.stepfunctions().describe_execution(
                executionArn=holder.execution_arn
            )
        except clients.stepfunctions().exceptions.ExecutionDoesNotExist:
            return "its execution is not known"
        if execution["status"] in _GOING:
            return None
        ended = datetime.now(UTC) - execution["stopDate"]
        if ended.total_seconds() < self.environment.grace_minutes * 60:
            return None
        return f"its execution ended as {execution['status']} without closing it"

    def _forgotten(self, dataset: Dataset) -> list[str]:
        """Say what waits though its run should have been started; nothing while a run is going."""
        run = self._run(dataset.name)
        waiting = run.ledger.waiting(1)
        if not waiting or run.lock.holder() is not None or run.circuit.refuses_runs():
            return []
        if dataset.trigger.mode == "schedule":
            oldest = next(run.ledger.waiting_anew(), None)
            return self._missed(dataset, oldest) if oldest else []
        allowed = self.environment.grace_minutes + (dataset.trigger.every_minutes or 0)
        waited = seconds_between(waiting[0].registered_at, utc_now()) / 60
        if waited < allowed:
            return []
        return [f"{waiting[0].key} has waited for {waited:.0f} minutes and no run was going"]

    def _missed(self, dataset: Dataset, oldest: Claim) -> list[str]:
        """Say which run of a schedule did not come for what no run has had yet.

        However many ticks were missed, one run takes what waits for them.
        """
        until = datetime.now(UTC) - timedelta(minutes=self.environment.grace_minutes)
        came = max(datetime.fromisoformat(oldest.registered_at), until - _LOOKS_BACK)
        schedule = dataset.schedule
        due = first_due(schedule.cron, schedule.time_zone, came, until) if schedule else None
        if due is None:
            return []
        return [f"{oldest.key} waited for the run of {due:%Y-%m-%d %H:%M} UTC, which did not come"]

    def _left_behind(self, product: Product) -> list[str]:
        run = self._run(product.name)
        if run.lock.holder() is not None or run.circuit.refuses_runs():
            return []
        if ProductInputs(self.environment, self.contracts, product).moved() is None:
            return []
        states = [self._run(name).ledger.state() or {} for name in product.inputs]
        newest = max(str(state["last_published_at"]) for state in states)
        waited = seconds_between(newest, utc_now()) / 60
        if waited < self.environment.grace_minutes:
            return []
        return [f"its inputs moved on {waited:.0f} minutes ago and no run was going"]

    def _root(self, product: Product) -> str:
        name = product.inputs[0]
        while name in self.contracts.products:
            name = self.contracts.products[name].inputs[0]
        return name

    def _run(self, dataset: str) -> Run:
        return Run(self.environment, dataset, "")
