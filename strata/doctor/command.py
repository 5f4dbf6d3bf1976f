"""`strata doctor`."""

import argparse
import json
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3
from rich.text import Text

from config.loading import available_environments, load_settings
from strata.command_groups import add_command
from strata.console import console, heading, show_rows
from strata.doctor.examination import examine, is_ready
from strata.doctor.finding import Account, Finding, State

FORMATS = ("table", "json")


def add_doctor_command(commands: Any) -> None:
    """Add `strata doctor` to the commands of a parser."""
    text = "Look whether an account is ready for its first deployment, and say what to fix."
    doctor = add_command(commands, "doctor", _doctor, text)
    doctor.add_argument(
        "--env",
        required=True,
        choices=available_environments(),
        help="its account is reached as AWS_PROFILE says",
    )
    doctor.add_argument("--format", choices=FORMATS, default="table", help="default: table")


def account_of(environment: str) -> Account:
    """Give the account of an environment, reached with the credentials of the process."""
    session = boto3.Session()

    @cache
    def client(service: str, region: str) -> Any:
        return session.client(service, region_name=region)  # type: ignore[call-overload]

    return Account(load_settings(environment), client)


def _doctor(options: argparse.Namespace) -> None:
    account = account_of(options.env)
    findings = examine(account)
    if options.format == "json":
        print(json.dumps(report(account, findings), indent=2))
    else:
        _show(account, findings)
    if not is_ready(findings):
        raise SystemExit(1)


def report(account: Account, findings: list[Finding]) -> dict[str, Any]:
    """Give what was found as one JSON document."""
    return {
        "environment": account.settings.environment,
        "account": account.settings.account,
        "ready": is_ready(findings),
        "findings": [asdict(finding) for finding in findings],
    }


def _show(account: Account, findings: list[Finding]) -> None:
    settings = account.settings
    show_rows(
        [
            {
                "check": finding.check,
                "region": finding.region,
                "state": finding.state.value,
                "found": finding.found,
            }
            for finding in findings
        ],
        title=f"{settings.environment}, account {settings.account}",
    )
    for state, title in ((State.TO_FIX, "To fix"), (State.LATER, "After the first deployment")):
        fixes = [finding for finding in findings if finding.state is state]
        if fixes:
            heading(title)
        for number, finding in enumerate(fixes, start=1):
            console.print(Text(f"{number}. {finding.check}, {finding.region}: {finding.found}"))
            console.print(Text(f"   {finding.fix}"), soft_wrap=True)
    console.print(_verdict(findings))


def _verdict(findings: list[Finding]) -> str:
    counted = {state: sum(one.state is state for one in findings) for state in State}
    if is_ready(findings):
        return f"Ready for deployment: {counted[State.OK]} checks are ok."
    return (
        f"Not ready: {counted[State.TO_FIX]} to fix, {counted[State.NOT_JUDGED]} could not be "
        f"judged, {counted[State.OK]} ok."
    )
