"""A lake in buckets and under a key that exist already."""

from pathlib import Path

from aws_cdk import App, Environment, Stack

from data_lake import ExistingStorage, LakeCatalog, LakeProcessing, load_contracts

PREFIX = "example-dev"
BUCKETS = {
    "raw": "example-landing",
    "processed": "example-tables",
    "curated": "example-products",
    "quarantine": "example-quarantine",
    "artifacts": "example-artifacts",
}
KEY = "arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012"

app = App()
stack = Stack(app, "Lake", env=Environment(account="111111111111", region="eu-west-1"))
storage = ExistingStorage(stack, "Storage", bucket_names=BUCKETS, key_arn=KEY)
catalog = LakeCatalog(stack, "Catalog", prefix=PREFIX, zones=storage.zones, key=storage.key)
LakeProcessing(
    stack,
    "Processing",
    prefix=PREFIX,
    environment="dev",
    zones=storage.zones,
    catalog=catalog,
    contracts=load_contracts(Path(__file__).parent / "contracts"),
)
app.synth()
