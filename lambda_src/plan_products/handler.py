"""Published dataset -> the products to look at, in order."""

from pydantic import BaseModel, ConfigDict

from lake_runtime.contracts import load_contracts
from lake_runtime.environment import Environment
from lake_runtime.handlers import Request, Response, state_machine_task


class PlanProductsRequest(Request):
    """The detail of a `DatasetPublished` event, of which only the dataset matters here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Wave(BaseModel):
    """Products that do not read each other, by name, sorted."""

    products: list[str]


class PlanProductsResponse(Response):
    """The products in waves, of which each reads earlier ones; none if nobody reads the dataset."""

    waves: list[Wave]


@state_machine_task(PlanProductsRequest)
def handle(request: PlanProductsRequest) -> PlanProductsResponse:
    """Order the products that are built, directly or not, from what was published."""
    contracts = load_contracts(Environment.read().contracts_uri)
    waves = contracts.waves_after(request.dataset)
    return PlanProductsResponse(waves=[Wave(products=wave) for wave in waves])
