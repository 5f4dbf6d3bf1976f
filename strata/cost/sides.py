"""The two sides of a difference: templates and contracts that are there, or were at a revision."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.loading import available_environments, load_settings
from data_lake.contracts import ContractSet, load_contracts
from strata.comparison.sources import at_common_ancestor
from strata.cost.lake import Lake, read_lake
from strata.cost.usage import Usage
from strata.errors import StrataError
from strata.local.assembly import synthesise
from strata.paths import CONTRACTS
from strata.review.report import SNAPSHOTS


def lake_of(environment: str, folder: Path | None, contracts: ContractSet) -> Lake:
    """Read the templates of an environment from a folder, or synthesise them.

    Raises:
        StrataError: the synthesis fails, or the folder has no templates.
    """
    settings = load_settings(environment)
    if folder is not None:
        return read_lake(folder, settings, contracts)
    with tempfile.TemporaryDirectory() as scratch:
        synthesise(environment, Path(scratch))
        return read_lake(Path(scratch), settings, contracts)


def earlier(environment: str, against: str, contracts: ContractSet) -> tuple[str, Lake]:
    """Give what an environment is compared with, and what that is called.

    Args:
        environment: the one that is compared.
        against: another environment, a folder of templates, or a revision of git: the reviewed
            templates and the contracts as they were where the branch left it.
        contracts: those of the checkout.

    Raises:
        StrataError: it is none of the three, or has no templates of the environment.
    """
    if against in available_environments():
        if against == environment:
            raise StrataError(f"--against {against}: is the same environment; name another one")
        return against, lake_of(against, None, contracts)
    if Path(against).is_dir():
        return against, read_lake(Path(against), load_settings(environment), contracts)
    with _at(environment, against) as (templates, old):
        lake = read_lake(templates, load_settings(environment), load_contracts(old))
    return f"revision {against}", lake


@contextmanager
def _at(environment: str, revision: str) -> Iterator[tuple[Path, Path]]:
    try:
        with (
            at_common_ancestor(SNAPSHOTS / environment, revision) as templates,
            at_common_ancestor(CONTRACTS, revision) as contracts,
        ):
            yield templates, contracts
    except StrataError as error:
        choices = ", ".join(available_environments())
        raise StrataError(
            f"--against {revision}: must be an environment ({choices}), a folder of templates, or "
            f"a revision: {error}"
        ) from error


def is_revision(against: str | None) -> bool:
    """Tell whether something is compared with a revision, whose templates are the reviewed ones."""
    return (
        against is not None
        and against not in available_environments()
        and not Path(against).is_dir()
    )


def known_to(lake: Lake, usage: Usage) -> Usage:
    """Give the usage of what a lake has; the other side may have more or fewer datasets."""
    contracts = lake.contracts
    return usage.model_copy(
        update={
            "datasets": {k: v for k, v in usage.datasets.items() if k in contracts.datasets},
            "products": {k: v for k, v in usage.products.items() if k in contracts.products},
        }
    )
