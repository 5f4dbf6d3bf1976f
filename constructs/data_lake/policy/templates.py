"""What the rules look at: the resources of every stack of an app, and what refers to what."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One resource of a template.

    Attributes:
        stack: the template's name, without its ending.
        name: the logical id.
        type: the CloudFormation type.
        properties: what the template says of it.
        path: its place in the construct tree; empty in a test.
        template: the template's file; empty in a test.
    """

    stack: str
    name: str
    type: str
    properties: Mapping[str, Any] = field(hash=False)
    path: str = ""
    template: str = ""

    def get(self, *keys: str) -> Any:
        """Give a nested property, or None where a part of the way is missing."""
        value: Any = self.properties
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


class Templates:
    """Every resource of an app.

    Args:
        templates: each template's content by its name.
        files: each template's file by its name. Default: none.
        stack_tags: the tags of each stack itself, by the template's name. Default: unknown.
        places: each resource's place in the construct tree, by template and logical id.
            Default: unknown.
        stack_names: the name under which each template is deployed, by the template's name.
            Default: that.
    """

    def __init__(
        self,
        templates: Mapping[str, Mapping[str, Any]],
        files: Mapping[str, str] | None = None,
        stack_tags: Mapping[str, Mapping[str, str]] | None = None,
        places: Mapping[str, Mapping[str, str]] | None = None,
        stack_names: Mapping[str, str] | None = None,
    ) -> None:
        self._templates = templates
        self._files = files or {}
        self.stack_tags = stack_tags or {}
        self._places = places or {}
        self._stack_names = stack_names or {}

    @classmethod
    def read(cls, paths: Sequence[str]) -> "Templates":
        """Read templates from an assembly, and the stacks' names and tags from its manifest."""
        files = {Path(path).name.removesuffix(".template.json"): path for path in paths}
        stacks: dict[str, Mapping[str, Any]] = {}
        for folder in {Path(path).parent for path in paths}:
            stacks |= _stacks(folder / "manifest.json")
        templates = {name: json.loads(Path(path).read_text()) for name, path in files.items()}
        places = {name: _places(Path(path)) for name, path in files.items()}
        tags = {name: stack.get("tags", {}) for name, stack in stacks.items()}
        names = {name: str(stack.get("stackName", name)) for name, stack in stacks.items()}
        return cls(templates, files, tags, places, names)

    def all(self) -> list[Resource]:
        """Give every resource."""
        return self._resources

    def of(self, *types: str) -> Iterator[Resource]:
        """Give the resources of some types."""
        return (resource for resource in self._resources if resource.type in types)

    def named(self, stack: str, value: Any) -> Resource | None:
        """Give the resource that an expression refers to, in this stack or in another."""
        if not isinstance(value, Mapping):
            return None
        if "Ref" in value:
            return self._by_name.get((stack, value["Ref"]))
        if "Fn::GetAtt" in value:
            return self._by_name.get((stack, value["Fn::GetAtt"][0]))
        if "Fn::GetStackOutput" in value:
            wanted = value["Fn::GetStackOutput"]
            return self._output(lambda stack, name, _: (stack, name) == _both(wanted))
        if "Fn::ImportValue" in value:
            wanted = value["Fn::ImportValue"]
            return self._output(lambda _, __, output: _exported(output) == wanted)
        return None

    def _output(self, is_wanted: Callable[[str, str, Mapping[str, Any]], bool]) -> Resource | None:
        for template, content in self._templates.items():
            stack = self._stack_names.get(template, template)
            for name, output in content.get("Outputs", {}).items():
                if is_wanted(stack, name, output):
                    return self.named(template, output["Value"])
        return None

    @cached_property
    def _resources(self) -> list[Resource]:
        return [
            Resource(
                stack,
                name,
                resource["Type"],
                resource.get("Properties", {}),
                self._places.get(stack, {}).get(name, ""),
                self._files.get(stack, ""),
            )
            for stack, template in self._templates.items()
            for name, resource in template.get("Resources", {}).items()
        ]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Resource]:
        return {(resource.stack, resource.name): resource for resource in self._resources}


def _both(output: Mapping[str, Any]) -> tuple[Any, Any]:
    return output["StackName"], output["OutputName"]


def _exported(output: Mapping[str, Any]) -> Any:
    return output.get("Export", {}).get("Name")


def _stacks(manifest: Path) -> dict[str, Mapping[str, Any]]:
    if not manifest.exists():
        return {}
    artifacts = json.loads(manifest.read_text())["artifacts"]
    return {
        str(one["properties"]["templateFile"]).removesuffix(".template.json"): one["properties"]
        for one in artifacts.values()
        if one["type"] == "aws:cloudformation:stack"
    }


def _places(template: Path) -> dict[str, str]:
    # The CDK writes what it knows of each construct beside the template.
    file = template.with_name(template.name.replace(".template.json", ".metadata.json"))
    if not file.exists():
        return {}
    return {
        entry["data"]: path.removeprefix("/")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }
