"""A state machine may do what its states do, and nothing else: no emulator can tell."""

import pytest

from tests.synth.synthesised import all_states, flat, listed

ON_JOBS = ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")


def job(given, root):
    """Give the ARN of the job that a state runs."""
    return f"arn:aws:glue:{root}:job/{given['JobName']}"


def crawler(given, root):
    """Give the ARN of the crawler that a state asks for."""
    return f"arn:aws:glue:{root}:crawler/{given['Name']}"


def bus(given, root):
    """Give the ARN of the bus that a state's only event goes to."""
    (event,) = given["Entries"]
    return f"arn:aws:events:{root}:event-bus/{event['EventBusName']}"


ASKED = {
    "lambda:invoke": (["lambda:InvokeFunction"], lambda given, _: given["FunctionName"]),
    "sns:publish": (["sns:Publish"], lambda given, _: given["TopicArn"]),
    "sqs:sendMessage": (
        ["sqs:SendMessage"],
        lambda given, _: given["QueueUrl"].replace(">", ".Arn>"),
    ),
    "events:putEvents": (["events:PutEvents"], bus),
    "states:startExecution": (
        ["states:StartExecution"],
        lambda given, _: given["StateMachineArn"],
    ),
    "glue:startJobRun.sync": (ON_JOBS, job),
    "aws-sdk:glue:startCrawler": (["glue:StartCrawler"], crawler),
    "aws-sdk:glue:getCrawler": (["glue:GetCrawler"], crawler),
}
"""What a state's resource asks for: actions, and the ARN from the state's arguments."""
OF_LOGS_AND_TRACES = {"DeliverLog", "WriteTraces"}
"""What every machine has, whatever its states are; `test_permissions.py` holds it."""


@pytest.fixture(params=["ingest", "curate", "compact"])
def machine(request):
    """Give the name of each machine."""
    return request.param


def rights(lake, machine):
    """Give what a machine's role may do: pairs of action and resource."""
    return {
        (action, flat(resource))
        for given in lake.statements(lake.machine(machine)["RoleArn"])
        if given["Sid"] not in OF_LOGS_AND_TRACES
        for action in listed(given["Action"])
        for resource in listed(given["Resource"])
    }


def needed(lake, machine):
    """Give what the states of a machine ask of other services, keys apart."""
    root = f"{lake.settings.region}:{lake.settings.account}"
    itself = f"arn:aws:states:{root}:stateMachine:{lake.settings.prefix}-{machine}"
    for _, state in all_states(lake.definition(machine)):
        if state["Type"] == "Task":
            actions, resource = ASKED[state["Resource"].rpartition(":::")[2]]
            for action in actions:
                yield action, resource(state["Arguments"], root)
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            yield from of_children(lake, itself, state["Label"])


def of_children(lake, itself, label):
    """Give what a distributed Map asks: its children, its list, and a place for results."""
    yield "states:StartExecution", itself
    children = f"{itself.replace(':stateMachine:', ':execution:')}/{label}:*"
    for action in ("Describe", "Stop", "Redrive"):
        yield f"states:{action}Execution", children
    artifacts = f"arn:aws:s3:::{lake.buckets()['artifacts']['BucketName']}"
    yield "s3:ListBucket", artifacts
    for action in ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"):
        yield f"s3:{action}", f"{artifacts}/runs/*"


def test_a_machine_may_do_exactly_what_its_states_do(lake, machine):
    allowed = {pair for pair in rights(lake, machine) if not pair[0].startswith("kms:")}
    assert allowed == set(needed(lake, machine))


def test_a_machine_may_use_the_keys_of_what_it_writes_to_and_no_others(lake, machine):
    (topic,) = {flat(topic["KmsMasterKeyId"]) for topic in lake.properties("AWS::SNS::Topic")}
    asked = dict(needed(lake, machine))
    keys = {topic} if "sns:Publish" in asked else set()
    uses = {pair for pair in rights(lake, machine) if pair[0].startswith("kms:")}
    of_zones = {key for _, key in uses if "StorageDataKey" in key}
    assert len(of_zones) == ("s3:PutObject" in asked)
    actions = ("kms:Decrypt", "kms:GenerateDataKey")
    assert uses == {(action, key) for key in keys | of_zones for action in actions}
