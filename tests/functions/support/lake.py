"""A small lake in the emulator, driven step by step as the state machine would drive it."""

import json
from dataclasses import dataclass
from typing import Any

from check_drift.handler import handle as check_drift
from close_run.handler import handle as close_run
from inspect_files.handler import handle as inspect_files
from judge.handler import handle as judge
from open_run.handler import handle as open_run
from plan_products.handler import handle as plan_products
from plan_read.handler import handle as plan_read
from register.handler import handle as register
from sweep.handler import handle as sweep
from tests.functions.support.contracts import default_bundle
from tests.functions.support.resources import GOOD, REGION, Version
from tests.functions.support.traces import Traces


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"


class Lake(Traces):
    """The functions over the resources of one test."""

    def event(self, version: Version, **changes: Any) -> dict[str, Any]:
        """Give EventBridge's event of an uploaded version."""
        detail = {
            "version": "0",
            "bucket": {"name": version.bucket},
            "object": {
                "key": version.key,
                "size": version.size,
                "etag": version.etag,
                "version-id": version.version_id,
                "sequencer": "0063F2",
            },
            "reason": "PutObject",
        }
        return {
            "version": "0",
            "id": "0",
            "source": "aws.s3",
            "detail-type": "Object Created",
            "time": "2026-01-01T00:00:00Z",
            "region": REGION,
            "detail": detail,
        } | changes

    def register(self, *events: Any) -> list[str]:
        """Deliver one batch and give the numbers of the messages that failed."""
        records = [
            {
                "messageId": str(number),
                "receiptHandle": "handle",
                "body": event if isinstance(event, str) else json.dumps(event),
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:arrivals",
                "awsRegion": REGION,
            }
            for number, event in enumerate(events)
        ]
        answer = register({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def arrive(self, key: str, body: bytes = GOOD) -> Version:
        """Upload an object and register it."""
        version = self.upload(key, body)
        assert self.register(self.event(version)) == []
        return version

    def open(self, run_id: str = "run-1", dataset: str = "flights") -> dict[str, Any]:
        """Open a run."""
        request = {
            "dataset": dataset,
            "trigger": "on_arrival",
            "run_id": run_id,
            "execution_arn": f"arn:{run_id}",
        }
        return open_run(request, Context())

    def inspect(self, opened: dict[str, Any]) -> None:
        """Inspect all batches of an opened run, be they named or listed."""
        batches = opened["batches"]
        if opened["index"] and not batches:
            batches = self.artifact(opened["run_id"], "batches.json", opened["dataset"])
        for batch in batches:
            inspect_files(self._of(opened) | {"batch": batch}, Context())

    def plan(self, opened: dict[str, Any]) -> dict[str, Any]:
        """Plan what an opened run reads."""
        return plan_read(self._of(opened) | {"claims": opened["claims"]}, Context())

    def judge(self, opened: dict[str, Any]) -> dict[str, Any]:
        """Judge what an opened run staged."""
        return judge(self._of(opened) | {"threshold": opened["threshold"]}, Context())

    def close(
        self, run_id: str, outcome: str, dataset: str = "flights", **more: Any
    ) -> dict[str, Any]:
        """Close a run."""
        request = {
            "dataset": dataset,
            "run_id": run_id,
            "run_prefix": f"runs/{dataset}/{run_id}/",
            "outcome": outcome,
        }
        return close_run(request | more, Context())

    def check_drift(self, dataset: str = "flights") -> dict[str, Any]:
        """Compare the crawled table with the contract."""
        request = {"dataset": dataset, "run_id": "run-1", "run_prefix": "runs/flights/run-1/"}
        return check_drift(request, Context())

    def plan_products(self, detail: dict[str, Any]) -> list[list[str]]:
        """Name the products to look at after a publish, in waves."""
        return [wave["products"] for wave in plan_products(detail, Context())["waves"]]

    def build(self, run_id: str, product: str) -> dict[str, Any]:
        """Take a product from opening to a published close and give what closing says."""
        assert self.open(run_id, product)["status"] == "opened"
        self.stage(run_id, product)
        self.publish(run_id, product)
        return self.close(run_id, "published", product)

    def sweep(self, **event: Any) -> dict[str, Any]:
        """Sweep the lake, or look at one dataset as its micro-batch does."""
        return sweep({"trigger": "sweep"} | event, Context())

    def fail(self, run_id: str, dataset: str = "flights") -> dict[str, Any]:
        """Open a run and let it fail over something that passes."""
        assert self.open(run_id, dataset)["status"] == "opened"
        error = {"Error": "Glue.ThrottlingException", "Cause": ""}
        return self.close(run_id, "failed", dataset, error=error)

    def change_contract(self, dataset: str = "flights", **changes: Any) -> None:
        """Deploy the contracts with something changed in one of them."""
        bundle = default_bundle()
        kind = "datasets" if dataset in bundle["datasets"] else "products"
        bundle[kind][dataset] |= changes
        self.deploy(bundle)

    def read_and_plan(self, run_id: str = "run-1", dataset: str = "flights") -> dict[str, Any]:
        """Open a run, inspect its files, and plan what it reads."""
        opened = self.open(run_id, dataset)
        assert opened["status"] == "opened"
        self.inspect(opened)
        self.plan(opened)
        return opened

    def publish_run(
        self, run_id: str = "run-1", dataset: str = "flights", **report: Any
    ) -> dict[str, Any]:
        """Take a whole run from opening to a published close; `report` is what publishing says."""
        opened = self.read_and_plan(run_id, dataset)
        self.stage(run_id, dataset)
        assert self.judge(opened)["decision"] == "publish"
        self.publish(run_id, dataset, **report)
        return self.close(run_id, "published", dataset)

    @staticmethod
    def _of(opened: dict[str, Any]) -> dict[str, Any]:
        return {name: opened[name] for name in ("dataset", "run_id", "run_prefix")}
