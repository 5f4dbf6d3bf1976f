"""The curate machine: from a published dataset to the products that are built on it."""

from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Duration

from data_lake.asl import ERROR_OUTPUT, State, States, choose, invoke, remember, run_job
from data_lake.asl_many import each
from data_lake.job_states import JobStates
from data_lake.retries import PUBLISH_UNSURE
from data_lake.run_states import JOB_RUN, RunStates, unexpected_answer
from data_lake.spark_job import SparkJob

_PRODUCTS_AT_ONCE: Final = 5
_ROUNDS: Final = 10
"""How often one execution builds a product again because an input moved on meanwhile."""

_NEXT_ROUND: Final = {
    "round": "{% $round + 1 %}",
    "run_id": "{% $closed.next_name %}",
    "run_prefix": "{% 'runs/' & $dataset & '/' & $closed.next_name & '/' %}",
}


@dataclass(frozen=True)
class CurateMachine:
    """What the curate machine's definition refers to.

    Attributes:
        shared: the states shared with the ingest machine.
        build: the job that writes a product's rows where readers do not see them.
        publish: the job that makes them visible.
        artifacts_uri: the zone that holds what runs write about themselves; ends in a slash.
        longest: what one execution may take, and so any job of it.
    """

    shared: RunStates
    build: SparkJob
    publish: SparkJob
    artifacts_uri: str
    longest: Duration

    @property
    def input_uri(self) -> str:
        """Where opening the run says which snapshots of its inputs to read."""
        return f"{{% '{self.artifacts_uri}' & $run_prefix & 'input.json' %}}"

    def definition(self) -> dict[str, Any]:
        """Give the machine's definition in the Amazon States Language."""
        return {
            "Comment": "From a published dataset to the products that are built on it",
            "StartAt": "PlanProducts",
            "States": {
                "PlanProducts": invoke(
                    self.shared.functions.plan_products,
                    {"dataset": "{% $states.input.dataset %}"},
                    catch="NotPlanned",
                    catch_assign={},
                    then="BuildProducts",
                ),
                # One wave after the other: a product is built from what its inputs became.
                "BuildProducts": each(
                    "{% $states.input.waves %}",
                    "BuildWave",
                    {"BuildWave": self._wave()},
                    at_once=1,
                    catch="NotPlanned",
                    catch_assign={},
                    then="AllBuilt?",
                ),
                "AllBuilt?": choose(
                    ("true in $states.input.products.failed", "ProductsFailed"),
                    otherwise="ProductsBuilt",
                ),
                "ProductsBuilt": {"Type": "Succeed"},
                "ProductsFailed": {
                    "Type": "Fail",
                    "Error": "ProductsFailed",
                    "Cause": "{% $string($states.input.products[failed]) %}",
                },
                "NotPlanned": {
                    "Type": "Fail",
                    "Error": "{% $states.input.Error %}",
                    "Cause": "{% $states.input.Cause %}",
                },
            },
        }

    def _wave(self) -> State:
        return each(
            "{% $states.input.products %}",
            "RememberRun",
            self._product(),
            at_once=_PRODUCTS_AT_ONCE,
            catch=None,
            output={"products": "{% $states.result %}"},
        )

    def _product(self) -> States:
        return {
            **self._open(),
            **self._build(),
            **self._close(),
            **self._fail(),
        }

    def _open(self) -> States:
        first = "$states.context.Execution.Name & '-' & $states.input"
        return {
            "RememberRun": remember(
                {
                    "dataset": "{% $states.input %}",
                    "round": 1,
                    "failed": False,
                    "run_id": f"{{% {first} %}}",
                    "run_prefix": f"{{% 'runs/' & $states.input & '/' & {first} & '/' %}}",
                },
                then="OpenRun",
            ),
            "OpenRun": self.shared.open_run(
                "inputs_published", catch="CloseFailed", then="RunOpened?"
            ),
            "RunOpened?": choose(
                ("$run.status = 'opened'", self._building().start),
                ("$run.status = 'unchanged'", "CloseSkipped"),
                ("$run.status in ['nothing_waiting', 'busy']", "ProductDone"),
                ("$run.status = 'circuit_open'", "CircuitToldBefore?"),
                otherwise="UnexpectedAnswer",
            ),
            "CircuitToldBefore?": choose(
                ("$run.notice = null", "ProductDone"), otherwise="NotifyCircuitOpen"
            ),
            **self.shared.notify_circuit(then="ProductDone"),
        }

    def _building(self) -> JobStates:
        return JobStates(
            name="BuildProduct",
            job=self.build,
            input_uri=self.input_uri,
            size="$run",
            longest=self.longest,
            notices=self.shared.notices,
            done="Judge",
            failed="CloseFailed",
            caught={"error": ERROR_OUTPUT},
        )

    def _build(self) -> States:
        return {
            **self._building().states(),
            "Judge": self.shared.judge(catch="CloseFailed", then="GoodEnough?"),
            "GoodEnough?": choose(
                ("$judgement.decision = 'publish'", "PublishProduct"),
                ("$judgement.decision = 'quarantine'", "CloseQuarantined"),
                ("$judgement.decision = 'unchanged'", "CloseSkipped"),
                ("$judgement.decision = 'empty'", "CloseRejected"),
                otherwise="UnexpectedAnswer",
            ),
            "PublishProduct": run_job(
                self.publish,
                JOB_RUN,
                retries=[PUBLISH_UNSURE],
                catch="CloseFailed",
                then="CloseRun",
            ),
        }

    def _close(self) -> States:
        return {
            "CloseRun": self.shared.close(
                "published",
                more_workers="{% $more_workers %}",
                catch="CloseFailed",
                then="SideEffects",
            ),
            "SideEffects": self.shared.side_effects(catch="InputsMoved?", then="InputsMoved?"),
            "CloseQuarantined": self.shared.close(
                "quarantined", catch="CloseFailed", then="NotifyQuarantine"
            ),
            "CloseRejected": self.shared.close(
                "rejected", catch="CloseFailed", then="NotifyQuarantine"
            ),
            "CloseSkipped": self.shared.close("skipped", catch="CloseFailed", then="InputsMoved?"),
            **self.shared.notify("NotifyQuarantine", then="InputsMoved?"),
            "InputsMoved?": choose(
                (f"$closed.more_waiting and $round < {_ROUNDS}", "BuildAgain"),
                otherwise="ProductDone",
            ),
            "BuildAgain": remember(_NEXT_ROUND, then="OpenRun"),
            "ProductDone": remember(
                output={"product": "{% $dataset %}", "failed": "{% $failed %}"}
            ),
        }

    def _fail(self) -> States:
        return {
            "UnexpectedAnswer": unexpected_answer(then="CloseFailed"),
            "CloseFailed": self.shared.close_failed(then="PublishedAnyway?"),
            "PublishedAnyway?": choose(
                ("$closed.event != null", "SideEffects"), otherwise="NotifyFailure"
            ),
            **self.shared.notify("NotifyFailure", then="InputsMovedMeanwhile?"),
            "InputsMovedMeanwhile?": choose(
                (f"$closed.more_waiting and $round < {_ROUNDS}", "BuildAfterFailure"),
                otherwise="ProductFailed",
            ),
            # However that ends, the execution fails, so that its alarm tells.
            "BuildAfterFailure": remember({**_NEXT_ROUND, "failed": True}, then="OpenRun"),
            "ProductFailed": remember(
                output={
                    "product": "{% $dataset %}",
                    "failed": True,
                    "error": "{% $error.Error %}",
                }
            ),
        }
