"""Workflows: pinned actions, few rights, no stored keys, and steps that run anywhere."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FILES = [*WORKFLOWS, *sorted((ROOT / ".github/actions").rglob("action.yml"))]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")
STORED_KEYS = re.compile(r"aws[-_](access[-_]key|secret|session[-_]token)|secrets\.", re.IGNORECASE)
OIDC = ROOT / "examples/github_oidc/template.yaml"


def workflow(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())


def jobs():
    for file in WORKFLOWS:
        for name, job in yaml.safe_load(file.read_text())["jobs"].items():
            yield pytest.param(job, id=f"{file.stem}-{name}")


def steps():
    for file in FILES:
        content = yaml.safe_load(file.read_text())
        parts = content["jobs"].values() if "jobs" in content else [content["runs"]]
        yield from (
            pytest.param(step, id=f"{file.stem}-{part.get('name', '')}-{at}")
            for part in parts
            for at, step in enumerate(part.get("steps", []))
        )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it(file):
    used = [line.strip().removeprefix("- ") for line in file.read_text().splitlines()]
    used = [line for line in used if line.startswith("uses:") and not line.startswith("uses: ./")]
    assert [line for line in used if not PINNED.match(line)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_workflow_knows_a_stored_key(file):
    assert STORED_KEYS.findall(file.read_text()) == []


@pytest.mark.parametrize("step", list(steps()))
def test_every_step_that_runs_something_is_a_make_target(step):
    if "run" in step:
        word, target = step["run"].split(" ")
        assert word == "make"
        assert target in TARGETS, "and nothing behind it: what it is told comes by `env`"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_has_no_rights_but_those_of_its_jobs(file):
    content = yaml.safe_load(file.read_text())
    assert content["permissions"] == {}
    called = "workflow_call" in (content.get("on") or content[True])
    groups = [
        content.get("concurrency"),
        *(job.get("concurrency") for job in content["jobs"].values()),
    ]
    assert any(groups), "without a group, two runs meet"
    assert called or content["concurrency"]


@pytest.mark.parametrize("job", list(jobs()))
def test_a_job_names_its_rights_and_writes_only_what_it_must(job):
    rights = job["permissions"]
    written = {name for name, level in rights.items() if level == "write"}
    assert written <= {"id-token", "pull-requests"}
    if "pull-requests" in written:
        assert all("run" not in step for step in job["steps"]), "it would run code that can write"
        assert "checkout" not in str(job["steps"])


def test_the_same_assembly_goes_through_every_environment_one_after_the_other():
    stages = workflow("promote")["jobs"]
    assert [name for name, job in stages.items() if "steps" in job] == ["assemble"]
    digests = {job["with"]["digest"] for name, job in stages.items() if name != "assemble"}
    assert digests == {"${{ needs.assemble.outputs.digest }}"}
    assert stages["dev"]["needs"] == "assemble"
    assert "dev" in stages["staging"]["needs"]
    assert "staging" in stages["prod"]["needs"]


def test_a_deployment_verifies_the_assembly_before_it_has_any_credentials():
    job = workflow("deploy")["jobs"]["deploy"]
    told = [step.get("run") or step["uses"] for step in job["steps"]]
    verified = next(at for at, text in enumerate(told) if "verify-assembly" in text)
    trusted = next(at for at, text in enumerate(told) if "configure-aws-credentials" in text)
    deployed = [at for at, text in enumerate(told) if text in ("make deploy", "make rollback")]
    assert verified < trusted < min(deployed)
    assert len(deployed) == 2
    assert job["environment"] == "${{ inputs.environment }}"


def test_credentials_last_as_long_as_a_deployment_may_take():
    job = workflow("deploy")["jobs"]["deploy"]
    (trusted,) = [one["with"] for one in job["steps"] if "configure-aws" in one.get("uses", "")]
    role = re.search(r"MaxSessionDuration: (\d+)", OIDC.read_text())
    assert trusted["role-duration-seconds"] == job["timeout-minutes"] * 60
    assert role is not None
    assert int(role[1]) == trusted["role-duration-seconds"]


def test_a_deployment_that_runs_is_never_broken_off_and_has_its_environment_for_itself():
    job = workflow("deploy")["jobs"]["deploy"]
    groups = [workflow(name)["concurrency"] for name in ("promote", "rollback")]
    assert all(one["cancel-in-progress"] is False for one in (*groups, job["concurrency"]))
    assert job["concurrency"]["group"] == "deploy-${{ inputs.environment }}"


def test_no_deployment_that_waits_for_an_environment_is_replaced_by_one_of_another_kind():
    """GitHub lets one wait in a group, and a newer one takes its place.

    One promotion and one rollback of an environment go on at a time. So where one has the
    environment, only the other can wait for it.
    """
    assert workflow("promote")["concurrency"]["group"] == "promote"
    assert workflow("rollback")["concurrency"]["group"] == "rollback-${{ inputs.environment }}"
    callers = [
        file.stem
        for file in WORKFLOWS
        if any("deploy.yml" in job.get("uses", "") for job in workflow(file.stem)["jobs"].values())
    ]
    assert callers == ["promote", "rollback"]


def test_going_back_is_asked_of_the_environments_own_history():
    (job,) = workflow("rollback")["jobs"].values()
    assert job["with"]["rollback"] is True
    stages = workflow("promote")["jobs"].values()
    assert not any("rollback" in stage.get("with", {}) for stage in stages)
    steps = {one.get("run"): one.get("if") for one in workflow("deploy")["jobs"]["deploy"]["steps"]}
    assert steps["make rollback"] == "${{ inputs.rollback }}"
    assert steps["make deploy"] == "${{ !inputs.rollback }}"
