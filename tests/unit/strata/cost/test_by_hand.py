"""Three months worked out by hand, with the arithmetic beside each figure."""

import pytest

from strata.cost.usage import DatasetUsage, Usage
from tests.unit.strata.cost.lakes import contracts, idle_work, job, lake, month, resource


def test_an_empty_lake_costs_its_keys_alarms_dashboard_secret_and_looks():
    """Nothing comes; what stands there is billed.

    2 keys                         2 × 1.00                                  = 2.00
    1 alarm on one metric          1 × 0.10                                  = 0.10
    1 alarm on two metrics         2 × 0.10                                  = 0.20
    1 anomaly alarm                3 × 0.10                                  = 0.30
    1 composite alarm              1 × 0.50                                  = 0.50
    1 dashboard                    1 × 3.00                                  = 3.00
    1 secret                       1 × 0.40                                  = 0.40
    1 look each 15 minutes         96 × 365 ÷ 12 = 2,920 calls
      the schedule                 2,920 ÷ 1,000,000 × 1.00                  = 0.00292
      the function's requests      2,920 ÷ 1,000,000 × 0.20                  = 0.000584
      its GB seconds               2,920 × 0.5 × 1 GB = 1,460
                                   1,460 ÷ 1,000,000 × 13.3334               = 0.019466764
    an endpoint in two zones       2 × 730 × 0.01                            = 14.60
    a gateway endpoint             free                                      = 0
    """
    metric = {"MetricStat": {"Period": 300}}
    empty = lake(
        resource("AWS::KMS::Key"),
        resource("AWS::KMS::Key"),
        resource("AWS::CloudWatch::Alarm", MetricName="Errors"),
        resource("AWS::CloudWatch::Alarm", Metrics=[metric, metric, {"Expression": "a+b"}]),
        resource(
            "AWS::CloudWatch::Alarm",
            Metrics=[metric, {"Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}],
        ),
        resource("AWS::CloudWatch::CompositeAlarm"),
        resource("AWS::CloudWatch::Dashboard"),
        resource("AWS::SecretsManager::Secret"),
        resource("AWS::Lambda::Function", MemorySize=1024),
        resource("AWS::Scheduler::Schedule", ScheduleExpression="rate(15 minutes)"),
        resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]),
        resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),
    )
    made = month(empty, work=idle_work(look_gb_seconds=0.5))
    services = {name: money.expected for name, money in made.by("service").items()}
    assert services == pytest.approx(
        {
            "PrivateLink": 14.60,
            "CloudWatch": 0.10 + 0.20 + 0.30 + 0.50 + 3.00,
            "KMS": 2.00,
            "Secrets Manager": 0.40,
            "Lambda": 0.000584 + 0.019466764,
            "EventBridge": 0.00292,
        }
    )
    assert made.total.expected == pytest.approx(21.122970764)
    assert made.total.low == made.total.high == made.total.expected


def test_a_dataset_of_hourly_files_costs_two_jobs_and_a_crawl_for_each_run():
    """weather: 24 files a day, each by itself, 24 million rows and 2.4 GB a day, on arrival.

    runs                    24 × 365 ÷ 12                                    = 730
    rows of a run           24,000,000 × 365 ÷ 12 ÷ 730                      = 1,000,000
    stage job, 5 × G.2X     4 executors × 2 DPU × 4 vCPU                     = 32 vCPU
      seconds               60 + 1 × 3,200 ÷ 32                              = 160
      DPU hours             730 × 5 × 2 × 160 ÷ 3,600                        = 324.4444
      dollars               324.4444 × 0.44                                  = 142.755556
    publish job, 2 × G.1X   30 seconds, billed 60: 730 × 2 × 60 ÷ 3,600      = 24.333333
      dollars               24.333333 × 0.44                                 = 10.706667
    crawls                  730 × 2 DPU × 600 ÷ 3,600 = 243.333333 × 0.44    = 107.066667
    transitions             730 × 38 = 27,740 ÷ 1,000 × 0.025                = 0.6935
    Lambda requests         730 × 5 = 3,650 ÷ 1,000,000 × 0.20               = 0.00073
    DynamoDB, write units   730 × 5 + 730 × 13 = 13,140 ÷ 1e6 × 0.625        = 0.0082125
    S3, PUT                 730 × 7 = 5,110 ÷ 1,000 × 0.005                  = 0.02555
    SQS                     730 × 1.5 = 1,095 ÷ 1e6 × 0.40                   = 0.000438
    EventBridge             (730 + 730) ÷ 1e6 × 1.00                         = 0.00146
    X-Ray                   730 ÷ 1e6 × 5.00                                 = 0.00365
    """
    used = DatasetUsage(files_per_day=24, rows_per_day=24_000_000, gb_per_day=0, table_gb=0)
    known = contracts("weather")
    of = lake(
        job("IngestStage", "G.2X", 5),
        job("IngestPublish", "G.1X", 2),
        resource("AWS::Lambda::Function", MemorySize=1024),
        known=known,
    )
    work = idle_work(
        job_start_seconds=60,
        cpu_seconds_per_million_rows=3_200,
        publish_seconds=30,
        crawls_per_run=1,
        crawl_dpu=2,
        crawl_seconds=600,
        transitions_per_run=38,
        requests_per_run=5,
        write_units_per_run=5,
        write_units_per_file=13,
        s3_writes_per_run=7,
        queue_requests_per_file=1.5,
    )
    made = month(of, Usage(months=1, datasets={"weather": used}), work)
    lines = {(one.price, one.what): one.usd.expected for one in made.lines if one.usd.expected}
    assert lines == pytest.approx(
        {
            ("glue_dpu_hour", "stage jobs"): 142.755556,
            ("glue_dpu_hour", "publish jobs"): 10.706667,
            ("glue_crawler_dpu_hour", "crawls of the raw zone"): 107.066667,
            ("states_transition", "runs"): 0.6935,
            ("lambda_request", "runs and files"): 0.00073,
            ("dynamodb_write_unit", "runs and files"): 0.0082125,
            ("s3_write", "runs and files"): 0.02555,
            ("sqs_request", "arrivals"): 0.000438,
            ("events_event", "arrivals and notices of runs"): 0.00146,
            ("xray_trace", "runs"): 0.00365,
        },
        rel=1e-5,
    )
    # Half and twice the volume: runs, not only rows, are halved and doubled.
    assert made.by("service")["Step Functions"].low == pytest.approx(0.6935 / 2)
    assert made.by("service")["Step Functions"].high == pytest.approx(0.6935 * 2)
    assert set(made.by("owner")) == {"weather"}


