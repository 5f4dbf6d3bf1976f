"""docs/policy.md, written from the rules themselves."""

from data_lake.policy import RULES, Rule
from strata.paths import ROOT

FILE = ROOT / "docs" / "policy.md"

_HEAD = """# The lake's own rules

Every synthesis holds the templates of all stacks to these rules, beside four packs of cdk-nag \
([security](security.md)). They read the templates only, take a few hundredths of a second, and \
can be used by any CDK app:

```python
from aws_cdk import Validations
from data_lake import StrataRules

Validations.of(app).add_plugins(StrataRules())
```

A finding names its rule, the construct's path, the property, what stands there, and what to do. \
It fails the synthesis. Where it is right, it is accepted beside its resource, with the reason:

```python
from data_lake.acknowledgement import acknowledge

acknowledge(bucket, "Strata-KMS1", reason="S3 delivers access logs only to …")
```

A rule that finds several things on one resource names each in brackets, and each is accepted by \
itself: `Strata-IAM1[Resource::*]`. What is accepted stays in the assembly's \
`validation-report.json`, with its reason. This page is made from the rules by `make docs`.

| rule | demands |
|---|---|
"""


def page() -> str:
    """Give the page."""
    table = [f"| [{rule.id}](#{rule.id.lower()}) | {rule.demands}. |\n" for rule in RULES]
    return _HEAD + "".join(table) + "".join(_section(rule) for rule in RULES)


def _section(rule: Rule) -> str:
    return (
        f"\n## {rule.id}\n\n{rule.demands}. {rule.because}\n\n"
        f"- **Looks at**: {rule.looks_at}\n- **To do**: {rule.fix}.\n"
    )


if __name__ == "__main__":
    FILE.write_text(page())
