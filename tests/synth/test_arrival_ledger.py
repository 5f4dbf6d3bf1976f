import pytest

from tests.synth.synthesised import flat


def test_a_new_object_of_the_raw_zone_goes_to_the_arrivals_queue(lake):
    (rule,) = (
        rule
        for rule in lake.properties("AWS::Events::Rule")
        if rule["EventPattern"]["source"] == ["aws.s3"]
    )
    raw = lake.buckets()["raw"]["BucketName"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert rule["EventPattern"]["detail"] == {"bucket": {"name": [raw]}}
    (target,) = rule["Targets"]
    assert target["Arn"] == mapping(lake)["EventSourceArn"]
    assert target["DeadLetterConfig"]["Arn"] == queue(lake)["RedrivePolicy"]["deadLetterTargetArn"]


@pytest.mark.fault(27, by="template")
def test_one_poisonous_message_does_not_take_the_others_of_its_batch_with_it(lake):
    assert mapping(lake)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue(lake)["RedrivePolicy"]["maxReceiveCount"] == 5


def test_arrivals_are_gathered_for_as_long_as_the_environment_says(lake):
    window = lake.settings.pipeline.arrival_batching_seconds
    given = mapping(lake)
    assert given["MaximumBatchingWindowInSeconds"] == window
    assert given["BatchSize"] == (100 if window else 10)


def test_a_burst_of_arrivals_does_not_take_the_whole_accounts_concurrency(lake):
    assert mapping(lake)["ScalingConfig"] == {"MaximumConcurrency": 50}


def test_a_message_stays_hidden_longer_than_lambda_may_need(lake):
    needed = 6 * lake.settings.functions.timeout_seconds
    needed += lake.settings.pipeline.arrival_batching_seconds
    assert queue(lake)["VisibilityTimeout"] >= needed


def test_every_queue_is_encrypted_with_a_rotating_key_and_keeps_messages_for_two_weeks(lake):
    queues = lake.properties("AWS::SQS::Queue")
    assert len(queues) == 7
    for given in queues:
        assert given["KmsMasterKeyId"]
        assert given["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_every_queue_refuses_requests_without_tls(lake):
    policies = lake.properties("AWS::SQS::QueuePolicy")
    covered = [str(name) for policy in policies for name in policy["Queues"]]
    assert len(set(covered)) == 7
    for policy in policies:
        assert {"Bool": {"aws:SecureTransport": "false"}} in [
            statement.get("Condition")
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
        ]


def test_services_that_deliver_messages_may_use_the_key_for_this_account_only(lake):
    statements = [
        statement
        for key in lake.properties("AWS::KMS::Key")
        for statement in key["KeyPolicy"]["Statement"]
        if statement.get("Sid") == "ServicesThatDeliverMessages"
    ]
    (statement,) = statements
    assert statement["Principal"]["Service"] == [
        "budgets.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "costalerts.amazonaws.com",
        "events.amazonaws.com",
        "sns.amazonaws.com",
    ]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": lake.settings.account}}


def test_register_starts_the_live_ingest_machine_and_may_start_nothing_else(lake):
    register = lake.functions()["register"]
    start = register["Environment"]["Variables"]["INGEST_STATE_MACHINE_ARN"]
    assert start.endswith(f":stateMachine:{lake.settings.prefix}-ingest:live")
    allowed = [
        statement["Resource"]
        for statement in lake.statements(register["Role"])
        if statement["Action"] == "states:StartExecution"
    ]
    assert allowed == [start]


def test_register_may_keep_unclaimed_objects_but_write_nowhere_else(lake):
    register = lake.functions()["register"]
    written = [
        flat(statement["Resource"])
        for statement in lake.statements(register["Role"])
        if "s3:PutObject" in statement["Action"]
    ]
    quarantine = lake.buckets()["quarantine"]["BucketName"]
    assert written == [f"arn:aws:s3:::{quarantine}/unclaimed/*"]


def mapping(lake):
    """Give the one event source mapping."""
    (given,) = lake.properties("AWS::Lambda::EventSourceMapping")
    return given


def queue(lake):
    """Give the queue that the mapping reads."""
    name = mapping(lake)["EventSourceArn"]["Fn::GetAtt"][0]
    return lake.resources("AWS::SQS::Queue")[name]["Properties"]
