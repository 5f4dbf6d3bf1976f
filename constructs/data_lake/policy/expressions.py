"""CloudFormation expressions as text, in the notation in which findings are named."""

from collections.abc import Mapping
from typing import Any


def flat(value: Any) -> str:
    """Give an expression as text, with references as ``<LogicalId>`` or ``<LogicalId.Attribute>``.

    It is the notation of cdk-nag, so that one finding has one name in every pack.
    """
    if not isinstance(value, Mapping):
        return str(value)
    if "Fn::Join" in value:
        delimiter, parts = value["Fn::Join"]
        return str(delimiter).join(flat(part) for part in parts)
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        return str(text if isinstance(text, str) else text[0]).replace("${", "<").replace("}", ">")
    if "Fn::GetStackOutput" in value:
        return f"<{value['Fn::GetStackOutput']['OutputName']}>"
    (inner,) = value.values()
    return f"<{inner if isinstance(inner, str) else flat(inner)}>"


def listed(value: Any) -> list[Any]:
    """Give a value that may be one or many as a list; nothing is an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
