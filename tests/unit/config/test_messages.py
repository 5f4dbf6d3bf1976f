"""Each wrong setting is one line that says where it is, what is wrong and what was meant."""

from collections.abc import Callable

import pytest

DEV_FILE = "config/environments/dev.yaml"
Complaint = Callable[..., str]

MISTAKES = [
    # A key that is unknown, misspelt, missing or given twice.
    (
        "expire_after_days: 365\n  processed",
        "expire_days: 365\n  processed",
        "12: storage.raw.expire_days: is not a known field: got 365; "
        "did you mean 'expire_after_days'?",
    ),
    (
        "cost_center:",
        "cost_centre:",
        "7: cost_centre: is not a known field: got 'DP-001'; did you mean 'cost_center'?",
    ),
    (
        "  workers: 2",
        "  xyz: 2",
        "22: spark.xyz: is not a known field; known are worker_type, workers, timeout_minutes, "
        "max_concurrent_runs: got 2",
    ),
    ("cost_center: DP-001\n", "", "1: cost_center: is required; add it"),
    (
        "    - protocol: email\n      endpoint: data@example.com",
        "    - protocol: email",
        "29: alerts.subscribers[0].endpoint: is required; add it",
    ),
    (
        "  workers: 2",
        "  workers: 2\n  workers: 3",
        "23: spark.workers: is given twice, first on line 22; keep one: got '3'",
    ),
    ("  workers: 2", "  3: 2", "22: spark: keys must be text; quote it: got 3"),
    # A value of the wrong type or outside what AWS accepts.
    (
        '"111111111111"',
        "012345678901",
        "3: account: must be text of 12 digits; quote the account id: got 012345678901",
    ),
    (
        '"111111111111"',
        '"1111"',
        "3: account: must match pattern '^[0-9]{12}$': got '1111'",
    ),
    ("  workers: 2", '  workers: "2"', "22: spark.workers: must be a valid integer: got '2'"),
    ("  workers: 2", "  workers:", "22: spark.workers: must be a valid integer: got nothing"),
    (
        "  workers: 2",
        "  workers: 1",
        "22: spark.workers: must be greater than or equal to 2: got 1",
    ),
    (
        "G.1X",
        "G1.X",
        "21: spark.worker_type: must be 'G.1X', 'G.2X', 'G.4X', 'G.8X', 'G.12X', 'G.16X', 'R.1X', "
        "'R.2X', 'R.4X' or 'R.8X': got 'G1.X'; did you mean 'G.1X'?",
    ),
    (
        "log_retention_days: 30",
        "log_retention_days: 100",
        "19: functions.log_retention_days: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
        "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653: got 100; did you mean '90'?",
    ),
    (
        "region: us-east-1\nrec",
        "region: us-esat-1\nrec",
        "4: region: must be an AWS region: got 'us-esat-1'; did you mean 'us-east-1'?",
    ),
    (
        "recovery_region: null",
        "recovery_region: us-east-1",
        "5: recovery_region: must differ from region; use null for no second region: "
        "got 'us-east-1'",
    ),
    (
        "protocol: email",
        "protocol: e-mail",
        "29: alerts.subscribers[0].protocol: must be 'email', 'https' or 'sqs': got 'e-mail'; "
        "did you mean 'email'?",
    ),
    (
        "endpoint: data@example.com",
        "endpoint: nobody",
        "30: alerts.subscribers[0].endpoint: must be an e-mail address for protocol email: "
        "got 'nobody'",
    ),
    (
        "alerts:\n",
        "budget:\n  alert_percent: 100\nalerts:\n",
        "28: budget.alert_percent: must be less than or equal to 99: got 100",
    ),
    (
        "alerts:\n",
        "budget:\n  monthly_usd: 0\nalerts:\n",
        "28: budget.monthly_usd: must be greater than or equal to 1: got 0",
    ),
    # Values that do not fit each other.
    (
        "environment: dev",
        "environment: prod",
        "2: environment: must equal the file's name: got 'prod'; did you mean 'dev'?",
    ),
    (
        "  lease_minutes: 195",
        "  lease_minutes: 180",
        "26: pipeline.lease_minutes: must be more than timeout_minutes 180, because a second run "
        "takes over when the lease ends and would write beside the first: got 180",
    ),
    (
        "  timeout_minutes: 60",
        "  timeout_minutes: 180",
        "25: pipeline.timeout_minutes: must be more than spark.timeout_minutes 180, because a run "
        "waits for its Glue job: got 180",
    ),
    (
        "  timeout_minutes: 180\n  lease_minutes: 195\n",
        "  timeout_minutes: 1440\n  lease_minutes: 1500\noptimizers:\n  orphan_days: 1\n",
        "28: optimizers.orphan_days: must be longer than pipeline.timeout_minutes 1440, because no "
        "snapshot names the files of a run that is still being written: got 1",
    ),
    (
        "  timeout_minutes: 180\n  lease_minutes: 195\n",
        "  timeout_minutes: 1440\n  lease_minutes: 1500\ncompaction:\n  orphan_days: 1\n",
        "28: compaction.orphan_days: must be longer than pipeline.timeout_minutes 1440, because no "
        "table names the files of a run that is still being written: got 1",
    ),
    (
        "  lease_minutes: 195\n",
        "  lease_minutes: 195\ncompaction:\n  cron: 0 3 * * SUN *\n",
        "28: compaction.cron: must have ? in exactly one of day-of-month and day-of-week: "
        "got '0 3 * * SUN *'",
    ),
    (
        "  lease_minutes: 195\n",
        "  lease_minutes: 195\ncompaction:\n  time_zone: Europe/Pari\n",
        "28: compaction.time_zone: must be a time zone of the IANA database, such as "
        "America/New_York: got 'Europe/Pari'; did you mean 'Europe/Paris'?",
    ),
    (
        "  lease_minutes: 195\n",
        "  lease_minutes: 195\ncompaction:\n  small_share: 1.5\n",
        "28: compaction.small_share: must be less than or equal to 1: got 1.5",
    ),
    # A file that cannot be read as YAML at all.
    (
        "  workers: 2",
        "  workers: [2",
        "23: yaml: is not valid YAML, expected ',' or ']', but got ':' while parsing a flow "
        "sequence from line 22: got 'timeout_minutes: 60'",
    ),
    (
        "  workers: 2",
        "\tworkers: 2",
        r"22: yaml: is not valid YAML, found character '\t' that cannot start any token while "
        "scanning for the next token: got 'workers: 2'",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    dev: str, complaint: Complaint, old: str, new: str, message: str
) -> None:
    assert dev.count(old) == 1

    assert complaint(dev.replace(old, new)) == f"{DEV_FILE}:{message}"
