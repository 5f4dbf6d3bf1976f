"""Plays a JSONata state machine through, with given answers in the place of services.

It knows the states and fields that the lake's machines use, keeps variables in their scopes, and
treats an undefined value as the error that it is in Step Functions. Retries are not played: an
answer stands for the last try. The emulator's end-to-end tests play the real services.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jsonata

Answer = Any
Scope = dict[str, Any]


class TaskFailedError(Exception):
    """A state failed with an error's name and cause."""

    def __init__(self, error: str, cause: str = "because") -> None:
        super().__init__(f"{error}: {cause}")
        self.output = {"Error": error, "Cause": cause}


def one_after_the_other(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do what a service does at once."""
    return [work() for work in works]


@dataclass
class Player:
    """One execution.

    Attributes:
        definition: the machine.
        answers: by state: its result, an exception, a function of the arguments, or a list of
            these for one call after the other.
        visited: the states that were entered, in order; branches one after the other.
        calls: the arguments of every task, by state.
        failure: error and cause, if the execution failed.
        name: the execution's name.
        wait: is told the seconds of every Wait state.
        together: does the branches of a Parallel and the items of a Map, and gives their results.
    """

    definition: dict[str, Any]
    answers: Mapping[str, Answer]
    visited: list[str] = field(default_factory=list)
    calls: dict[str, list[Any]] = field(default_factory=dict)
    failure: dict[str, str] | None = None
    name: str = "execution-1"
    wait: Callable[[float], None] = lambda _seconds: None
    together: Callable[[Sequence[Callable[[], Any]]], list[Any]] = one_after_the_other

    def play(self, execution_input: Any) -> "Player":
        """Play from start to end."""
        context = {
            "Execution": {"Id": "arn:execution", "Name": self.name},
            "State": {"RetryCount": 0},
        }
        try:
            self._scope(self.definition, execution_input, {"context": context})
        except TaskFailedError as error:
            self.failure = error.output
        return self

    def _scope(self, scope: dict[str, Any], given: Any, variables: Scope) -> Any:
        own = dict(variables)
        name: str | None = scope["StartAt"]
        while name is not None:
            self.visited.append(name)
            given, name = self._state(name, scope["States"][name], given, own)
        return given

    def _state(
        self, name: str, state: dict[str, Any], given: Any, own: Scope
    ) -> tuple[Any, str | None]:
        try:
            result = self._result(name, state, given, own)
        except TaskFailedError as error:
            for entry in state.get("Catch", []):
                if {"States.ALL", error.output["Error"]} & set(entry["ErrorEquals"]):
                    output = self._leave(entry, given, own, {"errorOutput": error.output})
                    return output, entry["Next"]
            raise
        if state["Type"] == "Choice":
            return given, self._choice(state, given, own)
        extra = {} if result is None else {"result": result}
        output = self._leave(state, given, own, extra)
        return output, state.get("Next")

    def _result(self, name: str, state: dict[str, Any], given: Any, own: Scope) -> Any:
        match state["Type"]:
            case "Task":
                arguments = evaluate(state["Arguments"], own, {"input": given})
                self.calls.setdefault(name, []).append(arguments)
                return self._answer(name, arguments)
            case "Parallel":
                return self.together(
                    [partial(self._scope, branch, given, own) for branch in state["Branches"]]
                )
            case "Map":
                if "ItemReader" in state:
                    return self._distributed(name, state, given, own)
                items = evaluate(state["Items"], own, {"input": given})
                assert isinstance(items, list), f"{name}: Items is no list: {items!r}"
                processor = state["ItemProcessor"]
                return self.together([partial(self._scope, processor, item, own) for item in items])
            case "Wait":
                self.wait(state["Seconds"])
            case "Fail":
                error = evaluate(state["Error"], own, {"input": given})
                raise TaskFailedError(error, evaluate(state["Cause"], own, {"input": given}))
        return None

    def _distributed(self, name: str, state: dict[str, Any], given: Any, own: Scope) -> Any:
        """Items are the state's answer; each knows its selection only, none of the variables."""
        where = evaluate(state["ItemReader"]["Arguments"], own, {"input": given})
        self.calls.setdefault(name, []).append(where)
        items, failed = self._answer(name, where), 0
        for index, item in enumerate(items):
            context = own["context"] | {"Map": {"Item": {"Index": index, "Value": item}}}
            chosen = evaluate(state["ItemSelector"], own | {"context": context}, {"input": given})
            try:
                self._scope(state["ItemProcessor"], chosen, {"context": own["context"]})
            except TaskFailedError:
                failed += 1
        tolerated = evaluate(state["ToleratedFailurePercentage"], own, {"input": given})
        if failed * 100 > tolerated * len(items):
            raise TaskFailedError("States.ExceedToleratedFailureThreshold", "too many")
        return {"ResultWriterDetails": evaluate(state["ResultWriter"]["Arguments"], own, {})}

    def _answer(self, name: str, arguments: Any) -> Any:
        assert name in self.answers, f"nobody answers {name}"
        answer = self.answers[name]
        if isinstance(answer, list):
            answer = answer[len(self.calls[name]) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer(arguments) if isinstance(answer, Callable) else answer

    @staticmethod
    def _leave(entry: dict[str, Any], given: Any, own: Scope, extra: Scope) -> Any:
        reserved = {"input": given, **extra}
        default = extra.get("result", given)
        output = evaluate(entry["Output"], own, reserved) if "Output" in entry else default
        own |= evaluate(entry.get("Assign", {}), own, reserved)
        return output

    @staticmethod
    def _choice(state: dict[str, Any], given: Any, own: Scope) -> str:
        for choice in state["Choices"]:
            answer = evaluate(choice["Condition"], own, {"input": given})
            assert isinstance(answer, bool), f"{choice['Condition']}: not a boolean: {answer!r}"
            if answer:
                return choice["Next"]
        return state["Default"]


def evaluate(value: Any, own: Scope, reserved: Scope) -> Any:
    """Evaluate every expression in a value.

    Args:
        value: JSON with `{% %}` in strings.
        own: variables; `context` stands for the execution's context.
        reserved: what `$states` holds besides.

    Raises:
        TaskFailedError: an expression is undefined.
    """
    if isinstance(value, dict):
        return {key: evaluate(inner, own, reserved) for key, inner in value.items()}
    if isinstance(value, list):
        return [evaluate(inner, own, reserved) for inner in value]
    if not (isinstance(value, str) and value.startswith("{%")):
        return value
    expression = value.removeprefix("{%").removesuffix("%}").strip()
    null = jsonata.utils.Utils.NULL_VALUE
    bindings = {name: null if bound is None else bound for name, bound in own.items()}
    bindings["states"] = {**reserved, "context": bindings.pop("context")}
    result = jsonata.Jsonata.jsonata(expression).evaluate(None, dict(bindings))
    if result is None:
        exists = jsonata.Jsonata.jsonata(f"$exists(({expression}))").evaluate(None, bindings)
        if not exists:
            raise TaskFailedError("States.QueryEvaluationError", f"{value} is undefined")
    return result
