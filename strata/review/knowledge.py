"""What CloudFormation does with a changed property, as the pinned CDK CLI knows it."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from strata.destruction import HOLDS_DATA
from strata.errors import StrataError
from strata.paths import ROOT

DATABASE: Final = ROOT / "node_modules" / "aws-cdk" / "db.json.gz"
"""CloudFormation's resource specification, inside the npm package that the lock file pins."""


class Replacement(StrEnum):
    """Whether a resource is made anew when a property changes."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


@dataclass(frozen=True)
class Knowledge:
    """The facts about resource types that a review needs.

    Attributes:
        resources: the specification's resource types, by CloudFormation's name.
        definitions: its property types, by their id.
    """

    resources: Mapping[str, Mapping[str, Any]]
    definitions: Mapping[str, Mapping[str, Any]]

    def holds_data(self, kind: str) -> bool:
        """Tell whether deleting a resource of this type loses data, or what opens it."""
        return kind in HOLDS_DATA or bool(self.resources.get(kind, {}).get("isStateful"))

    def replacement(self, kind: str, path: tuple[str, ...]) -> Replacement:
        """Tell what a change at a path of property names does to the resource.

        A property inside another counts where it, or one around it, says so: `DatabaseInput.Name`
        replaces a database. Of a type that the specification does not know, nothing is replaced.
        """
        properties = self.resources.get(kind, {}).get("properties", {})
        answers = set(self._answers(properties, path))
        return next((one for one in (Replacement.YES, Replacement.MAYBE) if one in answers), _NO)

    def _answers(self, properties: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
        if not path or path[0] not in properties:
            return
        known = properties[path[0]]
        yield known.get("causesReplacement", _NO)
        for reference in _references(known["type"]):
            yield from self._answers(self.definitions[reference]["properties"], path[1:])


_NO: Final = Replacement.NO


def _references(kind: Mapping[str, Any]) -> Iterator[str]:
    if kind["type"] == "ref":
        yield kind["reference"]["$ref"]
    elif kind["type"] in ("array", "map"):
        yield from _references(kind["element"])
    elif kind["type"] == "union":
        for one in kind["types"]:
            yield from _references(one)


@cache
def load_knowledge(file: Path = DATABASE) -> Knowledge:
    """Read the specification; raises `StrataError` where the CDK CLI is not installed."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            schema = dict(json.load(stream)["schema"])
    except FileNotFoundError as error:
        raise StrataError(f"{file} is missing: run `make setup`") from error
    except (OSError, ValueError, KeyError) as error:
        raise StrataError(f"{file} is not the CDK CLI's resource database: {error}") from error
    return Knowledge(
        resources={one["cloudFormationType"]: one for one in schema["resource"]["entities"]},
        definitions={one["$id"]: one for one in schema["typeDefinition"]["entities"]},
    )
