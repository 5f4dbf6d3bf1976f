"""The contracts' rules for AWS Glue Data Quality."""

from aws_cdk import aws_glue as glue
from constructs import Construct

from data_lake.contracts import ContractSet
from data_lake.contracts.dqdl import ruleset


class QualityRulesets(Construct):
    """A Glue Data Quality ruleset for each dataset and product, exported from its contract.

    Runs of the lake do not need them: they judge by the contract itself. The rulesets let people
    and other tools ask the same questions of the same table, or of another copy of it. None names
    a target table, because a table may not exist before its first publish; whoever starts an
    evaluation says what is judged. What DQDL cannot say exactly is left out and named, with the
    reason, in the ruleset's description.

    Args:
        prefix: ``<project>-<environment>``; begins the rulesets' names.
        contracts: the datasets and products.

    Attributes:
        names: of the rulesets, by dataset and product.

    Raises:
        ValueError: a contract has more rules than Glue takes in one ruleset.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str, contracts: ContractSet
    ) -> None:
        super().__init__(scope, construct_id)
        self.names: dict[str, str] = {}
        for name, contract in contracts.all().items():
            exported = ruleset(contract)
            if not exported.said:
                continue
            # People and tools start an evaluation by the ruleset's name.
            self.names[name] = f"{prefix}-{name}"
            glue.CfnDataQualityRuleset(
                self,
                name,
                name=self.names[name],
                description=exported.description(),
                ruleset=exported.text(),
            )
