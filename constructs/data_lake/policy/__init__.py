"""The lake's own rules for templates, as a plug-in for any CDK app."""

from data_lake.policy.plugin import StrataRules
from data_lake.policy.rule import Fault, Rule
from data_lake.policy.rules import RULES
from data_lake.policy.templates import Resource, Templates

__all__ = ["RULES", "Fault", "Resource", "Rule", "StrataRules", "Templates"]
