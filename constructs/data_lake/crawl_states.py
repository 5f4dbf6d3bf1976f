"""The branch of the ingest machine that crawls what arrived."""

from typing import Final

from data_lake.asl import ERROR_OUTPUT, State, States, choose, invoke, remember, task
from data_lake.error_classes import ErrorClass
from data_lake.error_table import Seen, names_of
from data_lake.function import LakeFunction
from data_lake.retries import GLUE_BUSY, GLUE_HICCUP, NOT_DELIVERED
from data_lake.run_states import EVENT_SOURCE, RUN

DRIFT_FOUND: Final = "DriftFound"
"""The type of the event that raw files differ from their contract."""

_POLL_SECONDS: Final = 15
_POLLS: Final = 240
"""An hour, for the crawl that another run has begun and for the one that follows it; what takes
longer counts as failed."""
_OURS: Final = (
    "$exists($states.input.Crawler.LastCrawl.StartTime) "
    "and $toMillis($states.input.Crawler.LastCrawl.StartTime) >= $crawl_from"
)
"""The last crawl began after this run's files were there, whoever started it."""


def crawl_states(crawler_name: str, check_drift: LakeFunction, event_bus: str) -> States:
    """Crawl the raw zone if the run needs it, wait for the end, and compare with the contract.

    The branch starts with ``CrawlNeeded?`` and always ends well: its output says whether it
    ``failed``, with the ``error`` or the ``drift``.

    All datasets share the crawler. A run that finds it busy waits: if that crawl began before the
    run's files were there, one of those who wait starts another, and all others take its result.

    Args:
        crawler_name: the crawler over the raw zone.
        check_drift: compares.
        event_bus: the name of the bus that gets the event of drift.
    """
    crawler = {"Name": crawler_name}
    state = "$states.input.Crawler.State"
    return {
        "CrawlNeeded?": choose(("$plan.crawl", "RememberCrawl"), otherwise="NotCrawled"),
        "NotCrawled": remember(output={"failed": False, "drift": []}),
        # Glue tells when a crawl began in whole seconds.
        "RememberCrawl": remember(
            {"polls": 0, "crawl_from": "{% $floor($millis() / 1000) * 1000 %}"},
            then="StartCrawler",
        ),
        "StartCrawler": _start(crawler),
        "WaitForCrawler": {"Type": "Wait", "Seconds": _POLL_SECONDS, "Next": "GetCrawler"},
        "GetCrawler": task(
            "aws-sdk:glue:getCrawler",
            crawler,
            retries=[GLUE_BUSY, GLUE_HICCUP],
            assign={"polls": "{% $polls + 1 %}"},
            catch="CrawlFailed",
            catch_assign={},
            then="CrawlerDone?",
        ),
        "CrawlerDone?": choose(
            (
                f"{state} = 'READY' and {_OURS} "
                "and $states.input.Crawler.LastCrawl.Status = 'SUCCEEDED'",
                "CheckDrift",
            ),
            (f"({state} = 'READY' and {_OURS}) or $polls >= {_POLLS}", "CrawlerDidNotSucceed"),
            (f"{state} = 'READY'", "StartCrawler"),
            otherwise="WaitForCrawler",
        ),
        "CrawlerDidNotSucceed": remember(
            output={
                "Error": "CrawlerDidNotSucceed",
                "Cause": (
                    "{% $string({'State': $states.input.Crawler.State, "
                    "'LastCrawl': $states.input.Crawler.LastCrawl}) %}"
                ),
            },
            then="CrawlFailed",
        ),
        "CheckDrift": invoke(
            check_drift,
            RUN,
            catch="CrawlFailed",
            catch_assign={},
            then="DriftFound?",
        ),
        "DriftFound?": choose(("$states.input.event != null", "EmitDrift"), otherwise="Crawled"),
        "EmitDrift": _emit(event_bus),
        "Crawled": remember(output={"failed": False, "drift": "{% $states.input.drift %}"}),
        "CrawlFailed": branch_failed(),
    }


def _start(crawler: dict[str, str]) -> State:
    """Start the crawler; one that is busy is waited for, never taken for this run's."""
    state = task(
        "aws-sdk:glue:startCrawler",
        crawler,
        retries=[GLUE_BUSY, GLUE_HICCUP],
        catch="CrawlFailed",
        catch_assign={},
        then="WaitForCrawler",
    )
    busy = list(names_of(Seen.CRAWLER, ErrorClass.THROTTLING))
    state["Catch"].insert(0, {"ErrorEquals": busy, "Next": "WaitForCrawler"})
    return state


def _emit(event_bus: str) -> State:
    """Send the event of drift; one that is lost is told as a warning of the run."""
    state = task(
        "events:putEvents",
        {
            "Entries": [
                {
                    "EventBusName": event_bus,
                    "Source": EVENT_SOURCE,
                    "DetailType": DRIFT_FOUND,
                    "Detail": "{% $states.input.event %}",
                }
            ]
        },
        retries=[NOT_DELIVERED],
        output={"drift": "{% $states.input.drift %}"},
        catch="Crawled",
        catch_assign={},
        then="Crawled",
    )
    lost = f"$append($states.input.drift, [{ERROR_OUTPUT[2:-2].strip()}])"
    state["Catch"][0]["Output"] = {"drift": f"{{% {lost} %}}"}
    return state


def branch_failed() -> State:
    """End a branch with the error that was caught in it."""
    return remember(output={"failed": True, "error": "{% $states.input %}"})
