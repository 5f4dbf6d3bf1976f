"""What a company asks of every role, given to each one wherever it comes from."""

import jsii
from aws_cdk import App, Aspects, CfnResource, IAspect
from constructs import IConstruct

from config.company import Company


def apply_company(app: App, company: Company) -> None:
    """Give every role of an app the company's permissions boundary and path, where it has any.

    The roles that the CDK itself adds while it synthesises are included.
    """
    asked = {
        "PermissionsBoundary": company.permissions_boundary,
        "Path": company.role_path,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    if given:
        Aspects.of(app).add(_EveryRole(given))


@jsii.implements(IAspect)
class _EveryRole:
    def __init__(self, properties: dict[str, str]) -> None:
        self._properties = properties

    def visit(self, node: IConstruct) -> None:
        if not CfnResource.is_cfn_resource(node) or not isinstance(node, CfnResource):
            return
        if node.cfn_resource_type == "AWS::IAM::Role":
            for name, value in self._properties.items():
                node.add_property_override(name, value)
