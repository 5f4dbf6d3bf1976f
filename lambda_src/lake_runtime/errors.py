"""The errors of the lake's functions, and the class that decides how each is handled."""

# ruff: noqa: N818 (the state machines retry by these names)

import json
import re
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError


class LakeError(Exception):
    """An error whose message was written by the lake and holds no record value."""


class MisconfiguredFunction(LakeError):
    """The function's environment is incomplete; deploying again mends it."""


class ContractMissing(LakeError):
    """No compiled contract has this name, or the compiled contracts cannot be read."""


class SourceChanged(LakeError):
    """A file that was read in place was replaced or deleted while the run read it."""


class QualityFailed(LakeError):
    """A rule of severity fail was broken, so that the run ends and its files wait."""


class LeaseLost(LakeError):
    """The run no longer holds its dataset's lock, so it must not publish."""


class RunAlreadyClosed(LakeError):
    """The run was closed before; a new run needs a new id."""


class LedgerUnsettled(LakeError):
    """The ledger kept changing under the function; trying again is safe."""


class ReportMissing(LakeError):
    """A step's report is missing, unreadable, or belongs to another run."""


class InspectionMissing(LakeError):
    """A claimed file has no inspection, so the run cannot say what became of it."""


class SweepIncomplete(LakeError):
    """Something could not be looked at, mended or told; the rest was, and the next sweep tries."""


class ServiceThrottled(LakeError):
    """An AWS service that a function called had no capacity for the call."""


class ServiceUnavailable(LakeError):
    """An AWS service that a function called failed for a moment."""


class ServiceRefused(LakeError):
    """An AWS service that a function called did not allow the call, or not to this role."""


class UnexpectedEvent(LakeError):
    """A message that is not an `Object Created` event of the versioned raw bucket."""


class ErrorClass(StrEnum):
    """How an error is handled: the first three are retried, the others need a person."""

    THROTTLING = "throttling"
    TRANSIENT = "transient"
    RESOURCES = "resources"
    DATA = "data"
    CODE = "code"
    PERMISSION = "permission"


_CLASS_PATTERNS: tuple[tuple[ErrorClass, str], ...] = (
    (
        ErrorClass.PERMISSION,
        r"ServiceRefused|States\.Permissions|AccessDenied|not authorized|Forbidden"
        r"|KMS\.?(Disabled|InvalidState|NotFound|AccessDenied)"
        r"|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|Insufficient Lake Formation",
    ),
    (
        ErrorClass.THROTTLING,
        r"Thrott|TooManyRequests|ConcurrentRunsExceeded|ProvisionedThroughputExceeded|SlowDown"
        r"|RequestLimitExceeded|ResourceNumberLimitExceeded|(?<!Data)LimitExceeded|Rate exceeded"
        r"|Crawler(Running|Stopping)",
    ),
    (
        ErrorClass.RESOURCES,
        r"OutOfMemory|MemoryError|No space left|ExecutorLost|Runtime\.ExitError|Sandbox\.Timedout"
        r"|Lambda\.Unknown|States\.Timeout|Task timed out|exceeded the? ?timeout|\bTIMEOUT\b"
        r"|Container killed|beyond physical memory|signal: killed|exit (code|status) (137|-9)",
    ),
    (
        ErrorClass.TRANSIENT,
        r"SourceChanged|LeaseLost|LedgerUnsettled|PublishConflict|CommitFailed|ServiceException"
        r"|ServiceUnavailable|InternalServer|InternalError|SdkClientException|AWSLambdaException"
        r"|ConnectionError|Connection(Closed|Reset|Refused)|EndpointConnection|ReadTimeout"
        r"|ConnectTimeout|TransactionConflict|IncompleteRead|States\.HeartbeatTimeout|FailedEntry"
        r"|ClientExecutionTimeout|RequestTimeout|OperationTimeout|AWSGlueException",
    ),
    (
        ErrorClass.DATA,
        r"QualityFailed|DataError|MalformedRecord|BadRecord|SparkDateTimeException|SparkNumberFormatException"
        r"|NumberFormatException|FAILED_READ_FILE|not a Parquet file",
    ),
)


def classify(error: str, cause: str = "") -> ErrorClass:
    """Give the class of an error from its name and, when the name says nothing, its cause.

    Step Functions reports a failed Glue job as `States.TaskFailed` with the job run in the cause,
    so the cause decides there. What nothing matches is `code`: retrying the unknown hides it.
    """
    for text in (error, cause):
        for kind, pattern in _CLASS_PATTERNS:
            if re.search(pattern, text, re.IGNORECASE):
                return kind
    return ErrorClass.CODE


def named_after_class(error: ClientError) -> Exception:
    """Give the error of an AWS service under the name that says how it is handled.

    What is neither throttled, nor failed for a moment, nor refused stays as it is.
    """
    names: dict[ErrorClass, type[LakeError]] = {
        ErrorClass.THROTTLING: ServiceThrottled,
        ErrorClass.TRANSIENT: ServiceUnavailable,
        ErrorClass.PERMISSION: ServiceRefused,
    }
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = classify(code)
    if kind is ErrorClass.CODE and status >= 500:
        kind = ErrorClass.TRANSIENT
    return names[kind](str(error)) if kind in names else error


def is_passing(error: Exception) -> bool:
    """Tell whether an error is one that passes by itself: throttled, or failed for a moment."""
    named = named_after_class(error) if isinstance(error, ClientError) else error
    return classify(type(named).__name__) in (ErrorClass.THROTTLING, ErrorClass.TRANSIENT)


_OWN_ERRORS = frozenset(kind.__name__ for kind in LakeError.__subclasses__())
_SERVICE_MESSAGE = re.compile(r"An error occurred \([\w.]+\) when calling the \w+ operation")
_EXCEPTION_NAME = re.compile(
    r"\b(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Conflict|Lost|Missing)\b"
)
_REASON_CHARACTERS = 400


def explain(error: str, cause: str = "") -> str:
    """Give one line that says what failed, fit for a notice.

    Causes from Spark and from unforeseen exceptions may quote record values, so of those only the
    names of the exceptions are kept. Messages of `LakeError` and of AWS services are kept whole.
    """
    details = _details(cause)
    message = str(details.get("errorMessage") or "")
    if error in _OWN_ERRORS and message:
        return _one_line(f"{error}: {message}")
    if _SERVICE_MESSAGE.search(message):
        return _one_line(f"{error}: {message}")
    parts = [error or "unknown error"]
    if details.get("JobName"):
        parts.append(f"Glue job {details['JobName']} run {details.get('Id', 'unknown')}")
    names = dict.fromkeys(_EXCEPTION_NAME.findall(str(details.get("ErrorMessage") or cause)))
    names.pop(error, None)
    if names:
        parts.append(", ".join(list(names)[:3]))
    return _one_line(": ".join(parts))


def _details(cause: str) -> dict[str, Any]:
    try:
        parsed = json.loads(cause)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_CHARACTERS else line[: _REASON_CHARACTERS - 1] + "…"
