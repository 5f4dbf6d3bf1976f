import pytest

from lake_runtime.contract_parts import EngineWish
from lake_runtime.engine import EngineEnvironment, size_engine
from tests.functions.lake_runtime.test_environment import GIVEN

MIB = 2**20
ENVIRONMENT = EngineEnvironment.read(
    GIVEN | {"WORKER_TYPE": "G.1X", "WORKERS": "3", "JOB_TIMEOUT_MINUTES": "60"}
)


def test_a_contract_that_says_nothing_gets_what_the_environment_gives():
    engine = size_engine(EngineWish(), ENVIRONMENT, 10**12)
    assert engine.model_dump() == {
        "worker_type": "G.1X",
        "workers": 3,
        "execution_class": "STANDARD",
        "auto_scaling": "false",
        "timeout_minutes": 60,
    }
    assert engine.describe() == "3 G.1X, 60 minutes"


def test_a_contract_that_says_all_gets_it():
    wish = EngineWish(worker_type="G.2X", workers=12, flex=True, timeout_minutes=90)
    engine = size_engine(wish, ENVIRONMENT, 0)
    assert engine.describe() == "12 flexible G.2X, 90 minutes"
    assert engine.execution_class == "FLEX"


@pytest.mark.parametrize(
    ("waiting", "workers"),
    [(0, 2), (1, 2), (100 * MIB, 2), (100 * MIB + 1, 3), (450 * MIB, 6), (10**12, 8)],
)
def test_auto_gives_a_worker_for_each_share_of_what_waits_and_a_driver(waiting, workers):
    wish = EngineWish(workers="auto", max_workers=8, bytes_per_worker=100 * MIB)
    engine = size_engine(wish, ENVIRONMENT, waiting)
    assert (engine.workers, engine.auto_scaling) == (workers, "false")


def test_a_limit_alone_lets_glue_scale_up_to_it():
    engine = size_engine(EngineWish(max_workers=20), ENVIRONMENT, 0)
    assert (engine.workers, engine.auto_scaling) == (20, "true")
    assert engine.describe() == "up to 20 G.1X, 60 minutes"
