"""The demo: a lake on this machine, real files in, tables out, and what became of the bad ones."""

import time

from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.console import Narrator, console, heading, show_rows
from strata.local.lake import LocalLake, bring_up, take_down
from strata.notices import notices, open_inbox
from strata.page import write_page
from strata.paths import state_folder
from strata.query import query
from strata.report import arrivals_table, notices_table, rules_table, runs_table, steps_table
from strata.sample_data import Upload, damaged_files, real_files

PUNCTUALITY = """
SELECT carrier_name, SUM(flights) AS flights, SUM(cancelled) AS cancelled,
       ROUND(SUM(on_time_share * (flights - cancelled)) / SUM(flights - cancelled), 3)
         AS on_time_share
FROM curated.daily_punctuality
GROUP BY carrier_name
ORDER BY flights DESC
LIMIT 8
"""
WEATHER = """
SELECT CASE WHEN visibility < 2 THEN 'under 2 miles' WHEN visibility < 10 THEN '2 to 10 miles'
            ELSE '10 miles and more' END AS visibility,
       SUM(departed) AS departed,
       ROUND(SUM(mean_departure_delay * departed) / SUM(departed), 1) AS minutes_late
FROM curated.delay_by_weather
WHERE visibility IS NOT NULL AND departed > 0
GROUP BY ALL
ORDER BY minutes_late DESC
"""
FLEETS = """
SELECT manufacturer, planes, flights, ROUND(mean_age, 1) AS mean_age,
       ROUND(mean_departure_delay, 1) AS minutes_late
FROM curated.fleet_age
ORDER BY flights DESC
LIMIT 5
"""
NEXT = """
The lake is still up. Ask it something, or give it a file of your own:

  .venv/bin/strata query "SELECT origin, COUNT(*) AS flights FROM processed.flights GROUP BY origin"
  .venv/bin/strata query "SELECT rule_ids, reasons, source_key FROM quarantine.flights"
  .venv/bin/strata put airlines my-airlines.csv
  .venv/bin/strata runs
  .venv/bin/strata down
"""


def demo() -> None:
    """Run the whole story and leave the lake up.

    A lake that was up before is taken down first. Everything is emulated on this machine; no AWS
    account is involved. Raises `StrataError` if a step fails.
    """
    narrator = Narrator()
    started = time.monotonic()
    take_down()
    console.print("Strata, emulated on this machine: no AWS account, no credentials, no Docker.")
    with narrator.live("preparing"):
        lake = bring_up(narrator.say)
        open_inbox(lake)
    up = time.monotonic()
    *before, flights = real_files(state_folder() / "samples")
    _load(lake, narrator, "Real files arrive in the raw zone", before)
    _load(lake, narrator, "Flights arrive, and look airlines and aircraft up", [flights])
    real = time.monotonic()
    damaged = damaged_files(state_folder() / "damaged", again=before[0])
    _load(lake, narrator, "Files arrive that are wrong", damaged)
    _tell(lake)
    heading("The data products, asked with SQL")
    for question in (PUNCTUALITY, WEATHER, FLEETS):
        console.print(f"[dim]{question.strip()}[/dim]")
        show_rows(query(lake, question))
    console.print(
        f"\nEmulated run: lake up in {up - started:.0f} s, real data loaded in {real - up:.0f} s, "
        f"everything in {time.monotonic() - started:.0f} s (wall clock, this machine)."
    )
    console.print(NEXT.strip("\n"), markup=False)
    page = write_page(lake, state_folder() / "report.html")
    console.print("\nThe page with all of it, readable offline:", markup=False)
    console.print(f"  {page}", markup=False, soft_wrap=True)


def _load(lake: LocalLake, narrator: Narrator, title: str, uploads: list[Upload]) -> None:
    heading(title)
    for upload in uploads:
        put_object(lake, upload.key, upload.file)
        size = upload.file.stat().st_size
        console.print(f"  {upload.key}  ({size:,} bytes: {upload.story})", markup=False)
    with narrator.live("waiting for events"):
        wait_until_quiet(lake, watch=narrator.watch)


def _tell(lake: LocalLake) -> None:
    heading("What became of each run")
    show_rows(runs_table(lake))
    show_rows(steps_table(lake))
    heading("Rows that broke a rule")
    show_rows(rules_table(lake))
    heading("Files that were not loaded, with the reason")
    show_rows(arrivals_table(lake))
    heading("Notices that were sent")
    show_rows(notices_table(notices(lake)))
