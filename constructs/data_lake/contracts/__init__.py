"""Data contracts: read, checked and compiled into the one bundle that functions and Spark read.

Needs no AWS CDK, so that a contract can be checked anywhere.
"""

from data_lake.contracts.contract_set import ContractSet
from data_lake.contracts.loader import ContractError, load_contracts
from data_lake.contracts.models import DatasetContract, ProductContract

__all__ = ["ContractError", "ContractSet", "DatasetContract", "ProductContract", "load_contracts"]
