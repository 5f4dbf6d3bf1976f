"""Destroying an environment: first what goes and what stays, then a question, then the CDK."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.loading import load_settings
from strata.errors import StrataError
from strata.local.assembly import synthesise
from strata.paths import ROOT, state_folder

HOLDS_DATA = {
    "AWS::S3::Bucket": "bucket",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "key",
    "AWS::KMS::ReplicaKey": "key",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::Glue::Database": "database",
    "AWS::Glue::Table": "catalog table",
}
"""The types that keep data, or what opens it; each is told by its name."""
NAMES = ("BucketName", "TableName", "Description")
KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Item:
    """One resource of a stack."""

    kind: str
    name: str
    stays: bool


@dataclass(frozen=True)
class StackPlan:
    """What destroying one stack would do."""

    name: str
    protected: bool
    """Whether CloudFormation refuses to delete the stack."""
    items: tuple[Item, ...]


def destroy(
    environment: str,
    *,
    plan_only: bool = False,
    without_asking: bool = False,
    tell: Callable[[str], None] = print,
    ask: Callable[[str], str] = input,
    run: Run | None = None,
) -> bool:
    """Say what goes and what stays, ask for the environment's name, and destroy; tell whether.

    `plan_only` says it and does nothing. `without_asking` is for scripts. Raises `StrataError`
    for a protected stack, for `without_asking` in prod, for the emulated environment, and if the
    CDK fails.
    """
    settings = load_settings(environment)
    if without_asking and settings.production:
        raise StrataError(
            f"{environment} is production, destroyed by people only: leave out --yes and type its "
            "name"
        )
    folder = state_folder() / "destroy" / environment
    synthesise(environment, folder)
    plans = read_plans(folder)
    for line in plan_lines(environment, plans):
        tell(line)
    if plan_only:
        return False
    if environment == "local":
        raise StrataError("local is emulated and holds nothing for long: strata down")
    protected = [plan.name for plan in plans if plan.protected]
    if protected:
        raise StrataError(
            f"{', '.join(protected)}: termination protection is on, so nothing was destroyed; set "
            f"termination_protection: false in config/environments/{environment}.yaml and deploy"
        )
    if not without_asking and not _confirmed(environment, ask):
        tell("Nothing was destroyed.")
        return False
    # The assembly that was read is the one that is destroyed.
    command = [str(ROOT / "node_modules/.bin/cdk"), "destroy", "--all", "--force", "--app"]
    if (run or _run)([*command, str(folder)]) != 0:
        raise StrataError("cdk destroy failed; what it said is above, and asking again goes on")
    return True


def read_plans(folder: Path) -> list[StackPlan]:
    """Read from a cloud assembly what destroying its stacks would do, in the order of doing it."""
    artifacts: dict[str, Any] = json.loads((folder / "manifest.json").read_text())["artifacts"]
    plans = []
    for name, artifact in artifacts.items():
        if artifact["type"] != "aws:cloudformation:stack":
            continue
        properties = artifact["properties"]
        template = json.loads((folder / properties["templateFile"]).read_text())
        items = tuple(
            Item(
                kind=resource["Type"],
                name=_name(logical_id, resource.get("Properties", {})),
                stays=resource.get("DeletionPolicy") in KEPT,
            )
            for logical_id, resource in template.get("Resources", {}).items()
        )
        protected = properties.get("terminationProtection", False)
        plans.append(StackPlan(properties.get("stackName", name), protected, items))
    return plans[::-1]


def plan_lines(environment: str, plans: Sequence[StackPlan]) -> list[str]:
    """Say it in lines: by stack what goes and what stays, data by its name."""
    lines = [f"Destroying {environment} would do this, stack by stack:"]
    for plan in plans:
        lines += [
            "",
            plan.name + (" (protected: until that is off, nothing goes)" if plan.protected else ""),
        ]
        for stays, verb in ((True, "stays"), (False, "goes")):
            items = [item for item in plan.items if item.stays is stays]
            data = sorted(
                f"{HOLDS_DATA[item.kind]} {item.name}" for item in items if item.kind in HOLDS_DATA
            )
            lines += [f"  {verb}: {line}" for line in data]
            others = Counter(item.kind for item in items if item.kind not in HOLDS_DATA)
            if others:
                told = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
                lines.append(f"  {verb}: {told}")
    return lines + _consequences([item for plan in plans for item in plan.items])


def _consequences(items: Sequence[Item]) -> list[str]:
    gone = {item.kind for item in items if not item.stays}
    told = {
        "AWS::S3::Bucket": "A bucket that goes must be empty, or CloudFormation stops there.",
        "AWS::KMS::Key": "A key that goes is deleted in 30 days, unless that is cancelled.",
        "AWS::Glue::Database": "A database goes with every table that runs have made in it.",
    }
    lines = [text for kind, text in told.items() if kind in gone]
    if any(item.stays for item in items):
        lines.append(
            "What stays costs what it cost before and belongs to no stack any more: a new "
            "deployment under the same names needs `cdk import`, or its deletion by hand."
        )
    return ["", *lines]


def _name(logical_id: str, properties: dict[str, Any]) -> str:
    """Give the name that people know: the physical one if it is given, else the logical one."""
    database = properties.get("DatabaseInput", {}).get("Name")
    table = properties.get("TableInput", {}).get("Name") if "TableInput" in properties else None
    given = [properties.get(name) for name in NAMES]
    known = next((name for name in (database, table, *given) if isinstance(name, str)), None)
    return known or re.sub("[0-9A-F]{8}$", "", logical_id)


def _confirmed(environment: str, ask: Callable[[str], str]) -> bool:
    try:
        return ask(f"Type {environment} to destroy it: ").strip() == environment
    except EOFError:
        raise StrataError("nobody is there to be asked; in a script, use --yes") from None


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode
