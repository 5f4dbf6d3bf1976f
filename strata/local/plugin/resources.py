"""CloudFormation resource types that the templates use and the emulator does not know."""

import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Entry, Hook

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


def _create_budget(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    from ministack.services import budgets  # noqa: PLC0415

    _called(budgets._create_budget, properties, "AWS::Budgets::Budget")
    return properties["Budget"]["BudgetName"], {}


def _delete_budget(name: str, _properties: dict[str, Any]) -> None:
    from ministack.services import budgets  # noqa: PLC0415

    _called(budgets._delete_budget, {"BudgetName": name}, "AWS::Budgets::Budget")


def _create_ruleset(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    """Keep the ruleset's name: the emulator has no Glue Data Quality, and says so when asked."""
    return properties["Name"], {}


def _delete_ruleset(_name: str, _properties: dict[str, Any]) -> None:
    """There is nothing beside the stack's own record of it."""


def _create_composite(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    from ministack.services import cloudwatch  # noqa: PLC0415

    _called(
        lambda data: cloudwatch._put_composite_alarm({}, data, False, is_json=True),
        properties,
        "AWS::CloudWatch::CompositeAlarm",
    )
    name = properties["AlarmName"]
    return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}


def _delete_composite(name: str, _properties: dict[str, Any]) -> None:
    from ministack.services import cloudwatch  # noqa: PLC0415

    _called(
        lambda data: cloudwatch._delete_alarms({}, data, False, is_json=True),
        {"AlarmNames": [name]},
        "AWS::CloudWatch::CompositeAlarm",
    )


def _create_query(_id: str, properties: dict[str, Any], _stack: str) -> Created:
    """Keep the query's name: the emulator's logs have no saved queries, and none is asked here."""
    return properties["Name"], {"QueryDefinitionId": properties["Name"]}


def _delete_query(_name: str, _properties: dict[str, Any]) -> None:
    """There is nothing beside the stack's own record of it."""


def _create_anomaly_part(logical_id: str, _properties: dict[str, Any], stack: str) -> Created:
    """Keep a name: the emulator has no Cost Explorer, and nothing is spent here."""
    arn = f"arn:aws:ce::000000000000:anomaly/{stack}-{logical_id}"
    return arn, {"MonitorArn": arn, "SubscriptionArn": arn}


def _delete_anomaly_part(_arn: str, _properties: dict[str, Any]) -> None:
    """There is nothing beside the stack's own record of it."""


def _keep_metric_math(
    record: Callable[[str, dict[str, Any]], dict[str, Any]],
) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """Keep an alarm's expression as it is written, without a metric that could be evaluated.

    The alarm is there to be read, and stays in INSUFFICIENT_DATA: nothing here can tell whether
    it should be in another state.
    """

    def make(name: str, properties: dict[str, Any]) -> dict[str, Any]:
        if not properties.get("Metrics"):
            return record(name, properties)
        kept = record(name, {**properties, "Metrics": None, "MetricName": "-", "Namespace": "-"})
        for field in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period"):
            del kept[field]
        return kept | {"Metrics": properties["Metrics"]}

    return make


def _resource(type_: str, create: Callable[..., Created], delete: Callable[..., None]) -> Entry:
    return Entry(
        "ministack.services.cloudformation.provisioners",
        "_RESOURCE_HANDLERS",
        type_,
        f"the templates use {type_}",
        {"create": create, "delete": delete},
    )


HOOKS: tuple[Hook | Entry, ...] = (
    _resource(
        "AWS::Glue::SecurityConfiguration",
        _create_security_configuration,
        _delete_security_configuration,
    ),
    _resource("AWS::StepFunctions::StateMachineVersion", _create_version, _delete_version),
    _resource("AWS::StepFunctions::StateMachineAlias", _create_alias, _delete_alias),
    _resource("AWS::Budgets::Budget", _create_budget, _delete_budget),
    _resource("AWS::CE::AnomalyMonitor", _create_anomaly_part, _delete_anomaly_part),
    _resource("AWS::CE::AnomalySubscription", _create_anomaly_part, _delete_anomaly_part),
    _resource("AWS::CloudWatch::CompositeAlarm", _create_composite, _delete_composite),
    _resource("AWS::Logs::QueryDefinition", _create_query, _delete_query),
    _resource("AWS::Glue::DataQualityRuleset", _create_ruleset, _delete_ruleset),
    Hook(
        "ministack.services.cloudformation.provisioners",
        "_cw_metric_alarm_record",
        "the freshness alarms use metric math, which the emulator refuses in a template",
        _keep_metric_math,
    ),
)
