"""States of the Amazon States Language that do several things: two ways at once, or the same for
every item of a list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from aws_cdk import Aws

from data_lake.asl import State, States, caught, way


class ChildExecutions(StrEnum):
    """How the items of a distributed Map are run: kept in the history for 90 days and for as long
    as a year, or at a higher rate, in the log only, and for at most five minutes."""

    STANDARD = "STANDARD"
    EXPRESS = "EXPRESS"


def both(
    first: tuple[str, States],
    second: tuple[str, States],
    *,
    catch: str,
    then: str,
    assign: Mapping[str, Any] | None = None,
) -> State:
    """Go two ways at once and wait for both. A failing branch would stop the other and hide its
    result, so each catches its own errors.

    Args:
        first: the name of a branch's first state, and its states.
        second: the same for the other branch.
        catch: as for ``task``, for what a branch cannot catch.
        then: the next state.
        assign: variables, from the list of both outputs. Default: none.
    """
    state: State = {
        "Type": "Parallel",
        "Branches": [{"StartAt": start, "States": states} for start, states in (first, second)],
        "Catch": [caught(catch)],
        "Next": then,
    }
    if assign is not None:
        state["Assign"] = dict(assign)
    return state


def each(
    items: str,
    start: str,
    states: States,
    *,
    at_once: int,
    catch: str | None,
    catch_assign: Mapping[str, Any] | None = None,
    then: str | None = None,
    output: Any = None,
) -> State:
    """Do the same for every item, inside this execution.

    Args:
        items: JSONata for the list; each item is the input of ``start``.
        start: the name of the first state.
        states: what is done for one item.
        at_once: the most items that are worked on at the same time.
        catch: as for ``task``.
        catch_assign: as for ``task``.
        then: as for ``task``.
        output: the state's output. Default: the list of the items' outputs.
    """
    state: State = {
        "Type": "Map",
        "Items": items,
        "MaxConcurrency": at_once,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": start,
            "States": states,
        },
    }
    if catch is not None:
        state["Catch"] = [caught(catch, catch_assign)]
    if output is not None:
        state["Output"] = output
    return state | way(then)


def each_listed(
    listing: Mapping[str, Any],
    start: str,
    states: States,
    *,
    label: str,
    selector: Mapping[str, Any],
    results: Mapping[str, Any],
    tolerated_percent: str,
    at_once: int,
    executions: ChildExecutions,
    catch: str,
    then: str,
) -> State:
    """Do the same for every item of a list in S3, each in an execution of its own.

    Such an item does not know the variables of the states around it: ``selector`` says what it is
    told. What became of each is written to S3, not into the state.

    Args:
        listing: bucket and key of a JSON array, as ``Bucket`` and ``Key``; JSONata in strings.
        start: the name of the first state.
        states: what is done for one item.
        label: part of the names of the executions.
        selector: the input of ``start``; ``$states.context.Map.Item.Value`` is the item.
        results: where the results go, as ``Bucket`` and ``Prefix``.
        tolerated_percent: JSONata for how many percent of the items may fail.
        at_once: the most items that are worked on at the same time.
        executions: the type of the items' executions.
        catch: as for ``task``.
        then: as for ``task``.
    """
    return {
        "Type": "Map",
        "Label": label,
        "ItemReader": {
            "Resource": f"arn:{Aws.PARTITION}:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Arguments": dict(listing),
        },
        "ItemSelector": dict(selector),
        "MaxConcurrency": at_once,
        "ToleratedFailurePercentage": tolerated_percent,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": executions.value},
            "StartAt": start,
            "States": states,
        },
        "ResultWriter": {
            "Resource": f"arn:{Aws.PARTITION}:states:::s3:putObject",
            "Arguments": dict(results),
        },
        "Catch": [caught(catch)],
        "Next": then,
    }
