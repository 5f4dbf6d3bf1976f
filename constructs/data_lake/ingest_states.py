"""The ingest machine: from a dataset's waiting arrivals to a published table."""

from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Duration

from data_lake.asl import State, States, choose, invoke, remember, run_job, task
from data_lake.asl_many import both
from data_lake.crawl_states import branch_failed, crawl_states
from data_lake.inspect_states import InspectionMap, InspectStates
from data_lake.job_states import JobStates
from data_lake.retries import ALREADY_STARTED, NOT_DELIVERED, PUBLISH_UNSURE
from data_lake.run_states import JOB_RUN, RUN, RunStates, unexpected_answer
from data_lake.spark_job import SparkJob

_RUN_ID: Final = (
    "($exists($states.input.run_id) ? $states.input.run_id : $states.context.Execution.Name)"
)
"""An execution is a run of its own name, unless it does one that failed again."""


@dataclass(frozen=True)
class IngestMachine:
    """What the ingest machine's definition refers to.

    Attributes:
        shared: the states shared with the curate machine.
        stage: the job that writes a run's rows where readers do not see them.
        publish: the job that makes them visible.
        crawler_name: the crawler over the raw zone.
        start_arn: what the next run is started with.
        longest: what one execution may take, and so any job of it.
        artifacts_bucket: name of the bucket with the runs' folders.
        inspection_map: how many files are inspected.
    """

    shared: RunStates
    stage: SparkJob
    publish: SparkJob
    crawler_name: str
    start_arn: str
    longest: Duration
    artifacts_bucket: str
    inspection_map: InspectionMap

    def definition(self) -> dict[str, Any]:
        """Give the machine's definition in the Amazon States Language."""
        return {
            "Comment": "From a dataset's waiting arrivals to a published table",
            "StartAt": "RememberRun",
            "States": {
                **self._open(),
                **self._inspect(),
                **self._write(),
                **self._publish(),
                **self._quarantine(),
                **self._fail(),
            },
        }

    def _open(self) -> States:
        return {
            "RememberRun": remember(
                {
                    "dataset": "{% $states.input.dataset %}",
                    "trigger": "{% $states.input.trigger %}",
                    "run_id": f"{{% {_RUN_ID} %}}",
                    "run_prefix": (
                        f"{{% 'runs/' & $states.input.dataset & '/' & {_RUN_ID} & '/' %}}"
                    ),
                },
                then="OpenRun",
            ),
            "OpenRun": self.shared.open_run(
                "{% $trigger %}", catch="CloseFailed", then="RunOpened?"
            ),
            "RunOpened?": choose(
                ("$run.status = 'opened' and $run.index = null", "InspectFiles"),
                ("$run.status = 'opened'", "InspectManyFiles"),
                ("$run.status in ['nothing_waiting', 'busy']", "NothingToDo"),
                ("$run.status = 'circuit_open'", "CircuitToldBefore?"),
                otherwise="UnexpectedAnswer",
            ),
            "CircuitToldBefore?": choose(
                ("$run.notice = null", "CircuitOpen"), otherwise="NotifyCircuitOpen"
            ),
            **self.shared.notify_circuit(then="CircuitOpen"),
            "CircuitOpen": {"Type": "Succeed"},
            "NothingToDo": {"Type": "Succeed"},
        }

    def _inspect(self) -> States:
        functions = self.shared.functions
        inspecting = InspectStates(
            functions.inspect_files, self.artifacts_bucket, self.inspection_map
        )
        return {
            **inspecting.states(catch="CloseFailed", then="PlanRead"),
            "PlanRead": invoke(
                functions.plan_read,
                {**RUN, "claims": "{% $run.claims %}"},
                answer="plan",
                catch="CloseFailed",
                then="AnythingToRead?",
            ),
            "AnythingToRead?": choose(
                ("$plan.accepted > 0", "StageAndCrawl"),
                ("$plan.accepted = 0", "CloseRejected"),
                otherwise="UnexpectedAnswer",
            ),
        }

    def _write(self) -> States:
        staging = self._staging()
        return {
            "StageAndCrawl": both(
                (staging.start, {**staging.states(), "StageFailed": branch_failed()}),
                (
                    "CrawlNeeded?",
                    crawl_states(
                        self.crawler_name, self.shared.functions.check_drift, self.shared.event_bus
                    ),
                ),
                assign={"branches": "{% $states.result %}"},
                catch="CloseFailed",
                then="BothBranchesSucceeded?",
            ),
            "BothBranchesSucceeded?": choose(
                ("$branches[0].failed", "StagingFailed"),
                ("$branches[1].failed", "CrawlingFailed"),
                otherwise="Judge",
            ),
            "StagingFailed": remember({"error": "{% $branches[0].error %}"}, then="CloseFailed"),
            "CrawlingFailed": remember({"error": "{% $branches[1].error %}"}, then="CloseFailed"),
            "Judge": self.shared.judge(catch="CloseFailed", then="GoodEnough?"),
            "GoodEnough?": choose(
                ("$judgement.decision = 'publish'", "PublishRows"),
                ("$judgement.decision = 'quarantine'", "CloseQuarantined"),
                ("$judgement.decision = 'empty'", "CloseRejected"),
                otherwise="UnexpectedAnswer",
            ),
        }

    def _staging(self) -> JobStates:
        return JobStates(
            name="StageRows",
            job=self.stage,
            input_uri="{% $plan.input_uri %}",
            size="$plan",
            longest=self.longest,
            notices=self.shared.notices,
            done=None,
            failed="StageFailed",
            caught={},
        )

    def _publish(self) -> States:
        return {
            "PublishRows": run_job(
                self.publish,
                JOB_RUN,
                retries=[PUBLISH_UNSURE],
                catch="CloseFailed",
                then="CloseRun",
            ),
            "CloseRun": self.shared.close(
                "published",
                more_workers="{% $branches[0].more_workers %}",
                warnings="{% $branches[1].drift %}",
                catch="CloseFailed",
                then="SideEffects",
            ),
            "SideEffects": self.shared.side_effects(catch="MoreWaiting?", then="MoreWaiting?"),
            "MoreWaiting?": choose(
                ("$closed.more_waiting", "StartNextRun"), otherwise="RunPublished"
            ),
            "StartNextRun": self._start_run(then="RunPublished"),
            "RunPublished": {"Type": "Succeed"},
        }

    def _quarantine(self) -> States:
        """Both ways to end without publishing: the batch is not good enough, or has no rows."""
        return {
            "CloseRejected": self.shared.close(
                "rejected", catch="CloseFailed", then="NotifyQuarantine"
            ),
            "CloseQuarantined": self.shared.close(
                "quarantined", catch="CloseFailed", then="NotifyQuarantine"
            ),
            **self.shared.notify("NotifyQuarantine", then="MoreWaitingAfterQuarantine?"),
            "MoreWaitingAfterQuarantine?": choose(
                ("$closed.more_waiting", "StartRunAfterQuarantine"), otherwise="RunQuarantined"
            ),
            "StartRunAfterQuarantine": self._start_run(then="RunQuarantined"),
            "RunQuarantined": {"Type": "Succeed"},
        }

    def _fail(self) -> States:
        return {
            "UnexpectedAnswer": unexpected_answer(then="CloseFailed"),
            "CloseFailed": self.shared.close_failed(then="PublishedAnyway?"),
            # The job may have published before it, or what came after it, failed.
            "PublishedAnyway?": choose(
                ("$closed.event != null", "SideEffects"), otherwise="NotifyFailure"
            ),
            **self.shared.notify("NotifyFailure", then="WorthARetry?"),
            "WorthARetry?": choose(("$closed.more_waiting", "StartRetry"), otherwise="RunFailed"),
            "StartRetry": self._start_run(then="RunFailed"),
            "RunFailed": {
                "Type": "Fail",
                "Error": "{% $error.Error %}",
                "Cause": "{% $error.Cause %}",
            },
        }

    def _start_run(self, *, then: str) -> State:
        return task(
            "states:startExecution",
            {
                "StateMachineArn": self.start_arn,
                "Name": "{% $closed.next_name %}",
                "Input": {"dataset": "{% $dataset %}", "trigger": "more_waiting"},
            },
            retries=[ALREADY_STARTED, NOT_DELIVERED],
            catch=then,
            catch_assign={},
            then=then,
        )
