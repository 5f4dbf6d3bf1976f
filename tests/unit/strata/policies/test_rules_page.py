"""Each rule has its place on the page that its messages link to."""

import re

from data_lake.policy import RULES
from data_lake.policy.rule import PAGE
from strata.paths import ROOT
from strata.policies import rules_page


def test_the_committed_page_is_the_one_that_the_rules_give() -> None:
    assert rules_page.FILE.read_text() == rules_page.page(), "renew it: make docs"


def test_every_rule_has_one_heading_and_every_heading_a_rule() -> None:
    headings = re.findall(r"^## (.+)$", rules_page.FILE.read_text(), re.MULTILINE)
    assert headings == [rule.id for rule in RULES]
    assert len(set(headings)) == len(headings)


def test_a_message_links_to_the_heading_of_its_rule() -> None:
    assert rules_page.FILE == ROOT / PAGE
    for rule in RULES:
        assert rule.link == f"{PAGE}#{rule.id.lower()}"
        assert f"(#{rule.id.lower()})" in rules_page.page()
