"""The logger, the tracer and the metrics of the functions."""

from collections.abc import Mapping

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

logger = Logger()
tracer = Tracer()


def annotate_trace(**annotations: str | None) -> None:
    """Let traces be found by these; what is not known is left out."""
    for name, text in annotations.items():
        if text is not None:
            tracer.put_annotation(name, text)


def emit_metrics(
    dimensions: Mapping[str, str], values: Mapping[str, tuple[MetricUnit, float]]
) -> None:
    """Print one embedded-metric record with exactly these dimensions.

    The service name is left out of the dimensions: alarms would have to repeat it to match.
    """
    metrics = EphemeralMetrics(service="")
    for name, text in dimensions.items():
        metrics.add_dimension(name=name, value=text)
    for name, (unit, value) in values.items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()
