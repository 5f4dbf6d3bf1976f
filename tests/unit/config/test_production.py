"""What would be unsafe in production is refused with its reason, before it is synthesised."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import FOLDER, SettingsError, load_settings
from config.production import MINIMUM_LOG_DAYS, RULES, SAYS_SO, SOUNDS_LIKE_PRODUCTION

FILE = "config/environments/prod.yaml"
Edit = tuple[str, str]

PROD = """\
project: strata
environment: prod
production: true
account: "333333333333"
region: us-east-1
recovery_region: us-west-2
owner: data@example.com
cost_center: DP-001
retain_data: true
termination_protection: true
storage:
  raw: {noncurrent_expire_after_days: 90}
  processed: {noncurrent_expire_after_days: 7}
  curated: {}
  quarantine: {}
  artifacts: {}
  access_logs: {expire_after_days: 365}
functions:
  log_retention_days: 365
alerts:
  subscribers: [{protocol: email, endpoint: data@example.com}]
budget:
  monthly_usd: 5000
network:
  vpc_id: vpc-0123abcd
  subnets: [{id: subnet-0123abcd, availability_zone: us-east-1a}]
  egress: [{cidr: 10.0.0.0/8, why: The company}]
"""
REFUSED: dict[str, tuple[Edit, str]] = {
    "keeps-data": (
        ("retain_data: true", "retain_data: false"),
        "9: retain_data: must be true in production, because buckets, tables and keys would go "
        "with their stack (rule keeps-data): got false",
    ),
    "protects-stacks": (
        ("termination_protection: true\n", ""),
        "1: termination_protection: must be true in production, because one call would delete a "
        "stack (rule protects-stacks): got false, the default",
    ),
    "keeps-versions": (
        ("noncurrent_expire_after_days: 7", "noncurrent_expire_after_days: 6"),
        "13: storage.processed.noncurrent_expire_after_days: must be at least 7 in production, "
        "because versioning gives back what was overwritten or deleted for as long as versions "
        "are kept (rule keeps-versions): got 6",
    ),
    "tells-somebody": (
        ("[{protocol: email, endpoint: data@example.com}]", "[]"),
        "21: alerts.subscribers: must name a subscriber in production, because alarms would reach "
        "nobody (rule tells-somebody): got []",
    ),
    "has-second-region": (
        ("recovery_region: us-west-2", "recovery_region: null"),
        "6: recovery_region: must name a region in production, because the loss of the first "
        "would be the loss of the data (rule has-second-region): got null",
    ),
    "says-budget": (
        ("  monthly_usd: 5000\n", "  alert_percent: 80\n"),
        "22: budget.monthly_usd: must be written down in production, because the default is meant "
        "for a trial, and its alerts would be taken for noise (rule says-budget): "
        "got 100, the default",
    ),
    "keeps-logs": (
        ("log_retention_days: 365", "log_retention_days: 180"),
        "19: functions.log_retention_days: must be at least 365 in production, because audit logs "
        "of less than a year cannot explain what is found late (PCI DSS 10.5.1) "
        "(rule keeps-logs): got 180",
    ),
    "keeps-access-logs": (
        ("{expire_after_days: 365}", "{expire_after_days: 364}"),
        "17: storage.access_logs.expire_after_days: must be at least 365, or null, in production, "
        "because audit logs of less than a year cannot explain what is found late "
        "(PCI DSS 10.5.1) (rule keeps-access-logs): got 364",
    ),
    "closes-egress": (
        ("cidr: 10.0.0.0/8", "cidr: 0.0.0.0/0"),
        "27: network.egress[0].cidr: must be a block of /8 or narrower (/32 for IPv6) in "
        "production, because data could be sent to any address on the internet "
        "(rule closes-egress): got '0.0.0.0/0'",
    ),
}


@pytest.fixture
def prod() -> str:
    """Give the text of an environment that keeps every rule."""
    return PROD


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., list[str]]:
    """Write an environment's file; give the lines of the error in loading it."""

    def load(text: str, environment: str = "prod") -> list[str]:
        _write(tmp_path, text, environment)
        with pytest.raises(SettingsError) as raised:
            load_settings(environment, tmp_path)
        return str(raised.value).splitlines()

    return load


def _write(root: Path, text: str, environment: str) -> None:
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{environment}.yaml").write_text(text, encoding="utf-8")


def edited(text: str, edit: Edit) -> str:
    """Give the text after an edit, which must find its place once."""
    assert text.count(edit[0]) == 1, edit[0]
    return text.replace(*edit)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_each_rule_refuses_what_is_unsafe_in_one_line_with_its_reason(
    prod: str, refused: Callable[..., list[str]], rule: str
) -> None:
    edit, line = REFUSED[rule]
    assert refused(edited(prod, edit)) == [f"{FILE}:{line}"]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_outside_of_production_the_same_value_is_allowed(
    prod: str, tmp_path: Path, rule: str
) -> None:
    text = edited(prod, REFUSED[rule][0]).replace("production: true", "production: false")
    _write(tmp_path, text.replace("environment: prod", "environment: dev"), "dev")
    assert load_settings("dev", tmp_path).production is False


def test_the_values_that_the_rules_ask_for_are_accepted(prod: str, tmp_path: Path) -> None:
    _write(tmp_path, prod, "prod")
    assert load_settings("prod", tmp_path).production is True


def test_every_broken_rule_is_told_at_once(prod: str, refused: Callable[..., list[str]]) -> None:
    for edit, _ in REFUSED.values():
        prod = edited(prod, edit)
    told = refused(prod)
    assert sorted(line.split("(rule ")[1].split(")")[0] for line in told) == sorted(REFUSED)


def test_whether_an_environment_is_production_must_be_said(
    prod: str, refused: Callable[..., list[str]]
) -> None:
    (line,) = refused(edited(prod, ("production: true\n", "")))
    assert line == f"{FILE}:1: production: is required; add it"


@pytest.mark.parametrize("name", ["prod", "prd", "production", "prodeu", "prd2", "live"])
def test_an_environment_named_like_production_must_be_one(
    prod: str, refused: Callable[..., list[str]], name: str
) -> None:
    text = prod.replace("production: true", "production: false")
    (line,) = refused(text.replace("environment: prod", f"environment: {name}"), name)
    assert line == (
        f"config/environments/{name}.yaml:3: production: must be true in an environment of this "
        "name, because people take it for production, and nothing would guard it "
        f"(rule {SAYS_SO.id}): got false"
    )


@pytest.mark.parametrize("name", ["dev", "staging", "preprod", "nonprod", "local", "livetest"])
def test_other_names_are_not_taken_for_production(name: str) -> None:
    assert not SOUNDS_LIKE_PRODUCTION.fullmatch(name)


def test_an_environment_of_any_name_is_guarded_when_it_says_production(
    prod: str, refused: Callable[..., list[str]]
) -> None:
    text = edited(prod, ("retain_data: true", "retain_data: false"))
    (line,) = refused(text.replace("environment: prod", "environment: main"), "main")
    assert "(rule keeps-data)" in line


def test_access_logs_that_never_expire_are_kept_long_enough(prod: str, tmp_path: Path) -> None:
    text = edited(prod, ("{expire_after_days: 365}", "{expire_after_days: null}"))
    _write(tmp_path, text, "prod")
    loaded = load_settings("prod", tmp_path)
    assert loaded.storage.access_logs.expire_after_days is None
    assert loaded.functions.log_retention_days >= MINIMUM_LOG_DAYS


def test_ids_of_rules_are_unique() -> None:
    ids = [rule.id for rule in (*RULES, SAYS_SO)]
    assert len(set(ids)) == len(ids)
