"""Numbers and times as people read them."""

import pytest

from strata.page import words


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (31.4, "31 s"), (125, "2 min 05 s")],
)
def test_a_duration_has_as_many_digits_as_matter(value: float, said: str) -> None:
    assert words.seconds(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.0, "100 %"), (0.99999, "> 99.9 %"), (0.9756, "97.6 %"), (0.95, "95 %"), (None, "–")],
)
def test_a_share_is_a_whole_only_if_nothing_is_missing(value: float | None, said: str) -> None:
    assert words.share(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(336_976, "337k"), (58_865, "58.9k"), (1003.8, "1,004"), (0.774, "0.774"), (2e6, "2M")],
)
def test_a_number_on_an_axis_is_short(value: float, said: str) -> None:
    assert words.compact(value) == said


@pytest.mark.parametrize(("value", "said"), [(0, "0 bytes"), (31_053_850, "31.1 MB")])
def test_a_size_is_in_the_unit_that_fits(value: int, said: str) -> None:
    assert words.size(value) == said


def test_names_that_differ_only_at_their_ends_stay_different_when_they_are_cut() -> None:
    names = ("MCDONNELL DOUGLAS AIRCRAFT CO", "MCDONNELL DOUGLAS CORPORATION")
    cut = [words.fitted(name, 144) for name in names]
    assert cut[0] != cut[1]
    assert all("…" in name and len(name) < 20 for name in cut)


def test_capitals_take_more_room_than_small_letters() -> None:
    assert words.fitted("Gulfstream Aerospace", 144) == "Gulfstream Aerospace"
    assert "…" in words.fitted("GULFSTREAM AEROSPACE", 144)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "AÉ…Z" * 40])
def test_any_text_can_be_fitted(text: str) -> None:
    assert len(words.fitted(text, 20)) <= max(len(text), 3)
