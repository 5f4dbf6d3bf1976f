"""Reads what a contract says about itself: name, version, owner, purpose and freshness."""

import re
from dataclasses import dataclass
from typing import Any

from data_lake.contracts.columns import NAME, NAME_RULE
from data_lake.contracts.standard import API_VERSION
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

_DEPLOYED = ("active", "deprecated")
_HOURS = {
    **dict.fromkeys(("min", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("h", "hour", "hours"), 1),
    **dict.fromkeys(("d", "day", "days"), 24),
}
# No CloudWatch alarm looks further back:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_LONGEST_FRESHNESS_HOURS = 7 * 24
# The standard prefers latency; both say how old the newest publish may be.
_FRESHNESS = ("freshness", "latency", "ly")
_SLA_PROPERTIES = (
    *_FRESHNESS, "availability", "throughput", "errorRate", "generalAvailability", "endOfSupport",
    "endOfLife", "retention", "frequency", "timeToDetect", "timeToNotify", "timeToRepair",
    "timeOfAvailability", "av", "th", "er", "ga", "es", "el", "re", "fy", "td", "tn", "tr",
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A contract's name, semantic version, purpose, owning team and freshness in hours."""

    name: str
    version: str
    description: str
    owner: str
    freshness_hours: int | float | None


def read_header(document: MarkedDocument, stem: str, problems: list[Problem]) -> Header:
    """The header of a contract in the file ``<stem>.odcs.yaml``; adds what is wrong to problems."""
    data = document.data

    def fault(path: FieldPath, rule: str, near: str = "", value: str | None = None) -> None:
        problems.append(document.problem(path, rule, nearest=near, value=value))

    if "name" not in data:
        fault(["name"], f"is required; add name: {stem}", value="")
    elif data["name"] == stem and not NAME.fullmatch(stem):
        fault(["name"], f"{NAME_RULE}; rename the file too")
    if data["apiVersion"] != API_VERSION:
        fault(["apiVersion"], "must be the version of the standard that is read", API_VERSION)
    if not re.fullmatch(r"\d+\.\d+\.\d+", data["version"]):
        fault(["version"], "must be a semantic version such as 1.0.0")
    if data.get("status") not in _DEPLOYED:
        rule = f"must be {' or '.join(_DEPLOYED)}; keep other contracts out of this folder"
        fault(["status"], rule, nearest(data.get("status"), _DEPLOYED))
    team = data.get("team")
    owner = team.get("name", "") if isinstance(team, dict) else ""
    if not owner:
        fault(["team", "name"], "is required, because somebody must own the data; add it", value="")
    purpose = (data.get("description") or {}).get("purpose", "")
    if not purpose:
        fault(["description", "purpose"], "is required; say what the data is for", value="")
    freshness = _freshness_hours(document, problems)
    return Header(stem, data["version"], purpose.strip(), owner, freshness)


def check_schema_object(document: MarkedDocument, name: str, problems: list[Problem]) -> bool:
    """Whether ``schema`` holds exactly one table, which must be called ``name``."""
    tables: list[dict[str, Any]] = document.data.get("schema") or []
    if len(tables) != 1:
        rule = "must hold exactly one table; write a contract for each"
        problems.append(document.problem(["schema"], rule, value=str(len(tables))))
        return False
    for field in ("name", "physicalName"):
        if tables[0].get(field, name) != name:
            rule = "must equal the contract's name"
            problems.append(document.problem(["schema", 0, field], rule, nearest=name))
    if tables[0].get("customProperties"):
        rule = "is not known to the lake here; use the contract's own customProperties"
        problems.append(document.problem(["schema", 0, "customProperties"], rule))
    return True


def _freshness_hours(document: MarkedDocument, problems: list[Problem]) -> int | float | None:
    hours: int | float | None = None
    for index, item in enumerate(document.data.get("slaProperties") or ()):
        path = ("slaProperties", index)
        if item["property"] not in _SLA_PROPERTIES:
            near = nearest(item["property"], _SLA_PROPERTIES)
            rule = "is not a service level of the standard"
            problems.append(document.problem((*path, "property"), rule, nearest=near))
        if item["property"] not in _FRESHNESS:
            continue
        value, unit = item["value"], item.get("unit", "")
        if hours is not None:
            problems.append(document.problem((*path, "property"), "is given twice; keep one"))
        elif unit not in _HOURS:
            rule = f"must be one of {', '.join(_HOURS)}"
            near = nearest(unit, _HOURS)
            problems.append(document.problem((*path, "unit"), rule, nearest=near))
        elif not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            problems.append(document.problem((*path, "value"), "must be a number above 0"))
        elif value * _HOURS[unit] > _LONGEST_FRESHNESS_HOURS:
            rule = (
                "must be at most 7 days, because no alarm looks further back; for rarer data, "
                "say how often it comes with property: frequency"
            )
            problems.append(document.problem((*path, "value"), rule))
        else:
            exact = value * _HOURS[unit]
            hours = int(exact) if exact == int(exact) else exact
    return hours
