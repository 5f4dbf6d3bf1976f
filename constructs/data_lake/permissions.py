"""Least-privilege statements, where every wildcard carries its reason."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.acknowledgement import SOLUTIONS, acknowledge
from data_lake.policy.access import WILDCARDS
from data_lake.policy.expressions import flat

PREVIOUS_ASSETS: Final = (
    "While a deployment goes on, what still runs reads the previous version of the asset, "
    "whose name is another hash."
)
"""Why a role may read every deployed asset of one kind."""

_POLICY: Final = "Policy"


def allow(
    role: iam.Role,
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Any] | None = None,
    wildcard: str | None = None,
) -> None:
    """Add one statement to a role's managed policy.

    Args:
        role: the role that may act.
        sid: what the statement is for, in PascalCase; shown in the console.
        actions: IAM actions.
        resources: ARNs.
        conditions: IAM conditions. Default: none.
        wildcard: why an action or a resource has a ``*``. The reason is recorded as the
            acknowledgement of each finding it answers.

    Raises:
        ValueError: a wildcard has no reason, or there is a reason but no wildcard.
    """
    findings = _wildcards(role, actions, resources)
    if findings and not wildcard:
        raise ValueError(
            f"{role.node.path}: {sid}: a wildcard needs a reason: got none for "
            f"{', '.join(findings)}; name the resource, or pass wildcard='why'"
        )
    if wildcard and not findings:
        raise ValueError(
            f"{role.node.path}: {sid}: a reason for a wildcard, but no wildcard: "
            f"got {wildcard!r}; remove it"
        )
    _policy(role).add_statements(
        iam.PolicyStatement(
            sid=sid, actions=list(actions), resources=list(resources), conditions=conditions
        )
    )
    for finding in findings:
        acknowledge(
            role, f"{SOLUTIONS}-IAM5[{finding}]", f"{WILDCARDS.id}[{finding}]", reason=str(wildcard)
        )


def deny(
    role: iam.Role, sid: str, *, actions: Sequence[str], conditions: Mapping[str, Any]
) -> None:
    """Take actions from a role under conditions, whatever else allows them.

    Args:
        role: the role.
        sid: what for, in PascalCase; shown in the console.
        actions: IAM actions, on every resource.
        conditions: IAM conditions.
    """
    _policy(role).add_statements(
        iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            actions=list(actions),
            resources=["*"],
            conditions=conditions,
        )
    )


def service_role(scope: Construct, construct_id: str, service: str, description: str) -> iam.Role:
    """Give a role that one AWS service may assume, with no permission yet.

    Args:
        service: the service principal, such as ``glue.amazonaws.com``.
        description: what acts under the role.
    """
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal(service),
        description=description,
    )


def _policy(role: iam.Role) -> iam.ManagedPolicy:
    # Below the role, so that what waits for the role waits for its permissions.
    policy = role.node.try_find_child(_POLICY)
    if policy is None:
        policy = iam.ManagedPolicy(role, _POLICY, roles=[role])
    if not isinstance(policy, iam.ManagedPolicy):
        raise TypeError(f"{role.node.path}: expected a ManagedPolicy under {_POLICY}")
    return policy


def _wildcards(scope: Construct, actions: Sequence[str], resources: Sequence[str]) -> list[str]:
    stack = Stack.of(scope)
    written = [flat(stack.resolve(resource)) for resource in resources]
    return [f"Action::{action}" for action in actions if "*" in action] + [
        f"Resource::{resource}" for resource in written if "*" in resource
    ]
