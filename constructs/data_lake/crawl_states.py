"""The branch of the ingest machine that crawls what arrived."""

from typing import Final

from data_lake.asl import State, States, choose, invoke, remember, task
from data_lake.function import LakeFunction
from data_lake.retries import CRAWLER_RUNNING, GLUE_BUSY, GLUE_HICCUP
from data_lake.run_states import RUN

_POLL_SECONDS: Final = 15
_POLLS: Final = 120
"""Half an hour; a crawl that takes longer counts as failed."""


def crawl_states(crawler_name: str, check_drift: LakeFunction) -> States:
    """Crawl the raw zone, wait for the end, and compare what was found with the contract.

    The branch starts with ``StartCrawler`` and always ends well: its output says whether it
    ``failed``, with the ``error`` or the ``drift``.

    Args:
        crawler_name: the crawler over the raw zone.
        check_drift: compares.
    """
    crawler = {"Name": crawler_name}
    state = "$states.input.Crawler.State"
    return {
        "StartCrawler": task(
            "aws-sdk:glue:startCrawler",
            crawler,
            retries=[CRAWLER_RUNNING, GLUE_BUSY, GLUE_HICCUP],
            assign={"polls": 0},
            catch="CrawlFailed",
            catch_assign={},
            then="WaitForCrawler",
        ),
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
                f"{state} = 'READY' and $states.input.Crawler.LastCrawl.Status = 'SUCCEEDED'",
                "CheckDrift",
            ),
            (f"{state} = 'READY' or $polls >= {_POLLS}", "CrawlerDidNotSucceed"),
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
            output={"failed": False, "drift": "{% $states.result.Payload.drift %}"},
            catch="CrawlFailed",
            catch_assign={},
        ),
        "CrawlFailed": branch_failed(),
    }


def branch_failed() -> State:
    """End a branch with the error that was caught in it."""
    return remember(output={"failed": True, "error": "{% $states.input %}"})