def test_a_year_of_files_is_kept_in_three_classes_in_two_regions():
    """airports: 12 GB a month come, for 12 months: 0.394520548 GB and 1 file a day.

    The raw zone moves to Standard-IA after 30 days and to Glacier after 90; 365 days are kept,
    in both regions. A day brings 12 × 12 ÷ 365 = 0.394520548 GB.
      Standard     30 days × 0.394520548 × 2  = 23.671233 GB × 0.023         = 0.544438
      Standard-IA  60 days × 0.394520548 × 2  = 47.342466 GB × 0.0125        = 0.591781
      Glacier     275 days × 0.394520548 × 2  = 216.986301 GB × 0.0036       = 0.781151
      into IA      365 ÷ 12 × 2 = 60.833333 files ÷ 1,000 × 0.01             = 0.000608
      into Glacier 60.833333 ÷ 1,000 × 0.03                                  = 0.001825
    Copies: 12 GB raw and 12 × 0.5 = 6 GB of the table, 18 in all
      to the other region   18 × 0.02                                        = 0.36
      time control          12 × 0.015 (only the raw zone has it)            = 0.18
      PUT                   30.416667 files + 6,000 ÷ 100 = 60 objects
                            90.416667 ÷ 1,000 × 0.005                        = 0.000452
    The table, Intelligent-Tiering in both regions: 12 × 12 × 0.5 = 72 GB
      objects               72,000 ÷ 100 × 2 = 1,440 ÷ 1,000 × 0.0025        = 0.0036
      cold: 72 × 0.5 × 335 ÷ 365                                             = 33.041096 GB
        older than 90 days  33.041096 × 275 ÷ 365 = 24.893977 × 2 × 0.004    = 0.199152
        the rest            8.147119 × 2 × 0.0125                            = 0.203678
      warm                  (72 - 33.041096) × 2 × 0.023                     = 1.792110
    """
    moves = [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
        {"StorageClass": "GLACIER", "TransitionInDays": 90},
    ]
    tiering = [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}]

    def copied(**target: object) -> dict[str, object]:
        return {"Rules": [{"Destination": target}]}

    of = lake(
        job("IngestStage", "G.1X", 2),
        job("IngestPublish", "G.1X", 2),
        resource(
            "AWS::S3::Bucket",
            BucketName="strata-test-raw-1",
            LifecycleConfiguration={"Rules": [{"ExpirationInDays": 700, "Transitions": moves}]},
            ReplicationConfiguration=copied(ReplicationTime={"Status": "Enabled"}),
        ),
        resource(
            "AWS::S3::Bucket",
            BucketName="strata-test-processed-1",
            LifecycleConfiguration={"Rules": [{"Transitions": tiering}]},
            ReplicationConfiguration=copied(),
        ),
        known=contracts("airports"),
    )
    used = DatasetUsage(files_per_day=1, rows_per_day=1e6, gb_per_day=12 * 12 / 365)
    work = idle_work(table_share_of_raw=0.5, cold_share=0.5, mb_per_object=100)
    made = month(of, Usage(months=12, datasets={"airports": used}), work)
    lines = {(one.price, one.what): one.usd.expected for one in made.lines if one.service == "S3"}
    copies, raw, table = "copies in the second region", "raw files", "the processed table"
    assert lines == pytest.approx(
        {
            ("s3_standard_gb", raw): 0.544438,
            ("s3_infrequent_gb", raw): 0.591781,
            ("s3_archive_gb", raw): 0.781151,
            ("s3_to_infrequent", raw): 0.000608,
            ("s3_to_archive", raw): 0.001825,
            ("s3_other_region_gb", copies): 0.36,
            ("s3_replication_time_gb", copies): 0.18,
            ("s3_write", copies): 0.000452,
            ("s3_tiering_object", table): 0.0036,
            ("s3_archive_instant_gb", table): 0.199152,
            ("s3_infrequent_gb", table): 0.203678,
            ("s3_standard_gb", table): 1.792110,
        },
        rel=1e-3,
    )
