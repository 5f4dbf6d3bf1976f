def tables(lake):
    """Give both tables by their sort key."""
    found = {}
    for table in lake.properties("AWS::DynamoDB::GlobalTable"):
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        assert keys["HASH"] == "scope"
        found[keys["RANGE"]] = table
    return found


def test_there_are_a_ledger_and_an_audit_keyed_by_scope(lake):
    assert set(tables(lake)) == {"item", "run_id"}


def test_runs_can_be_listed_by_owner_and_start(lake):
    (index,) = tables(lake)["run_id"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "runs-by-start"
    assert index["KeySchema"] == [
        {"AttributeName": "owner_scope", "KeyType": "HASH"},
        {"AttributeName": "started_at", "KeyType": "RANGE"},
    ]
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_both_can_be_restored_to_any_second_and_are_encrypted_with_the_lakes_key(lake):
    for table in tables(lake).values():
        (replica,) = table["Replicas"]
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert replica["SSESpecification"]["KMSMasterKeyId"]


def test_both_are_paid_per_request_and_nothing_in_them_expires(lake):
    for table in tables(lake).values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert "TimeToLiveSpecification" not in table


def test_nobody_deletes_them_by_hand_where_data_is_kept(lake):
    for table in tables(lake).values():
        (replica,) = table["Replicas"]
        assert replica["DeletionProtectionEnabled"] is lake.settings.retain_data
