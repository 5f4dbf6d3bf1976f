"""The errors that the lake knows by name. Retriers and docs/errors.md are made from this table."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data_lake.error_classes import ErrorClass


class Seen(StrEnum):
    """Where an error shows its name."""

    FUNCTION = "a function's task"
    JOB = "a Glue job's task"
    CRAWLER = "a crawler's task"
    STEP = "a step that is not repeated"
    START = "the start of the next run"
    MAP = "the inspection of many files"
    CAUSE = "the cause of a failed job"
    INSIDE = "a function's call of the service"


@dataclass(frozen=True)
class KnownError:
    """One error.

    Attributes:
        service: whose error it is.
        name: its name as Step Functions, or the service's own answer, spells it.
        kind: its class.
        seen: where it shows this name.
    """

    service: str
    name: str
    kind: ErrorClass
    seen: Seen

    @property
    def arrives_as(self) -> str:
        """The name by which a state machine knows it."""
        if self.seen is Seen.CAUSE:
            return "States.TaskFailed"
        if self.seen is not Seen.INSIDE:
            return self.name
        return _INSIDE_NAMES.get(self.kind, "ClientError")


_INSIDE_NAMES: Final = {
    ErrorClass.THROTTLING: "ServiceThrottled",
    ErrorClass.TRANSIENT: "ServiceUnavailable",
    ErrorClass.PERMISSION: "ServiceRefused",
}

_T, _H, _R = ErrorClass.THROTTLING, ErrorClass.TRANSIENT, ErrorClass.RESOURCES
_D, _C, _P = ErrorClass.DATA, ErrorClass.CODE, ErrorClass.PERMISSION

_ROWS: Final[dict[tuple[str, Seen, ErrorClass], tuple[str, ...]]] = {
    ("Lambda", Seen.FUNCTION, _T): (
        "Lambda.TooManyRequestsException",
        "Lambda.EC2ThrottledException",
    ),
    ("Lambda", Seen.FUNCTION, _H): (
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
    ),
    ("Lambda", Seen.FUNCTION, _R): (
        "Lambda.Unknown",
        "Sandbox.Timedout",
        "Runtime.ExitError",
        "Runtime.OutOfMemory",
        "MemoryError",
    ),
    ("Lambda", Seen.FUNCTION, _P): (
        "Lambda.KMSAccessDeniedException",
        "Lambda.KMSDisabledException",
    ),
    ("Lambda", Seen.FUNCTION, _C): (
        "Lambda.ResourceNotFoundException",
        "Runtime.ImportModuleError",
    ),
    ("Glue", Seen.JOB, _T): (
        "Glue.ConcurrentRunsExceededException",
        "Glue.ResourceNumberLimitExceededException",
        "Glue.ThrottlingException",
    ),
    ("Glue", Seen.JOB, _H): (
        # Older name under which the integration reports what it has no name for.
        "Glue.AWSGlueException",
        "Glue.InternalServiceException",
        "Glue.OperationTimeoutException",
        "Glue.ServiceUnavailableException",
        "Glue.SdkClientException",
    ),
    ("Glue", Seen.JOB, _C): ("Glue.EntityNotFoundException", "Glue.InvalidInputException"),
    ("Glue", Seen.JOB, _P): ("Glue.AccessDeniedException",),
    ("Glue", Seen.CRAWLER, _T): ("Glue.CrawlerRunningException", "Glue.CrawlerStoppingException"),
    ("Glue", Seen.CAUSE, _R): (
        "OutOfMemoryError",
        "MemoryError",
        "ExecutorLostFailure",
        "Container killed",
        "beyond physical memory",
        "No space left on device",
        "exit code 137",
        "exit code -9",
        '"JobRunState":"TIMEOUT"',
    ),
    ("Glue", Seen.CAUSE, _T): ("ThrottlingException", "SlowDown", "Rate exceeded"),
    ("Glue", Seen.CAUSE, _H): (
        "ServiceUnavailable",
        "InternalServerError",
        "ConnectionResetError",
        "EndpointConnectionError",
        "PublishConflict",
        "CommitFailedException",
        "SourceChanged",
    ),
    ("Glue", Seen.CAUSE, _D): ("FAILED_READ_FILE", "NumberFormatException"),
    ("Glue", Seen.CAUSE, _P): ("AccessDenied", "Insufficient Lake Formation"),
    ("Glue", Seen.CAUSE, _C): ("AnalysisException", "ModuleNotFoundError"),
    ("S3", Seen.INSIDE, _T): ("SlowDown", "RequestLimitExceeded"),
    ("S3", Seen.INSIDE, _H): ("InternalError", "ServiceUnavailable", "RequestTimeout"),
    ("S3", Seen.INSIDE, _P): ("AccessDenied", "KMS.DisabledException"),
    ("S3", Seen.INSIDE, _C): ("NoSuchBucket", "InvalidRequest"),
    ("DynamoDB", Seen.INSIDE, _T): (
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
    ),
    ("DynamoDB", Seen.INSIDE, _H): ("InternalServerError", "TransactionConflictException"),
    ("DynamoDB", Seen.INSIDE, _P): ("AccessDeniedException",),
    ("DynamoDB", Seen.INSIDE, _C): ("ResourceNotFoundException", "ValidationException"),
    ("Athena", Seen.INSIDE, _T): ("TooManyRequestsException", "ThrottlingException"),
    ("Athena", Seen.INSIDE, _H): ("InternalServerException",),
    ("Athena", Seen.INSIDE, _P): ("AccessDeniedException",),
    ("Athena", Seen.INSIDE, _C): ("InvalidRequestException",),
    ("Step Functions", Seen.START, _C): ("StepFunctions.ExecutionAlreadyExistsException",),
    ("Step Functions", Seen.MAP, _C): ("States.ItemReaderFailed", "States.ResultWriterFailed"),
    ("Step Functions", Seen.FUNCTION, _R): ("States.Timeout",),
    ("Step Functions", Seen.FUNCTION, _C): (
        "States.QueryEvaluationError",
        "States.DataLimitExceeded",
        "States.Runtime",
    ),
    ("Step Functions", Seen.FUNCTION, _P): ("States.Permissions",),
    ("Python", Seen.FUNCTION, _H): (
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "ReadTimeoutError",
    ),
    ("Strata", Seen.FUNCTION, _T): ("ServiceThrottled",),
    ("Strata", Seen.FUNCTION, _H): ("ServiceUnavailable", "LedgerUnsettled"),
    ("Strata", Seen.STEP, _H): ("SourceChanged", "LeaseLost"),
    ("Strata", Seen.FUNCTION, _P): ("ServiceRefused",),
    ("Strata", Seen.FUNCTION, _D): ("QualityFailed",),
    ("Strata", Seen.FUNCTION, _C): (
        "ContractMissing",
        "InspectionMissing",
        "MisconfiguredFunction",
        "ReportMissing",
        "RunAlreadyClosed",
        "UnexpectedAnswer",
        "CrawlerDidNotSucceed",
    ),
}

KNOWN_ERRORS: Final = tuple(
    KnownError(service, name, kind, seen)
    for (service, seen, kind), names in _ROWS.items()
    for name in names
)
"""Every known error."""


def names_of(seen: Seen, kind: ErrorClass) -> tuple[str, ...]:
    """Give the names of a class as they are seen at one place, for a retrier."""
    return tuple(known.name for known in KNOWN_ERRORS if (known.seen, known.kind) == (seen, kind))


def shows(error: str, *kinds: ErrorClass) -> str:
    """Give the JSONata condition that a failed job's cause shows an error of these classes.

    The cause is the whole job run as text, in which AWS escapes quotes once more or not at all.

    Args:
        error: JSONata for the caught error.
        kinds: the classes.
    """
    signs = [name for kind in kinds for name in names_of(Seen.CAUSE, kind)]
    return f"$contains($string({error}), /{'|'.join(map(_as_pattern, signs))}/)"


def _as_pattern(sign: str) -> str:
    words = re.findall(r"[A-Za-z0-9-]+", sign)
    return r"\W+".join(words) if '"' in sign else sign
