"""What Strata adds to the emulator, in one place, because it leans on the emulator's insides.

Each module holds the hooks for one service; `HOOKS` lists them all, and a contract test runs each
of them against a live emulator.
"""

from strata.local.plugin import (
    athena,
    branches,
    distributed_map,
    faults,
    glue_crawlers,
    glue_jobs,
    glue_optimizers,
    lambda_errors,
    public_parameters,
    resources,
    s3_events,
    schedules,
    secure_transport,
    step_functions,
)
from strata.local.plugin.hooks import Entry, Hook, install_all

HOOKS: tuple[Hook | Entry, ...] = (
    *glue_jobs.HOOKS,
    *glue_crawlers.HOOKS,
    *glue_optimizers.HOOKS,
    *step_functions.HOOKS,
    *branches.HOOKS,
    *distributed_map.HOOKS,
    *athena.HOOKS,
    *lambda_errors.HOOKS,
    *schedules.HOOKS,
    *secure_transport.HOOKS,
    *s3_events.HOOKS,
    *resources.HOOKS,
    *public_parameters.HOOKS,
    *faults.HOOKS,
)


def install() -> None:
    """Put every hook in place; raises `PluginError` if the emulator is not the pinned one."""
    install_all(HOOKS)
