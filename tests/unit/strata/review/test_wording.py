"""A review as text, as Markdown and as JSON."""

from strata.review import Point, Topic, Weight
from strata.review.comment import MARK, Parts, comment
from strata.review.policy import Findings
from strata.review.report import Told
from strata.review.wording import as_json, as_markdown, as_text

LOSS = Told("Storage", Point(Topic.REMOVED, "DATA LOSS: bucket", Weight.LOSS), ("prod",), False)
NOTE = Told("Catalog", Point(Topic.CHANGED, "a note"), ("dev", "prod"), True)


def test_a_terminal_shows_what_is_lost_first_and_the_sum_last():
    lines = as_text([LOSS, NOTE]).splitlines()
    assert lines[0] == "DATA LOSS:"
    assert "  Catalog (every environment): a note" in lines
    assert lines[-1] == "1 × DATA LOSS, 1 × For the record."


def test_markdown_folds_what_is_for_the_record_only():
    text = as_markdown([LOSS, NOTE])
    assert text.index("DATA LOSS: bucket") < text.index("<details>") < text.index("a note")


def test_what_a_template_says_is_not_read_as_markdown_nor_as_a_mention():
    point = Point(Topic.CHANGED, "was `x` <b> @team [a](b) *c*")
    text = as_markdown([Told("S", point, ("dev",), False)])
    assert "\\`x\\` &lt;b&gt; &#64;team \\[a\\](b) \\*c\\*" in text


def test_a_long_review_is_cut_where_it_matters_least_and_says_so():
    notes = [
        Told("S", Point(Topic.CHANGED, f"{at} " + "x" * 100), ("dev",), False) for at in range(50)
    ]
    text = as_markdown([LOSS, *notes], most=1000)
    assert "DATA LOSS: bucket" in text
    assert "more points** are left out here" in text
    assert len(text) < 1500


def test_json_says_whether_data_is_lost():
    assert as_json([LOSS])["data_loss"] is True
    assert as_json([NOTE]) == {
        "data_loss": False,
        "points": [
            {
                "weight": "for the record",
                "topic": "changed",
                "stack": "Catalog",
                "environments": ["dev", "prod"],
                "text": "a note",
            }
        ],
    }


def parts(**changes):
    findings = [Findings("dev", ()), Findings("prod", ("R1: S/Raw: why",)), Findings("local", None)]
    given = {"base": "main", "told": [LOSS], "contracts": "No contract changed."}
    return Parts(**given | {"findings": findings} | changes)


def test_the_comment_can_be_found_again_and_answers_at_a_glance():
    lines = comment(parts(check="failure")).splitlines()
    assert lines[0] == MARK
    assert "| **checks** | FAILED |" in lines
    assert "| **templates** | 1 × DATA LOSS. |" in lines
    assert "| **policy** | 1 open in prod; not synthesised: local |" in lines
    assert "| **cost** | not calculated |" in lines


def test_the_comment_shows_findings_contracts_and_cost_where_there_are_any():
    text = comment(parts(contracts="flights\n  BREAKING\n1 breaking.", cost="+ 3 USD"))
    assert "R1: S/Raw: why" in text
    assert "| **contracts** | 1 breaking. |" in text
    assert "~~~text\nflights" in text
    assert "## Cost\n\n+ 3 USD" in text


def test_the_longest_comment_fits_into_what_github_takes():
    many = [
        Told("S", Point(Topic.CHANGED, f"{at} " + "x" * 150), ("dev",), False) for at in range(2000)
    ]
    open_ones = [
        Findings(name, tuple(f"R1: S/Raw{at}: why" for at in range(2000)))
        for name in ("dev", "prod")
    ]
    whole = parts(told=many, contracts="line\n" * 5000, findings=open_ones, cost="+ 3 USD\n" * 5000)
    text = comment(whole)
    assert len(text) < 65_536
    assert text.endswith("**The rest is left out here.**\n")
