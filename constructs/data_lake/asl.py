"""States of the Amazon States Language in JSONata, where no task lacks a timeout or a retry.

The tasks of ``aws_stepfunctions_tasks`` drop the timeout of a Glue job and grant more than they
call, so states are written out: each function here gives one state as a plain dictionary.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import Aws, Duration

from data_lake.function import LakeFunction
from data_lake.retries import FUNCTION_RETRIES, GLUE_BUSY, GLUE_HICCUP, RetryPolicy
from data_lake.spark_job import SparkJob

State = dict[str, Any]
States = dict[str, State]

PAYLOAD: Final = "{% $states.result.Payload %}"
ERROR_OUTPUT: Final = "{% $states.errorOutput %}"

# What the services need around the work itself: starts, queues, answers.
FUNCTION_MARGIN: Final = Duration.seconds(30)
_JOB_MARGIN: Final = Duration.minutes(10)
_CALL_TIMEOUT: Final = Duration.minutes(1)


def task(
    resource: str,
    arguments: Mapping[str, Any],
    *,
    retries: Sequence[RetryPolicy],
    catch: str | None,
    catch_assign: Mapping[str, Any] | None = None,
    then: str | None = None,
    timeout: Duration = _CALL_TIMEOUT,
    assign: Mapping[str, Any] | None = None,
    output: Any = None,
) -> State:
    """Call a service.

    Args:
        resource: the integration, such as ``sns:publish``.
        arguments: what it is called with; JSONata in strings.
        retries: what is worth another try; the first policy with a matching error decides.
        catch: the state that every other error leads to; its input is the error. ``None``
            leaves errors to the state around this one.
        catch_assign: variables of that way. Default: the error as ``$error``.
        then: the next state. Default: none; the task ends its branch or item.
        timeout: the longest one try may take. Default: one minute.
        assign: variables. Default: none.
        output: the state's output. Default: the call's result.
    """
    state: State = {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::{resource}",
        "Arguments": dict(arguments),
        "TimeoutSeconds": timeout.to_seconds(),
        "Retry": [policy.to_asl() for policy in retries],
    }
    if catch is not None:
        state["Catch"] = [caught(catch, catch_assign)]
    if assign is not None:
        state["Assign"] = dict(assign)
    if output is not None:
        state["Output"] = output
    return state | way(then)


def invoke(
    function: LakeFunction,
    payload: Mapping[str, Any] | str,
    *,
    catch: str | None,
    catch_assign: Mapping[str, Any] | None = None,
    then: str | None = None,
    answer: str | None = None,
    output: Any = PAYLOAD,
    retries: Sequence[RetryPolicy] = FUNCTION_RETRIES,
) -> State:
    """Invoke a function and wait for its answer.

    Args:
        function: what is invoked.
        payload: its event; JSONata in strings, or one JSONata string for the whole of it.
        catch: as for ``task``.
        catch_assign: as for ``task``.
        then: as for ``task``.
        answer: the variable that gets the answer. Default: none.
        output: the state's output. Default: the answer.
        retries: as for ``task``. Default: what is worth another try of any function.
    """
    return task(
        "lambda:invoke",
        {
            "FunctionName": function.function.function_arn,
            "Payload": payload if isinstance(payload, str) else dict(payload),
        },
        timeout=function.timeout.plus(FUNCTION_MARGIN),
        retries=retries,
        catch=catch,
        catch_assign=catch_assign,
        then=then,
        assign={answer: PAYLOAD} if answer else None,
        output=output,
    )


def run_job(
    job: SparkJob,
    arguments: Mapping[str, str],
    *,
    catch: str | None,
    catch_assign: Mapping[str, Any] | None = None,
    then: str | None = None,
    retries: Sequence[RetryPolicy] = (),
    output: Any = None,
    engine: str | None = None,
    longest: Duration | None = None,
) -> State:
    """Run a Glue job and wait for its end; stopping the execution stops the job.

    Args:
        job: what is run.
        arguments: ``--name value`` arguments of this run; JSONata in strings.
        catch: as for ``task``.
        catch_assign: as for ``task``.
        then: as for ``task``.
        retries: policies besides those for a Glue that is busy or fails. Default: none.
        output: the state's output. Default: the description of the job run.
        engine: JSONata for the size of this run, as ``lake_runtime.engine`` gives it. Default:
            the job's own size.
        longest: what a run may take of whatever size. Default: the job's own timeout and a margin.
    """
    return task(
        "glue:startJobRun.sync",
        {"JobName": job.job.job_name, **_size(arguments, engine)},
        timeout=longest or job.timeout.plus(_JOB_MARGIN),
        retries=(GLUE_BUSY, GLUE_HICCUP, *retries),
        catch=catch,
        catch_assign=catch_assign,
        then=then,
        output=output,
    )


def _size(arguments: Mapping[str, str], engine: str | None) -> dict[str, Any]:
    if engine is None:
        return {"Arguments": dict(arguments)}
    return {
        "Arguments": {**arguments, "--enable-auto-scaling": f"{{% {engine}.auto_scaling %}}"},
        "WorkerType": f"{{% {engine}.worker_type %}}",
        "NumberOfWorkers": f"{{% {engine}.workers %}}",
        "ExecutionClass": f"{{% {engine}.execution_class %}}",
        "Timeout": f"{{% {engine}.timeout_minutes %}}",
    }


def choose(*ways: tuple[str, str], otherwise: str) -> State:
    """Go the first way whose JSONata condition is true.

    Args:
        ways: condition and next state.
        otherwise: the next state if no condition is true.
    """
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": f"{{% {condition} %}}", "Next": then} for condition, then in ways
        ],
        "Default": otherwise,
    }


def remember(
    variables: Mapping[str, Any] | None = None, *, then: str | None = None, output: Any = None
) -> State:
    """Set variables, or shape an output, and go on.

    Args:
        variables: names and values; JSONata in strings. Default: none.
        then: the next state. Default: none; the state ends its branch or item.
        output: the state's output. Default: its input.
    """
    state: State = {"Type": "Pass"}
    if variables is not None:
        state["Assign"] = dict(variables)
    if output is not None:
        state["Output"] = output
    return state | way(then)


def caught(then: str, assign: Mapping[str, Any] | None = None) -> State:
    """Give a ``Catch`` entry for every error.

    Args:
        then: the next state; its input is the error.
        assign: variables. Default: the error as ``$error``. A branch or an item may not set
            a variable of the states around it, and passes ``{}``.
    """
    variables = {"error": ERROR_OUTPUT} if assign is None else dict(assign)
    entry: State = {"ErrorEquals": ["States.ALL"], "Output": ERROR_OUTPUT, "Next": then}
    return entry | ({"Assign": variables} if variables else {})


def way(then: str | None) -> State:
    """Give what says where a state leads: to the next one, or to the end if there is none."""
    return {"End": True} if then is None else {"Next": then}
