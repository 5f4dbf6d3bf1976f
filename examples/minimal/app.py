"""The smallest lake: storage, and one dataset from its contract."""

from pathlib import Path

from aws_cdk import App, Environment, Stack

from data_lake import LakeCatalog, LakeProcessing, LakeStorage, load_contracts

PREFIX = "example-dev"
ACCOUNT = "111111111111"
REGION = "eu-west-1"

app = App()
stack = Stack(app, "Lake", env=Environment(account=ACCOUNT, region=REGION))
storage = LakeStorage(stack, "Storage", prefix=PREFIX, account=ACCOUNT, region=REGION)
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
