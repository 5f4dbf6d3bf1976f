"""The frame of every function that a state machine calls."""

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from lake_runtime.errors import named_after_class
from lake_runtime.telemetry import annotate_trace, logger, tracer


class Request(BaseModel):
    """What a state machine sends; every request names its dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dataset: str


class Response(BaseModel):
    """What a function answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


RequestT = TypeVar("RequestT", bound=Request)
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def state_machine_task(
    request_type: type[RequestT],
) -> Callable[[Callable[[RequestT], Response]], Handler]:
    """Make a Lambda handler of a function from request to response.

    The event is parsed, the log lines carry dataset and run id, the call is traced under both, and
    an exception always leaves the function as an error. Errors of AWS services, which Python knows
    under one name, leave it under the name of their class, because machines retry by names.
    """

    def decorate(step: Callable[[RequestT], Response]) -> Handler:
        @logger.inject_lambda_context(clear_state=True)
        @tracer.capture_lambda_handler(capture_response=False)
        def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            request = request_type.model_validate(event)
            run_id = getattr(request, "run_id", None)
            logger.append_keys(dataset=request.dataset, run_id=run_id)
            annotate_trace(dataset=request.dataset, run_id=run_id)
            try:
                return step(request).model_dump(mode="json")
            except ClientError as error:
                raise named_after_class(error) from error

        return handle  # type: ignore[no-any-return]

    return decorate
