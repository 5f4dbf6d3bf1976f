"""Published dataset -> the products to look at."""

from pydantic import ConfigDict

from lake_runtime.contracts import load_contracts
from lake_runtime.environment import Environment
from lake_runtime.handlers import Request, Response, state_machine_task


class PlanProductsRequest(Request):
    """The detail of a `DatasetPublished` event, of which only the dataset matters here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PlanProductsResponse(Response):
    """The names of the products, sorted; empty if the dataset is an input of none."""

    products: list[str]


@state_machine_task(PlanProductsRequest)
def handle(request: PlanProductsRequest) -> PlanProductsResponse:
    """Name the products that take the published dataset as an input."""
    contracts = load_contracts(Environment.read().contracts_uri)
    return PlanProductsResponse(products=contracts.products_of(request.dataset))
