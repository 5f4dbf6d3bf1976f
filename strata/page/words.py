"""Numbers, times and names as people read them."""

from datetime import datetime

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def count(number: float | None) -> str:
    """Give a whole number with separators; a dash where there is none."""
    return "–" if number is None else f"{number:,.0f}"


def plural(number: int, word: str, many: str | None = None) -> str:
    """Give a number with its word: `1 file`, `2 files`."""
    return f"{number:,} {word if number == 1 else many or word + 's'}"


def seconds(value: float) -> str:
    """Give a duration: `0.4 s`, `31 s`, `2 min 05 s`."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 90:
        return f"{value:.0f} s"
    whole = round(value)
    return f"{whole // 60} min {whole % 60:02d} s"


def size(number: int | None) -> str:
    """Give a size in bytes: `20 bytes`, `31.1 MB`."""
    value, power = float(number or 0), 0
    while value >= 1000 and power < len(_UNITS) - 1:
        value, power = value / 1000, power + 1
    return f"{value:.0f} {_UNITS[0]}" if power == 0 else f"{value:.1f} {_UNITS[power]}"


def share(value: float | None) -> str:
    """Give a share of one in per cent; only a whole is 100 %."""
    if value is None:
        return "–"
    if 0.9995 <= value < 1:
        return "> 99.9 %"
    return f"{value:.1%}".replace("%", " %").replace(".0 %", " %")


def compact(value: float) -> str:
    """Give a number in few characters for the axis of a chart: `58.9k`, `0.77`."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if unit == 'k' else limit):.1f}".removesuffix(".0") + unit
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def clock(moment: datetime) -> str:
    """Give the time of day in UTC."""
    return f"{moment:%H:%M:%S}"


def spoken(identifier: str) -> str:
    """Give an identifier as words: `published_with_warnings` is `published with warnings`."""
    return identifier.replace("_", " ")


def short(text: str, limit: int) -> str:
    """Give text cut to `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def fitted(text: str, room: float) -> str:
    """Give text that is at most `room` wide in a chart, cut in the middle.

    Names often differ only at their ends, so both ends stay.
    """
    if _width(text) <= room:
        return text
    kept = len(text) - 1
    while kept > 2 and _width(_without_middle(text, kept)) > room:
        kept -= 1
    return _without_middle(text, kept)


def _without_middle(text: str, kept: int) -> str:
    head = -(-kept // 2)
    return f"{text[:head].rstrip()}…{text[head - kept :].lstrip()}"


def _width(text: str) -> float:
    """Estimate a width in units of a chart, by the widest of the usual fonts."""
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if letter in "fijlrtIJ .,:;'!|-":
        return 4.2
    if letter in "mwMW@%…":
        return 10.5
    return 8.4 if letter.isupper() else 7.1
