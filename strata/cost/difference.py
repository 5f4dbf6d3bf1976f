"""What a month costs more or less than another: of an environment, an assembly, or a revision."""

from dataclasses import dataclass

from strata.cost.estimate import Estimate, Money

LEAST_USD = 0.005
"""Half a cent; what differs by less is not told."""


@dataclass(frozen=True)
class Change:
    """What one service or dataset costs in both."""

    name: str
    before: Money
    after: Money

    @property
    def more(self) -> Money:
        """What it costs more; negative where it costs less."""
        return self.after - self.before


@dataclass(frozen=True)
class Difference:
    """Two estimates with the same usage and prices.

    Attributes:
        named: what the first is, such as `staging` or `revision main`.
        before: the first.
        after: the second.
    """

    named: str
    before: Estimate
    after: Estimate

    @property
    def total(self) -> Change:
        """The whole month."""
        return Change("all", self.before.total, self.after.total)

    def by(self, field: str) -> list[Change]:
        """Give what changes by `service` or `owner`, the greatest change first."""
        before, after = self.before.by(field), self.after.by(field)
        changes = [
            Change(name, before.get(name, Money()), after.get(name, Money()))
            for name in sorted({*before, *after})
        ]
        told = [one for one in changes if _greatest(one.more) >= LEAST_USD]
        return sorted(told, key=lambda one: -abs(one.more.expected))


def _greatest(money: Money) -> float:
    return max(abs(money.low), abs(money.expected), abs(money.high))
