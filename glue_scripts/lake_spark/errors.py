"""What can go wrong in a job, by class: the state machine and the notices go by these names."""

# ruff: noqa: N818 - the names say what happened, and notices show them as they are


class LakeError(Exception):
    """Base of every error that a job raises on purpose; the message says what to do next."""


class ContractMissing(LakeError):
    """The compiled contracts do not hold the dataset or product that was asked for."""


class ContractMismatch(LakeError):
    """The contract and what exists (a table, a query's columns) do not fit together."""


class HeaderMismatch(LakeError):
    """A file's header does not hold exactly the contract's columns."""


class UnreadableFile(LakeError):
    """A file of the run cannot be read at all: gone, unreachable, or skipped by Spark."""


class ProtectionKeyMissing(LakeError):
    """Columns are to be hashed or tokenised, and there is no key to do it with."""


class NothingStaged(LakeError):
    """Publishing was asked for a run that has staged nothing."""


class RowsLost(LakeError):
    """A run did not keep every bad row that it found; staging it again may do so."""


class PublishConflict(LakeError):
    """The table was changed by someone else since the run was staged; stage it again."""


class AuditFailed(LakeError):
    """What is about to be published is not what was staged; nothing was published."""


def in_short(error: Exception) -> str:
    """Give what a Spark error says, without the query plan that it prints behind."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].partition("; line ")[0].rstrip(";") if lines else type(error).__name__
