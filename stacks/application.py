"""The whole application, the same for the command line, the tests and the local lake."""

import json
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, Environment, Validations
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
)

from config.loading import FOLDER, available_environments, load_settings
from config.settings import Settings
from data_lake.contracts import ContractSet, load_contracts
from data_lake.name_limits import LakeNames, NameLimits
from data_lake.policy import StrataRules
from data_lake.severity import Severity
from data_lake.tagging import tag_everything
from stacks.catalog import CatalogStack
from stacks.company import apply_company
from stacks.engines import check_engines
from stacks.governance import GovernanceStack
from stacks.observability import ObservabilityStack
from stacks.processing import ProcessingStack
from stacks.recovery import RecoveryStack
from stacks.replica import ReplicaStack
from stacks.storage import StorageStack

REPOSITORY: Final = Path(__file__).resolve().parent.parent

PACKS: Final = (AwsSolutionsChecks, NIST80053R5Checks, HIPAASecurityChecks, PCIDSS321Checks)
"""The rules of cdk-nag that every environment is held to."""


def build_app(environment: str | None = None, outdir: Path | None = None) -> App:
    """Build one environment's application.

    The context of ``cdk.json`` is loaded here too, so that every caller synthesises the same
    templates as the CDK's command line does. ``--context contracts=<folder>`` takes the contracts
    of another folder, by default of ``contracts/``.

    Args:
        environment: its name. Default: what ``--context env=<name>`` says.
        outdir: the folder for the assembly. Default: what the CDK's command line says, or a
            temporary folder.

    Raises:
        SettingsError: the environment is missing, or it or another one is not valid: the names
            of all are checked at once.
        ContractError: a contract is not valid.
    """
    context = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    app = App(context=context, outdir=None if outdir is None else str(outdir))
    settings = load_settings(environment or app.node.try_get_context("env"))
    tag_everything(app, tags_of(settings))
    apply_company(app, settings.company)
    others = [name for name in available_environments() if name != settings.environment]
    Validations.of(app).add_plugins(
        *(pack(app) for pack in PACKS),
        StrataRules(),
        NameLimits(app, names_of(settings), [names_of(load_settings(name)) for name in others]),
    )
    folder = REPOSITORY / (app.node.try_get_context("contracts") or "contracts")
    contracts = load_contracts(folder)
    check_engines(contracts, settings, folder)
    storage = _add_lake(app, settings, contracts)
    if settings.recovery_region is not None:
        _add_second_region(app, settings, settings.recovery_region, storage)
    return app


def tags_of(settings: Settings) -> dict[str, str]:
    """Give the tags of every stack and resource of an environment: the only place with the keys."""
    return {
        "Project": settings.project,
        "Environment": settings.environment,
        "Owner": settings.owner,
        "CostCenter": settings.cost_center,
        "ManagedBy": "aws-cdk",
    }


def names_of(settings: Settings) -> LakeNames:
    """Give what the names of an environment are made of."""
    return LakeNames(
        environment=settings.environment,
        prefix=settings.prefix,
        regions=settings.regions,
        settings=(FOLDER / f"{settings.environment}.yaml").as_posix(),
    )


def _add_lake(app: App, settings: Settings, contracts: ContractSet) -> StorageStack:
    def named(stack: str) -> dict[str, Any]:
        return _common(settings, stack, settings.region)

    storage = StorageStack(app, "Storage", **named("storage"))
    catalog = CatalogStack(
        app, "Catalog", storage=storage.lake, contracts=contracts, **named("catalog")
    )
    processing = ProcessingStack(
        app,
        "Processing",
        storage=storage.lake,
        catalog=catalog.lake,
        contracts=contracts,
        **named("processing"),
    )
    observability = ObservabilityStack(
        app,
        "Observability",
        storage=storage.lake,
        processing=processing.lake,
        contracts=contracts,
        **named("observability"),
    )
    governance = GovernanceStack(
        app,
        "Governance",
        topic=processing.lake.alerts.topics[Severity.WARNING],
        **named("governance"),
    )
    # Written out, so that the order is the same whichever way references cross stacks.
    catalog.add_stack_dependency(storage)
    processing.add_stack_dependency(catalog)
    observability.add_stack_dependency(processing)
    governance.add_stack_dependency(processing)
    return storage


def _add_second_region(app: App, settings: Settings, region: str, storage: StorageStack) -> None:
    replica = ReplicaStack(app, "Replica", region=region, **_common(settings, "replica", region))
    recovery = RecoveryStack(app, "Recovery", **_common(settings, "recovery", region))
    # Replication rules name buckets that must exist; so do the standby's databases.
    storage.add_stack_dependency(replica)
    recovery.add_stack_dependency(replica)


def _common(settings: Settings, stack: str, region: str) -> dict[str, Any]:
    return {
        "settings": settings,
        "env": Environment(account=settings.account, region=region),
        "termination_protection": settings.termination_protection,
        "tags": tags_of(settings),
        "stack_name": f"{settings.prefix}-{stack}",
        "description": f"Strata data lake, {settings.environment}: {stack}",
    }
