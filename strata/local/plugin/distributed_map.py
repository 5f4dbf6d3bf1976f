"""Distributed Maps in JSONata: a list from S3, an execution for each item, results to S3.

The emulator knows them in JSONPath only: it takes JSONata for text, drops what the Map assigns and
outputs, has no `ResultWriter`, and lets items share the variables of the states around them.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from strata.local.plugin.hooks import Hook

Json = dict[str, Any]
Outcome = tuple[Any, str | None]
_KNOWN = {
    *("Type", "Comment", "Label", "ItemReader", "ItemSelector", "ItemProcessor", "ResultWriter"),
    *("MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount", "QueryLanguage"),
    *("Items", "Assign", "Output", "Retry", "Catch", "Next", "End"),
}


def _in_jsonata(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
    def run_map(state: Json, payload: Any, *rest: Any) -> Outcome:
        from ministack.services import stepfunctions as engine  # noqa: PLC0415

        _effective, processor, execution, context = rest
        if engine._state_query_language(state, context) != "JSONata":
            return run(state, payload, *rest)
        unknown = state.keys() - _KNOWN
        if unknown:
            raise engine._ExecutionError(
                "States.Runtime", f"a distributed Map with {sorted(unknown)} is not emulated"
            )
        outcome = _MapRun(engine, state, payload, processor, execution, context).run()
        output = engine._apply_jsonata_output(
            state, payload, context, result=outcome, default=outcome
        )
        engine._apply_state_assign(state, payload, context, result=outcome)
        return output, engine._next_or_end(state)

    return run_map


@dataclass
class _MapRun:
    """One run of a distributed Map, as `DescribeMapRun` and `ListExecutions` report it."""

    engine: Any
    state: Json
    payload: Any
    processor: Json
    execution: Json
    context: Json
    children: list[Json] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> Any:
        """Run every item and give what the state results in; raises where too many failed."""
        items = list(self._items())
        label = self.state.get("Label") or self.engine.new_uuid()
        arn = self.execution["stateMachineArn"]
        self.run_id = self.engine.new_uuid()
        self.child_machine = f"{arn}/{label}"
        self.arn = f"{arn.replace(':stateMachine:', ':mapRun:')}/{label}:{self.run_id}"
        self.record = self._record(len(items))
        self.engine._map_runs[self.arn] = self.record
        workers = self.record["maxConcurrency"] or min(len(items), 64) or 1
        with ThreadPoolExecutor(max_workers=workers) as pool:
            turns = [
                pool.submit(copy_context().run, self._run_child, index, item)
                for index, item in enumerate(items)
            ]
        results = [turn.result() for turn in turns]
        exceeded = self._is_exceeded(len(items))
        self.record |= {
            "status": "FAILED" if exceeded else "SUCCEEDED",
            "stopDate": self.engine.now_iso(),
        }
        written = self._write_results()
        if exceeded:
            raise self.engine._ExecutionError(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )
        return written or results

    def _template(self, value: Any, context: Json | None = None) -> Any:
        return self.engine._apply_jsonata_template(value, self.payload, context or self.context)

    def _items(self) -> Iterator[Any]:
        reader = self.state.get("ItemReader")
        if reader is None:
            yield from self._template(self.state["Items"])
            return
        given = reader | {"Parameters": self._template(reader["Arguments"])}
        yield from self.engine._read_map_items(given, self.payload, {"QueryLanguage": "JSONPath"})

    def _record(self, total: int) -> Json:
        counts = dict.fromkeys(("running", "succeeded", "failed", "timedOut", "aborted"), 0)
        counts |= dict.fromkeys(("resultsWritten", "failuresNotRedrivable", "pendingRedrive"), 0)
        counts |= {"total": total, "pending": total}
        return {
            "mapRunArn": self.arn,
            "executionArn": self.execution["executionArn"],
            "status": "RUNNING",
            "startDate": self.engine.now_iso(),
            "maxConcurrency": int(self._template(self.state.get("MaxConcurrency", 0))),
            "toleratedFailurePercentage": float(
                self._template(self.state.get("ToleratedFailurePercentage", 0))
            ),
            "toleratedFailureCount": int(
                self._template(self.state.get("ToleratedFailureCount", 0))
            ),
            "itemCounts": dict(counts),
            "executionCounts": dict(counts),
            "redriveCount": 0,
            "_stateMachineArn": self.child_machine,
        }

    def _run_child(self, index: int, item: Any) -> Any:
        child = self._start_child(index, item)
        context = {
            "QueryLanguage": "JSONata",
            "Execution": {
                "Id": child["executionArn"],
                "Input": json.loads(child["input"]),
                "Name": child["name"],
                "StartTime": child["startDate"],
            },
            "StateMachine": {"Id": self.child_machine, "Name": child["name"]},
            "variables": {},
        }
        result, outcome = None, "succeeded"
        try:
            result = self.engine._run_sub_machine(
                self.processor["States"],
                self.processor["StartAt"],
                json.loads(child["input"]),
                child,
                context,
            )
            child |= {"status": "SUCCEEDED", "output": json.dumps(result)}
        except self.engine._ExecutionError as error:
            child |= {"status": "FAILED", "error": error.error, "cause": error.cause}
            outcome = "failed"
        child["stopDate"] = self.engine.now_iso()
        self._count("running", outcome)
        return result

    def _start_child(self, index: int, item: Any) -> Json:
        item_context = copy.deepcopy(self.context)
        item_context["Map"] = {"Item": {"Index": index, "Value": item}}
        selector = self.state.get("ItemSelector")
        given = self._template(selector, item_context) if selector else item
        name = self.engine.new_uuid()
        machine = self.child_machine.replace(":stateMachine:", ":execution:")
        child = {
            "executionArn": f"{machine}:{name}",
            "stateMachineArn": self.child_machine,
            "name": name,
            "status": "RUNNING",
            "startDate": self.engine.now_iso(),
            "stopDate": None,
            "input": json.dumps(given),
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": {"included": True},
            "mapRunArn": self.arn,
            "events": [],
            "testCase": self.execution.get("testCase"),
            "mockAttempts": {},
        }
        with self.lock:
            self.children.append(child)
        if self.processor["ProcessorConfig"].get("ExecutionType") != "EXPRESS":
            # Express executions have no history that could be asked for.
            self.engine._executions[child["executionArn"]] = child
        self._count("pending", "running")
        return child

    def _count(self, before: str, after: str) -> None:
        with self.lock:
            for counts in (self.record["itemCounts"], self.record["executionCounts"]):
                counts[before] -= 1
                counts[after] += 1

    def _is_exceeded(self, total: int) -> bool:
        """Tell whether too many failed: without a threshold, one is too many."""
        failed = self.record["itemCounts"]["failed"]
        limits = []
        if "ToleratedFailureCount" in self.state:
            limits.append(failed > self.record["toleratedFailureCount"])
        if "ToleratedFailurePercentage" in self.state:
            limits.append(failed * 100 > self.record["toleratedFailurePercentage"] * total)
        return failed > 0 and (any(limits) if limits else True)

    def _write_results(self) -> Json | None:
        """Write the results as Step Functions does: a manifest, and a list for each outcome."""
        writer = self.state.get("ResultWriter")
        if writer is None:
            return None
        given = self._template(writer["Arguments"])
        bucket, folder = given["Bucket"], f"{given['Prefix'].rstrip('/')}/{self.run_id}"
        files: dict[str, list[Json]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status in ("FAILED", "SUCCEEDED"):
            found = [_described(child) for child in self.children if child["status"] == status]
            if found:
                size = self._put(bucket, f"{folder}/{status}_0.json", found)
                files[status] = [{"Key": f"{folder}/{status}_0.json", "Size": size}]
        manifest = {"DestinationBucket": bucket, "MapRunArn": self.arn, "ResultFiles": files}
        self._put(bucket, f"{folder}/manifest.json", manifest)
        details = {"Bucket": bucket, "Key": f"{folder}/manifest.json"}
        return {"MapRunArn": self.arn, "ResultWriterDetails": details}

    def _put(self, bucket: str, key: str, value: Any) -> int:
        from ministack.services import s3  # noqa: PLC0415

        body = json.dumps(value).encode()
        status, _headers, answer = s3._put_object(bucket, key, body, {})
        if status >= 300:
            raise self.engine._ExecutionError("States.ResultWriterFailed", str(answer))
        return len(body)


def _described(child: Json) -> Json:
    names = ("executionArn", "input", "name", "output", "startDate", "stateMachineArn", "status")
    shown = {name: child[name] for name in (*names, "stopDate", "error", "cause") if name in child}
    return {name[0].upper() + name[1:]: value for name, value in shown.items()}


HOOKS = (
    Hook(
        "ministack.services.stepfunctions",
        "_run_distributed_map",
        "a distributed Map in JSONata must read its items, select, tolerate and write results",
        _in_jsonata,
    ),
)
