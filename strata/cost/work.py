"""What a run, a file and an idle lake ask of AWS: `work.yaml` as a model."""

from pathlib import Path
from typing import Final

from config.lifecycle import Strict
from strata.cost.cases import Assumed
from strata.cost.reading import read_model

FILE: Final = Path(__file__).with_name("work.yaml")


class Work(Strict):
    """Amounts in each case; each name says of what. `work.yaml` says where they come from."""

    transitions_per_run: Assumed
    transitions_per_look: Assumed
    transitions_per_product: Assumed
    requests_per_run: Assumed
    requests_per_file: Assumed
    gb_seconds_per_run: Assumed
    gb_seconds_per_file: Assumed
    write_units_per_run: Assumed
    write_units_per_file: Assumed
    read_units_per_run: Assumed
    read_units_per_file: Assumed
    s3_writes_per_run: Assumed
    s3_writes_per_file: Assumed
    s3_reads_per_run: Assumed
    s3_reads_per_file: Assumed
    queue_requests_per_file: Assumed
    runs_per_burst: Assumed
    crawls_per_run: Assumed
    crawl_seconds: Assumed
    crawl_dpu: Assumed
    job_start_seconds: Assumed
    publish_seconds: Assumed
    cpu_seconds_per_million_rows: Assumed
    look_gb_seconds: Assumed
    table_share_of_raw: Assumed
    cold_share: Assumed
    mb_per_object: Assumed
    upkeep_dpu_hours_per_table: Assumed
    compact_seconds: Assumed
    metrics_per_dataset: Assumed
    log_mb_per_run: Assumed
    log_mb_per_job: Assumed
    log_kb_per_file: Assumed
    kms_requests_per_run: Assumed
    kms_requests_per_file: Assumed
    notices_per_run: Assumed
    ledger_kb_per_file: Assumed


def read_work(path: Path = FILE) -> Work:
    """Read the amounts; raises `StrataError` for a file with problems."""
    return read_model(path, Work)[0]
