"""The secret of personal data: encrypted, kept, and read by the one job that hashes."""

from tests.synth.synthesised import flat, listed


def test_the_secret_is_random_and_has_a_key_of_its_own(lake):
    (secret,) = lake.properties("AWS::SecretsManager::Secret")
    assert secret["Name"] == f"{lake.settings.prefix}-protection"
    generated = secret["GenerateSecretString"]
    assert (generated["PasswordLength"], generated["ExcludePunctuation"]) == (64, True)
    others = {flat(table["SSESpecification"]) for table in lake.properties("AWS::DynamoDB::Table")}
    assert flat(secret["KmsKeyId"]) not in others
    keys = lake.resources("AWS::KMS::Key").values()
    (own,) = [
        key["Properties"] for key in keys if "personal data" in key["Properties"]["Description"]
    ]
    assert own["EnableKeyRotation"] is True


def test_the_secret_and_its_key_stay_where_data_stays(lake):
    kept = "Retain" if lake.settings.retain_data else "Delete"
    (secret,) = lake.resources("AWS::SecretsManager::Secret").values()
    assert secret["DeletionPolicy"] == kept


def test_only_the_stage_job_may_read_the_secret(lake):
    readers = [
        name
        for name, job in lake.jobs().items()
        for statement in lake.statements(job["Role"])
        if "secretsmanager:GetSecretValue" in listed(statement["Action"])
    ]
    assert readers == ["processed-stage"]
    everyone = [
        statement
        for statement in lake.all_statements()
        if any(action.startswith("secretsmanager:") for action in listed(statement["Action"]))
    ]
    assert [listed(statement["Action"]) for statement in everyone] == [
        ["secretsmanager:GetSecretValue"]
    ]
    arguments = lake.jobs()["processed-stage"]["DefaultArguments"]
    assert flat(arguments["--protection_secret"]) == flat(listed(everyone[0]["Resource"])[0])
