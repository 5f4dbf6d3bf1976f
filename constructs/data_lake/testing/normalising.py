"""Templates without what changes from one synthesis to the next, in one order."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

ASSET: Final = "<asset>"
"""What stands in a normalised template for the hash of an asset's content."""

JSON: Final = "json"
"""The key under which a normalised template shows the content of a JSON text."""

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# What the CDK's command line checks before it deploys, the same in every template.
_BOOTSTRAP = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion"}
# Lists that AWS reads as sets; the CDK orders them by when a construct was added.
_SETS = frozenset(
    {"Action", "AWS", "DependsOn", "ManagedPolicyArns", "NotAction", "NotResource", "Resource"}
    | {"Roles", "Service", "Statement", "Tags"}
)


def normalise(template: Mapping[str, Any]) -> dict[str, Any]:
    """Give a template in the form in which two syntheses of the same app are equal.

    - Hashes of assets are ``<asset>``, also inside texts.
    - Mappings are sorted by key, and lists that AWS reads as sets by their content.
    - ``Fn::Join`` of texts and references is one text, with references as ``${Name.Attribute}``.
    - A text that holds a JSON object, such as a state machine's definition, is shown as
      ``{"json": {…}}``, so that a difference names the place inside it.
    - The CDK's own metadata and its check of the bootstrap version are left out.
    """
    kept = {}
    for section, content in template.items():
        entries = content
        if section in _BOOTSTRAP:
            entries = {name: each for name, each in content.items() if name != _BOOTSTRAP[section]}
        if entries:
            kept[section] = _normal(entries, section)
    return dict(sorted(kept.items()))


def _normal(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        items = [_normal(item, "") for item in value]
        return sorted(items, key=json.dumps) if key in _SETS else items
    if isinstance(value, dict):
        if set(value) == {"Fn::Join"} and (joined := _joined(*value["Fn::Join"])) is not None:
            return _text(joined)
        kept = {name: each for name, each in value.items() if not _is_metadata(name, each)}
        return {name: _normal(kept[name], name) for name in sorted(kept)}
    return value


def _is_metadata(name: str, value: Any) -> bool:
    return (
        name == "Metadata"
        and isinstance(value, dict)
        and all(entry.startswith(("aws:", "cdk")) for entry in value)
    )


def _text(text: str) -> Any:
    masked = _HASH.sub(ASSET, text)
    if masked.startswith("{"):
        try:
            content = json.loads(masked)
        except json.JSONDecodeError:
            return masked
        return {JSON: _normal(content, "")}
    return masked


def _joined(separator: str, parts: Any) -> str | None:
    """Give the parts as one text, or None where one of them cannot be spelt as a reference."""
    if not isinstance(parts, list):
        return None
    spelt = [part if isinstance(part, str) else _reference(part) for part in parts]
    return None if None in spelt else separator.join(filter(None, spelt))


def _reference(part: Mapping[str, Any]) -> str | None:
    ((function, argument),) = part.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{'.'.join(argument)}}}"
    if function == "Fn::GetStackOutput":
        return f"${{{argument['StackName']}.{argument['OutputName']}}}"
    return None
