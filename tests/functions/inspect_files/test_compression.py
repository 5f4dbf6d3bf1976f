import gzip
import tracemalloc

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_files.compression import DamagedError, compression_of, decompress
from inspect_files.content import HEAD_BYTES, peek, read_content

TEXT = b"year,month,carrier\n" + b"2013,1,UA\n" * 5000
PACKED = {"gzip": gzip.compress(TEXT), "zstd": zstd.compress(TEXT)}


def _cut(body, size):
    return [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_compressed_bytes_come_out_plain_however_they_are_cut(kind, size):
    assert compression_of(PACKED[kind]) == kind
    assert b"".join(decompress(_cut(PACKED[kind], size), kind)) == TEXT


@pytest.mark.parametrize("kind", PACKED)
def test_members_one_after_the_other_are_one_stream(kind):
    assert b"".join(decompress([PACKED[kind] * 3], kind)) == TEXT * 3


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("left_out", [1, 8, 30])
def test_a_stream_that_was_cut_off_is_damaged(kind, left_out):
    with pytest.raises(DamagedError, match="ends early"):
        list(decompress([PACKED[kind][:-left_out]], kind))


@pytest.mark.parametrize("kind", PACKED)
def test_a_stream_with_something_else_behind_it_is_damaged(kind):
    with pytest.raises(DamagedError, match="damaged"):
        list(decompress([PACKED[kind] + b"and more"], kind))


def test_a_wrong_check_sum_is_damage():
    body = bytearray(PACKED["gzip"])
    body[-5] ^= 1
    with pytest.raises(DamagedError, match="damaged"):
        list(decompress([bytes(body)], "gzip"))


@pytest.mark.parametrize("kind", PACKED)
def test_a_content_is_judged_by_its_plain_bytes_and_known_by_its_stored_ones(kind):
    content = read_content(_cut(PACKED[kind], 100))
    assert (content.compression, content.plain_size) == (kind, len(TEXT))
    assert content.size == len(PACKED[kind])
    assert content.head == TEXT
    assert content.checksum == read_content([PACKED[kind]]).checksum
    assert content.damage is None


@pytest.mark.parametrize("kind", PACKED)
def test_a_damaged_content_has_its_checksum_all_the_same(kind):
    body = PACKED[kind][:-10]
    content = read_content(_cut(body, 64))
    assert "ends early" in content.damage
    assert content.size == len(body)


@pytest.mark.parametrize("make", [gzip.compress, zstd.compress])
def test_a_few_bytes_that_stand_for_very_many_never_fill_the_memory(make, monkeypatch):
    body = make(bytes(300 * 1024 * 1024))
    monkeypatch.setattr("inspect_files.content.VERIFIED_BYTES", 100 * 1024 * 1024)
    tracemalloc.start()
    content = read_content([body])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024
    assert (content.plain_size, content.damage) == (None, None)


@pytest.mark.parametrize(("kind", "make"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_the_beginning_of_a_giant_tells_what_it_is(kind, make):
    rows = "".join(f"2013,{number * number % 9973},UA\n" for number in range(100_000))
    start = make(TEXT + rows.encode())[:100_000]
    content = peek(start, 10**12, "checksum", b"end")
    assert content.head.startswith(b"year,month,carrier\n2013")
    assert (content.compression, content.damage, content.is_whole) == (kind, None, False)
    assert (content.size, content.tail, content.is_hashed) == (10**12, b"end", False)


def test_the_end_of_a_file_is_kept_too():
    body = b"a" * (3 * HEAD_BYTES) + b"the end"
    assert read_content(_cut(body, HEAD_BYTES // 3)).tail == body[-HEAD_BYTES:]
    assert read_content([b"short"]).tail == b"short"


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "zstd"]))
def test_whatever_the_bytes_are_the_content_is_told_or_the_damage(body, kind):
    magic = {"": b"", "gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}[kind]
    content = read_content([magic + body])
    assert content.size == len(magic + body)
    assert content.damage is not None or content.plain_size is not None
