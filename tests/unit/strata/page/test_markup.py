"""What comes from data cannot become markup."""

import pytest

from strata.page.markup import el, join, trusted, visible


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    assert el("p", "a < b & c", el("b", ">")) == "<p>a &lt; b &amp; c<b>&gt;</b></p>"


def test_an_attribute_cannot_end_itself() -> None:
    assert el("a", title='" onclick="x') == '<a title="&quot; onclick=&quot;x"></a>'


def test_names_of_attributes_follow_html() -> None:
    assert el("p", class_="a", data_label="b", hidden=True, id=None) == (
        '<p class="a" data-label="b" hidden></p>'
    )


@pytest.mark.parametrize("hidden", ["\u202e", "\x00", "\u200b", "\x1b"])
def test_a_character_that_hides_or_reorders_others_is_spelled_out(hidden: str) -> None:
    assert visible(f"a{hidden}b") == f"a\\u{ord(hidden):04x}b"
    assert hidden not in el("p", hidden, title=hidden)


def test_line_breaks_and_tabs_of_a_record_stay() -> None:
    assert visible("a\tb\nc") == "a\tb\nc"


def test_only_what_is_trusted_is_taken_as_html() -> None:
    assert join("<i>", trusted("<i>"), None, 3) == "&lt;i&gt;<i>3"
