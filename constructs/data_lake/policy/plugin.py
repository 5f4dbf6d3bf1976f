"""The rules as a plug-in of the CDK, which reads the templates at the end of a synthesis."""

from collections.abc import Sequence

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from data_lake.policy.rule import PACK, Fault, Rule
from data_lake.policy.rules import RULES
from data_lake.policy.templates import Templates


@jsii.implements(IPolicyValidationPlugin)
class StrataRules:
    """Fails a synthesis where a template breaks a rule, and names rule, resource and property.

    Add it with ``Validations.of(app).add_plugins(StrataRules())``. A finding that is right is
    acknowledged beside its resource, with ``acknowledge``.

    Args:
        rules: what is demanded. Default: every rule.
    """

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = rules

    @property
    def name(self) -> str:
        """The name under which the report lists the rules."""
        return PACK

    @property
    def rule_ids(self) -> list[str]:
        """The rules' ids."""
        return [rule.id for rule in self._rules]

    @property
    def version(self) -> str:
        """The version of the rules."""
        return "1.0.0"

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Give a violation for each fault."""
        templates = Templates.read(context.template_paths)
        violations = [
            _violation(rule, fault) for rule in self._rules for fault in rule.find(templates)
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(rule: Rule, fault: Fault) -> PolicyViolation:
    resource = fault.resource
    return PolicyViolation(
        rule_name=rule.name_of(fault),
        description=rule.tell(fault),
        fix=rule.fix,
        severity="error",
        violating_resources=[
            PolicyViolatingResource(
                construct_path=resource.path or None,
                resource_logical_id=resource.name,
                template_path=resource.template,
                locations=[fault.where],
            )
        ],
    )
