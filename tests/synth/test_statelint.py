"""Every state machine of every environment is linted by statelint."""

import copy
import json
import re

import pytest
from statelint.config import Config
from statelint.linter import Linter

from tests.synth.synthesised import flat

NOT_KNOWN_TO_IT = re.compile(
    r'Field "Label" not allowed in [\w .\[\]]+'
    r'|Field "InputType" not allowed in [\w .\[\]]+\.ItemReader\.ReaderConfig'
    r'|[\w .\[\]]+\.ToleratedFailurePercentage is "\{% .* %\}" but should be an Integer'
)
"""Fields of a distributed Map in JSONata that statelint 3.1 takes for mistakes. The contract test
of the emulator runs them, and test_state_machines.py asserts what they hold."""


def lint(definition):
    """Give what statelint finds, JSONata expressions parsed."""
    # JSON knows one kind of number; the linter wants this one written with a point.
    given = json.loads(json.dumps(definition), object_hook=_with_float_rates)
    found = Linter.validate(given, Config(evaluate_jsonata=True))
    return [finding for finding in found if not NOT_KNOWN_TO_IT.fullmatch(finding)]


def _with_float_rates(entry):
    return {name: float(value) if name == "BackoffRate" else value for name, value in entry.items()}


def definitions(lake):
    """Give every state machine's definition by its name, those of the second region too."""
    regions = [lake, lake.second_region] if lake.settings.recovery_region else [lake]
    return {
        flat(machine["StateMachineName"]): json.loads(flat(machine["DefinitionString"]))
        for region in regions
        for machine in region.properties("AWS::StepFunctions::StateMachine")
    }


def test_statelint_finds_nothing_in_any_machine(lake):
    machines = definitions(lake)
    assert {f"{lake.settings.prefix}-{name}" for name in ("ingest", "curate")} <= set(machines)
    assert {name: found for name, one in machines.items() if (found := lint(one))} == {}


@pytest.mark.parametrize(
    ("break_it", "finding"),
    [
        (lambda states: states["PlanRead"].update(Next="Nowhere"), "Nowhere"),
        (lambda states: states["PlanRead"].update(TimeoutSecond=5), "TimeoutSecond"),
        (lambda states: states["PlanRead"].update(InputPath="$"), "InputPath"),
        (lambda states: states.update(Lost={"Type": "Succeed"}), "Lost"),
        (lambda states: states["PlanRead"]["Retry"][0].update(JitterStrategy="SOME"), "SOME"),
    ],
)
def test_statelint_finds_a_mistake(prod, break_it, finding):
    definition = copy.deepcopy(prod.definition("ingest"))
    break_it(definition["States"])
    assert [one for one in lint(definition) if finding in one]
