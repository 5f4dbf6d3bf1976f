import pytest

from lake_runtime.errors import LeaseLost, QualityFailed, ReportMissing, SourceChanged
from tests.functions.support.resources import GOOD


def test_a_run_at_its_threshold_is_to_be_published(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1", rows_in=100, rows_good=95, rows_quarantined=5, score=0.95)
    judged = lake.judge(opened)
    assert judged == {
        "decision": "publish",
        "score": 0.95,
        "threshold": 0.95,
        "rows_in": 100,
        "rows_good": 95,
        "rows_quarantined": 5,
        "reason": "quality score 0.95 is at least the threshold 0.95",
        "rules": [],
        "warnings": [],
        "scores": {},
    }
    assert lake.artifact("run-1", "judgement.json") == judged


def test_a_run_without_a_stage_report_is_an_error_that_says_who_owes_it(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    with pytest.raises(ReportMissing, match=r"stage\.json: missing; the stage or curate job"):
        lake.judge(opened)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run_id": "run-0"}, "it reports run 'run-0', not 'run-1'"),
        ({"score": None}, "score"),
        ({"score": 1.5}, "score"),
        ({"rows_in": -1}, "rows_in"),
    ],
)
def test_a_stage_report_that_cannot_be_this_runs_is_refused(lake, changes, message):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1")
    report = lake.artifact("run-1", "stage.json")
    lake.write("flights", "run-1", "stage.json", report | changes)
    with pytest.raises(ReportMissing, match=message):
        lake.judge(opened)


def test_a_stage_report_that_was_cut_off_is_refused(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    key = "runs/flights/run-1/stage.json"
    lake.s3.put_object(Bucket=lake.artifacts, Key=key, Body=b'{"run_id": "ru')
    with pytest.raises(ReportMissing, match="not JSON"):
        lake.judge(opened)


def test_a_file_replaced_while_it_was_read_is_an_error_that_is_retried(lake):
    # Given a file that was read in place and replaced meanwhile
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1")
    lake.upload("flights/a.csv", b"other")
    # When the run is judged
    with pytest.raises(SourceChanged, match=r"1 of 1 files .*'flights/a\.csv'"):
        lake.judge(opened)
    # Then no judgement says that it may be published
    assert "runs/flights/run-1/judgement.json" not in lake.keys(lake.artifacts)


def test_a_file_deleted_while_it_was_read_is_an_error_that_is_retried(lake):
    version = lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1")
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key)
    with pytest.raises(SourceChanged):
        lake.judge(opened)


def test_a_file_that_was_read_from_its_copy_may_change(lake):
    lake.arrive("flights/a.csv")
    opened = lake.open()
    lake.upload("flights/a.csv", b"other")
    lake.inspect(opened)
    lake.plan(opened)
    lake.stage("run-1")
    assert lake.judge(opened)["decision"] == "publish"


def test_judging_starts_the_lease_anew_so_that_it_lasts_through_publishing(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1")
    lake.expire_lock()
    lake.judge(opened)
    assert lake.items("LOCK")[0]["expires_at"] > 1
    assert lake.open("run-2")["status"] == "busy"


def test_a_run_whose_files_another_run_took_over_is_not_published(lake):
    # Given a run so slow that another took its files
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.expire_lock()
    lake.open("run-2")
    # When it comes to be judged
    with pytest.raises(LeaseLost):
        lake.judge(opened)


def test_a_product_is_judged_without_source_files(lake):
    for dataset in ("flights", "airlines"):
        lake.arrive(f"{dataset}/a.csv")
        lake.publish_run(f"{dataset}-1", dataset)
    opened = lake.open("p-1", "daily")
    lake.stage("p-1", "daily", rows_in=0, rows_good=0)
    assert lake.judge(opened)["decision"] == "empty"


def _total(measure, **facts):
    history = {"within_percent": 10, "runs": 1}
    told = {"severity": "quarantine", "rows": 0, "kind": "sum", "scope": "dataset"}
    judged = {"state": "passed", "measure": measure, "decides": True, "history": history}
    return told | judged | {"rule": "total", "dimension": "accuracy"} | facts


def test_a_total_is_compared_with_that_of_the_run_published_before(lake):
    # Given a run that was published, when there was nothing to compare with
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1", rules=[_total("100")])
    assert lake.judge(opened)["decision"] == "publish"
    lake.publish("run-1")
    lake.close("run-1", "published")
    # When the next one is a fifth higher
    lake.arrive("flights/b.csv", GOOD + GOOD.splitlines(keepends=True)[-1])
    opened = lake.read_and_plan("run-2")
    lake.stage("run-2", rules=[_total("120")])
    judged = lake.judge(opened)
    # Then its batch is put aside, and the rule is named
    assert (judged["decision"], judged["rules"]) == ("quarantine", ["total"])
    assert judged["scores"] == {"accuracy": 0.0}
    closed = lake.close("run-2", "quarantined")
    assert "total (sum is 120, expected within 10 % of 100, the mean of 1 runs)" in str(closed)
    assert lake.artifact("run-2", "run.json")["decided_by"] == ["total"]


def test_a_rule_of_severity_fail_fails_the_run_by_name_and_leaves_its_judgement(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1", rules=[_total("100", severity="fail", state="failed", expected="0 to 9")])
    with pytest.raises(QualityFailed, match=r"flights: .*total \(sum is 100, expected 0 to 9\)"):
        lake.judge(opened)
    assert lake.artifact("run-1", "judgement.json")["decision"] == "fail"


def test_a_rule_that_could_not_be_judged_is_told_when_the_run_is_published(lake):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    reason = "airlines has published nothing yet"
    lake.stage("run-1", rules=[_total(None, state="not_evaluated", reason=reason)])
    assert lake.judge(opened)["decision"] == "publish"
    lake.publish("run-1")
    closed = lake.close("run-1", "published")
    assert closed["outcome"] == "published_with_warnings"
    assert f"rule total was not evaluated: {reason}" in str(closed)


def test_every_broken_rule_leaves_a_line_with_its_rows(lake, monkeypatch):
    lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    rules = [
        {"rule": "required:tailnum", "severity": "quarantine", "rows": 5},
        {"rule": "unique:flight", "severity": "quarantine", "rows": 0},
    ]
    lake.stage("run-1", rows_in=100, rows_good=95, rows_quarantined=5, score=0.95, rules=rules)
    said = []
    # One logger serves every function, each of which says other things in other ways.
    monkeypatch.setattr(
        "judge.handler.logger.info", lambda *words, extra=None: said.append((*words, extra))
    )
    lake.judge(opened)
    broken = {"rule": "required:tailnum", "severity": "quarantine", "rows": 5}
    assert [each for each in said if each[0] == "rule broken"] == [("rule broken", broken)]
