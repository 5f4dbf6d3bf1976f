"""One synthesised environment, and the questions that tests ask of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from config.settings import Settings

Resource = dict[str, Any]
STACKS = ("Storage", "Catalog", "Processing", "Observability", "Governance")
SECOND_REGION = ("Replica", "Recovery")


@dataclass(frozen=True)
class Synthesised:
    """The templates of one environment in its first region, or in its second.

    Resources are found by what they are, never by their logical id.
    """

    settings: Settings
    app: App
    folder: Path
    stacks: tuple[str, ...] = STACKS

    @property
    def second_region(self) -> "Synthesised":
        """The same questions, asked of what stands in the environment's second region."""
        settings = self.settings.model_copy(update={"region": self.settings.recovery_region})
        return replace(self, settings=settings, stacks=SECOND_REGION)

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Each stack's template, by the stack's id."""
        return {
            stack: json.loads((self.folder / f"{stack}.template.json").read_text())
            for stack in self.stacks
        }

    @cached_property
    def assertions(self) -> dict[str, Template]:
        """The same for `aws_cdk.assertions`."""
        return {stack: Template.from_json(template) for stack, template in self.templates.items()}

    def resources(self, kind: str) -> dict[str, Resource]:
        """Give the resources of one type in every stack, by logical id."""
        return {
            name: resource
            for template in self.templates.values()
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """Give the properties of every resource of one type."""
        return [resource["Properties"] for resource in self.resources(kind).values()]

    def buckets(self) -> dict[str, dict[str, Any]]:
        """Give the properties of each bucket, by its zone."""
        start = f"{self.settings.prefix}-"
        end = f"-{self.settings.account}-{self.settings.region}"
        return {
            bucket["BucketName"].removeprefix(start).removesuffix(end): bucket
            for bucket in self.properties("AWS::S3::Bucket")
        }

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Give the properties of each alarm, by its name without the lake's."""
        return {
            alarm["AlarmName"].removeprefix(f"{self.settings.prefix}-"): alarm
            for alarm in self.properties("AWS::CloudWatch::Alarm")
        }

    def functions(self) -> dict[str, dict[str, Any]]:
        """Give the properties of each function, by its folder."""
        return {
            function["Handler"].split(".")[0]: function
            for function in self.properties("AWS::Lambda::Function")
        }

    def jobs(self) -> dict[str, dict[str, Any]]:
        """Give the properties of each Glue job, by zone and step: `processed-stage`."""
        return {
            job["DefaultArguments"]["--custom-logGroup-prefix"].rsplit("/", 1)[-1]: job
            for job in self.properties("AWS::Glue::Job")
        }

    def machine(self, name: str) -> dict[str, Any]:
        """Give the properties of a state machine, `ingest` or `curate`."""
        machines = self.properties("AWS::StepFunctions::StateMachine")
        full = f"{self.settings.prefix}-{name}"
        return next(machine for machine in machines if machine["StateMachineName"] == full)

    def definition(self, name: str) -> dict[str, Any]:
        """Give a state machine's definition; references stand as `<LogicalId.Attribute>`."""
        return json.loads(flat(self.machine(name)["DefinitionString"]))

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """Give the statements of the role that a property such as `Role` refers to."""
        name = role["Fn::GetAtt"][0]
        return [
            statement
            for policy in self.properties("AWS::IAM::ManagedPolicy")
            if {"Ref": name} in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def all_statements(self) -> Iterator[dict[str, Any]]:
        """Give every statement of every role."""
        for policy in self.properties("AWS::IAM::ManagedPolicy"):
            yield from policy["PolicyDocument"]["Statement"]


def flat(value: Any) -> str:
    """Give a string property with its references as `<LogicalId.Attribute>`."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(flat(part) for part in parts)
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::GetStackOutput" in value:
        return f"<{value['Fn::GetStackOutput']['OutputName']}>"
    return f"<{value['Ref']}>"


def listed(value: Any) -> list[Any]:
    """Give a value that CloudFormation allows to be one or many as a list."""
    return value if isinstance(value, list) else [value]


def all_states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every state with its name, those inside branches and items too."""
    for name, state in definition["States"].items():
        yield name, state
        for inner in inner_scopes(state):
            yield from all_states(inner)


def all_scopes(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the definition and every branch and item processor in it."""
    yield definition
    for state in definition["States"].values():
        for inner in inner_scopes(state):
            yield from all_scopes(inner)


def inner_scopes(state: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the branches or the item processor of a state."""
    if state["Type"] == "Map":
        return [state["ItemProcessor"]]
    return state.get("Branches", [])


def ways(state: dict[str, Any]) -> set[str]:
    """Give the names of every state that may follow."""
    entries = [state, *state.get("Choices", []), *state.get("Catch", [])]
    found = {entry["Next"] for entry in entries if "Next" in entry}
    return found | ({state["Default"]} if "Default" in state else set())
