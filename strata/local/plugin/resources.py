"""CloudFormation resource types that the templates use and the emulator does not know."""

import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Entry

Created = tuple[str, dict[str, Any]]


def _called(
    call: Callable[[dict[str, Any]], Any], data: dict[str, Any], what: str
) -> dict[str, Any]:
    status, _headers, body = call(data)
    if status >= 400:
        raise ValueError(f"{what} failed: {body!r}")
    answer: dict[str, Any] = json.loads(body or b"{}")
    return answer


def _create_security_configuration(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    from ministack.services import glue  # noqa: PLC0415 - reads its settings when imported

    _called(glue._create_security_configuration, properties, "AWS::Glue::SecurityConfiguration")
    return properties["Name"], {}


def _delete_security_configuration(name: str, _properties: dict[str, Any]) -> None:
    from ministack.services import glue  # noqa: PLC0415

    _called(glue._delete_security_configuration, {"Name": name}, "AWS::Glue::SecurityConfiguration")


def _create_version(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    from ministack.services import stepfunctions  # noqa: PLC0415

    answer = _called(
        stepfunctions._publish_state_machine_version,
        {"stateMachineArn": properties["StateMachineArn"]},
        "AWS::StepFunctions::StateMachineVersion",
    )
    arn = answer["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def _delete_version(arn: str, _properties: dict[str, Any]) -> None:
    from ministack.services import stepfunctions  # noqa: PLC0415

    stepfunctions._delete_state_machine_version({"stateMachineVersionArn": arn})


def _create_alias(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    from ministack.services import stepfunctions  # noqa: PLC0415

    routes = properties.get("RoutingConfiguration") or [
        {
            "StateMachineVersionArn": properties["DeploymentPreference"]["StateMachineVersionArn"],
            "Weight": 100,
        }
    ]
    answer = _called(
        stepfunctions._create_state_machine_alias,
        {
            "name": properties["Name"],
            "routingConfiguration": [
                {
                    "stateMachineVersionArn": route["StateMachineVersionArn"],
                    "weight": int(route["Weight"]),
                }
                for route in routes
            ],
        },
        "AWS::StepFunctions::StateMachineAlias",
    )
    arn = answer["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def _delete_alias(arn: str, _properties: dict[str, Any]) -> None:
    from ministack.services import stepfunctions  # noqa: PLC0415

    stepfunctions._delete_state_machine_alias({"stateMachineAliasArn": arn})


def _resource(type_: str, create: Callable[..., Created], delete: Callable[..., None]) -> Entry:
    return Entry(
        "ministack.services.cloudformation.provisioners",
        "_RESOURCE_HANDLERS",
        type_,
        f"the templates use {type_}",
        {"create": create, "delete": delete},
    )


HOOKS = (
    _resource(
        "AWS::Glue::SecurityConfiguration",
        _create_security_configuration,
        _delete_security_configuration,
    ),
    _resource("AWS::StepFunctions::StateMachineVersion", _create_version, _delete_version),
    _resource("AWS::StepFunctions::StateMachineAlias", _create_alias, _delete_alias),
)
