"""Access: who may do what, to what, and over which connection."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from data_lake.policy.expressions import flat, listed
from data_lake.policy.rule import Fault, Rule
from data_lake.policy.templates import Templates

_IDENTITY_POLICIES: Final = (
    "AWS::IAM::Group",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::User",
    "AWS::IAM::UserPolicy",
)

_RESOURCE_POLICIES: Final = (
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "Policy",
    "PolicyDocument",
    "PolicyText",
    "RepositoryPolicyText",
    "ResourcePolicy",
)
"""Properties that hold a policy with principals, whatever the type."""

_PUBLIC_ACCESS: Final = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)

_DEMANDING_TLS: Final = {
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket", {"s3:*"}),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics", {"sns:*", "sns:Publish"}),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues", {"sqs:*"}),
}
"""By type of resource: the type of its policy, the property that names it, and what is denied."""


def _wildcards(templates: Templates) -> Iterator[Fault]:
    for resource in templates.of(*_IDENTITY_POLICIES):
        documents = [resource.get("PolicyDocument")]
        documents += [one["PolicyDocument"] for one in resource.get("Policies") or ()]
        seen = set()
        for statement in _statements(*documents):
            if statement["Effect"] != "Allow":
                continue
            for where, value in _unbounded(statement):
                if (where, value) not in seen:
                    seen.add((where, value))
                    yield Fault(resource, f"Statement.{where}", value, f"{where}::{value}")


def _unbounded(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for where in ("Action", "Resource"):
        for value in listed(statement.get(where)):
            if "*" in flat(value):
                yield where, flat(value)
    for where in ("NotAction", "NotResource"):
        for value in listed(statement.get(where)):
            yield where, flat(value)


def _public(templates: Templates) -> Iterator[Fault]:
    for resource in templates.all():
        for where in _RESOURCE_POLICIES:
            for statement in _statements(resource.properties.get(where)):
                if statement["Effect"] == "Allow" and _is_anyone(statement):
                    yield Fault(resource, f"{where}.Principal", "*", statement.get("Sid", ""))
    for bucket in templates.of("AWS::S3::Bucket"):
        for setting in _PUBLIC_ACCESS:
            if bucket.get("PublicAccessBlockConfiguration", setting) is not True:
                where = f"PublicAccessBlockConfiguration.{setting}"
                yield Fault(bucket, where, "not true", setting)
    for permission in templates.of("AWS::Lambda::Permission"):
        if permission.get("Principal") == "*":
            yield Fault(permission, "Principal", "*")
    for url in templates.of("AWS::Lambda::Url"):
        if url.get("AuthType") == "NONE":
            yield Fault(url, "AuthType", "NONE")


def _is_anyone(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return any("*" in listed(value) for value in principal.values())
    return principal == "*" or "NotPrincipal" in statement


def _without_tls(templates: Templates) -> Iterator[Fault]:
    for kind, (policy_type, names, actions) in _DEMANDING_TLS.items():
        demanding = {
            named
            for policy in templates.of(policy_type)
            if any(
                _refuses_plain_text(one, actions)
                for one in _statements(policy.get("PolicyDocument"))
            )
            for value in listed(policy.get(names))
            if (named := templates.named(policy.stack, value)) is not None
        }
        for resource in templates.of(kind):
            if resource not in demanding:
                yield Fault(resource, policy_type, "no denial of requests without TLS")


def _refuses_plain_text(statement: Mapping[str, Any], actions: set[str]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return (
        statement["Effect"] == "Deny"
        and str(condition.get("aws:SecureTransport")).lower() == "false"
        and _is_anyone(statement)
        and bool(actions & set(listed(statement.get("Action"))))
    )


def _statements(*documents: Any) -> Iterator[Mapping[str, Any]]:
    for document in documents:
        if isinstance(document, Mapping):
            yield from listed(document.get("Statement"))


WILDCARDS: Final = Rule(
    id="Strata-IAM1",
    demands="A role names the actions and resources it may use, or says why it cannot",
    because="A wildcard also allows what nobody thought of.",
    looks_at="Statements that allow, in roles, users, groups and their policies. `NotAction` and "
    "`NotResource` count as wildcards, and so does a `*` at the end of a name. The `*` of a key "
    "policy is the key itself, and is not looked at.",
    fix="Name the action or resource; where that cannot be done, allow(wildcard='why'), or "
    "acknowledge the finding beside the role",
    find=_wildcards,
)
"""No wildcard action or resource without a written reason."""

PUBLIC: Final = Rule(
    id="Strata-PUB1",
    demands="Nothing is open to everyone",
    because="A condition that is forgotten or mistyped would make it public.",
    looks_at="Principals `*` in every policy of a resource, whatever its conditions; the four "
    "settings that block public access to a bucket; function permissions and function URLs.",
    fix="Name accounts, roles or services as principals; block public access to buckets",
    find=_public,
)
"""No public principal."""

TLS: Final = Rule(
    id="Strata-TLS1",
    demands="Buckets, queues and topics refuse requests without TLS",
    because="Otherwise what is sent can be read and changed on its way.",
    looks_at="The policies of S3 buckets, SQS queues and SNS topics: one statement must deny "
    "everyone what comes without TLS. AWS's other services take no request without it.",
    fix="enforce_ssl=True, or a statement that denies where aws:SecureTransport is false",
    find=_without_tls,
)
"""TLS only."""
