"""The whole application, the same for the command line, the tests and the local lake."""

import json
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from config.loading import load_settings
from config.settings import Settings
from data_lake.contracts import load_contracts
from stacks.catalog import CatalogStack
from stacks.processing import ProcessingStack
from stacks.storage import StorageStack

REPOSITORY: Final = Path(__file__).resolve().parent.parent


def build_app(environment: str | None = None, outdir: Path | None = None) -> App:
    """Build one environment's application.

    The context of ``cdk.json`` is loaded here too, so that every caller synthesises the same
    templates as the CDK's command line does.

    Args:
        environment: its name. Default: what ``--context env=<name>`` says.
        outdir: the folder for the assembly. Default: what the CDK's command line says, or a
            temporary folder.

    Raises:
        SettingsError: the environment is missing or not valid.
        ContractError: a contract is not valid.
    """
    context = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    app = App(context=context, outdir=None if outdir is None else str(outdir))
    settings = load_settings(environment or app.node.try_get_context("env"))
    tags = {
        "project": settings.project,
        "environment": settings.environment,
        "owner": settings.owner,
        "cost-center": settings.cost_center,
    }
    for name, value in tags.items():
        Tags.of(app).add(name, value)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    _add_stacks(app, settings, tags)
    return app


def _add_stacks(app: App, settings: Settings, tags: dict[str, str]) -> None:
    common: dict[str, Any] = {
        "settings": settings,
        "env": Environment(account=settings.account, region=settings.region),
        "termination_protection": settings.termination_protection,
        "tags": tags,
    }

    def named(stack: str) -> dict[str, Any]:
        return common | {
            "stack_name": f"{settings.prefix}-{stack}",
            "description": f"Strata data lake, {settings.environment}: {stack}",
        }

    storage = StorageStack(app, "Storage", **named("storage"))
    catalog = CatalogStack(app, "Catalog", storage=storage.lake, **named("catalog"))
    processing = ProcessingStack(
        app,
        "Processing",
        storage=storage.lake,
        catalog=catalog.lake,
        contracts=load_contracts(REPOSITORY / "contracts"),
        **named("processing"),
    )
    catalog.add_stack_dependency(storage)
    processing.add_stack_dependency(catalog)
