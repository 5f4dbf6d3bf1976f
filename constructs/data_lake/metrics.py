"""The metrics of runs, as ``close_run`` emits them."""

from typing import Final

NAMESPACE: Final = "Strata"
"""The CloudWatch namespace of everything that the lake's functions measure."""

RUNS: Final = "Runs"
"""One for each run that ended; by environment, dataset and outcome, like every metric of runs."""

SUCCESSES: Final = ("published", "published_with_warnings")
"""The outcomes after which readers see new rows."""


def run_dimensions(environment: str, dataset: str, outcome: str) -> dict[str, str]:
    """Give the dimensions of a run's metrics; CloudWatch finds a metric only by all of them."""
    return {"environment": environment, "dataset": dataset, "outcome": outcome}


def search_runs(environment: str, dataset: str, metric: str, statistic: str) -> str:
    """Give the CloudWatch expression for one metric of a dataset's runs, a line per outcome."""
    names = f"{NAMESPACE},dataset,environment,outcome"
    wanted = f'dataset="{dataset}" environment="{environment}" MetricName="{metric}"'
    return f"SEARCH('{{{names}}} {wanted}', '{statistic}', 3600)"


def quarantined_by_dataset(environment: str) -> str:
    """Give the Metrics Insights query for quarantined batches, a series for each dataset."""
    table = f'SCHEMA("{NAMESPACE}", dataset, environment, outcome)'
    wanted = f"environment = '{environment}' AND outcome = 'quarantined'"
    return f"SELECT SUM({RUNS}) FROM {table} WHERE {wanted} GROUP BY dataset"  # noqa: S608 - no SQL
