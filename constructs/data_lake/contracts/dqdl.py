"""A contract's promises as a ruleset of AWS Glue Data Quality, in its language DQDL.

What DQDL cannot say exactly is left out and listed with the reason, never approximated. A rule of
ours lets null pass and DQDL's own rule types do not, so most are said as ``CustomSql``, which
counts the rows that break them. ``primary`` is Glue's name for the rows that are judged; a
reference reads the other dataset under its own name, which Glue takes as an additional data source.

Language: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data_lake.contracts.dqdl_rules import InexpressibleError, say_rule
from data_lake.contracts.models import DatasetContract, ProductContract

LONGEST_RULESET = 65_536
"""Characters that Glue takes in one ruleset."""
LONGEST_DESCRIPTION = 2048


@dataclass(frozen=True)
class Said:
    """A promise in DQDL: the rule's id, what it means to people, and one rule of the language."""

    rule: str
    description: str
    dqdl: str


@dataclass(frozen=True)
class LeftOut:
    """A promise that DQDL cannot say exactly, and why."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Ruleset:
    """What DQDL can say of one contract, and what it cannot."""

    name: str
    version: str
    said: tuple[Said, ...]
    left_out: tuple[LeftOut, ...]

    def text(self) -> str:
        """Give the DQDL document; each rule has its id and description as a comment above.

        Raises:
            ValueError: it is longer than Glue takes.
        """
        rules = ",\n".join(
            f"  # {one.rule}: {_on_one_line(one.description)}\n  {one.dqdl}" for one in self.said
        )
        text = f"Rules = [\n{rules}\n]\n"
        if len(text) > LONGEST_RULESET:
            raise ValueError(
                f"{self.name}: rules: must be at most {LONGEST_RULESET} characters of DQDL, which "
                f"Glue takes: got {len(text)}; shorten lists of values or expressions"
            )
        return text

    def description(self) -> str:
        """Give what the ruleset is, and what it leaves out, within what Glue takes."""
        start = f"Rules of the contract {self.name} {self.version}."
        if not self.left_out:
            return start
        reasons = "; ".join(f"{one.rule} ({one.reason})" for one in self.left_out)
        whole = f"{start} Not in DQDL: {reasons}."
        if len(whole) <= LONGEST_DESCRIPTION:
            return whole
        names = f"{start} Not in DQDL: {', '.join(one.rule for one in self.left_out)}."
        if len(names) <= LONGEST_DESCRIPTION:
            return names
        return f"{start} Not in DQDL: {len(self.left_out)} rules; strata contract dqdl lists them."


def ruleset(contract: DatasetContract | ProductContract) -> Ruleset:
    """Say a contract's required columns, primary key and rules in DQDL."""
    said = list(_implied(contract))
    left_out: list[LeftOut] = []
    for rule in contract.rules:
        try:
            said.append(Said(rule.id, rule.description, say_rule(rule, contract)))
        except InexpressibleError as error:
            left_out.append(LeftOut(rule.id, str(error)))
    return Ruleset(contract.name, contract.version, tuple(said), tuple(left_out))


def _implied(contract: DatasetContract | ProductContract) -> Iterator[Said]:
    for column in contract.columns:
        dropped = column.protection is not None and column.protection.method == "drop"
        if column.required and not dropped:
            yield Said(
                f"required:{column.name}",
                f"{column.name} has a value.",
                f'IsComplete "{column.name}"',
            )
    # Where rows are appended, a key may be delivered again.
    if contract.primary_key and contract.write_mode != "append":
        names = " ".join(f'"{name}"' for name in contract.primary_key)
        yield Said(
            "primary_key",
            f"{', '.join(contract.primary_key)} tell every row from every other.",
            f"IsPrimaryKey {names}",
        )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
