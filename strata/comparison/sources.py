"""Where two states of the contracts come from: files, folders, or a revision of git."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_lake.contracts import ContractError, ContractSet, DatasetContract, load_contracts
from data_lake.contracts.reader import SUFFIX, read_contract
from strata.errors import StrataError


def read(path: Path) -> ContractSet:
    """Read the contracts of a folder, or the one in a file.

    Raises `ContractError` for contracts that are not valid, `StrataError` where there are none.
    """
    if path.is_dir():
        return load_contracts(path)
    if not path.is_file() or not path.name.endswith(SUFFIX):
        raise StrataError(f"{path}: must be a folder of contracts, or a file that ends in {SUFFIX}")
    found = read_contract(path)
    if found.contract is None:
        raise ContractError(found.problems)
    if isinstance(found.contract, DatasetContract):
        return ContractSet({found.name: found.contract}, {})
    return ContractSet({}, {found.name: found.contract})


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """Give a copy of a file or folder as it was at a revision of its git repository.

    Raises `StrataError` if there is no repository, no such revision, or nothing at that path.
    """
    place = path.resolve()
    folder = place if place.is_dir() else place.parent
    root = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    try:
        _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except StrataError as error:
        raise StrataError(f"{revision!r} is not a revision of {root}") from error
    within = folder.relative_to(root).as_posix()
    if not _git(root, "ls-tree", "--name-only", revision, f"{within}/"):
        raise StrataError(f"{path}: there is nothing at {within}/ in revision {revision}")
    with tempfile.TemporaryDirectory() as scratch:
        archive = _git(root, "archive", "--format=tar", revision, within)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(scratch, filter="data")
        copy = Path(scratch) / within
        yield copy if place.is_dir() else copy / place.name


@contextmanager
def at_common_ancestor(path: Path, revision: str) -> Iterator[Path]:
    """Give a copy of a file or folder as it was where HEAD and a revision parted.

    Raises `StrataError` as `at_revision` and `common_ancestor` do.
    """
    with at_revision(path, common_ancestor(path, revision)) as copy:
        yield copy


def common_ancestor(path: Path, revision: str) -> str:
    """Give the commit at which HEAD and a revision parted, in the repository of a path.

    Raises `StrataError` if there is no such revision, or no common ancestor, such as in a shallow
    clone.
    """
    folder = path if path.is_dir() else path.parent
    try:
        _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except StrataError as error:
        raise StrataError(f"{revision!r} is not a revision of {folder}") from error
    try:
        return _git(folder, "merge-base", "HEAD", revision).decode().strip()
    except StrataError as error:
        raise StrataError(
            f"{revision!r} and HEAD have no common ancestor here; fetch the whole history first"
        ) from error


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    outcome = subprocess.run(command, capture_output=True, check=False)
    if outcome.returncode != 0:
        raise StrataError(
            f"{folder}: git {arguments[0]} failed: {outcome.stderr.decode().strip() or 'no reason'}"
        )
    return outcome.stdout
