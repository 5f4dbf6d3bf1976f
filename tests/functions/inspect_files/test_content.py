import hashlib
import tracemalloc

from inspect_files.content import HEAD_BYTES, read_content

MIB = 1024 * 1024


def test_a_files_checksum_is_that_of_all_its_bytes_however_they_are_cut():
    content = read_content([b"abc", b"", b"def"])
    assert content.checksum == hashlib.sha256(b"abcdef").hexdigest()
    assert (content.size, content.head, content.is_whole) == (6, b"abcdef", True)


def test_of_a_large_file_only_the_beginning_is_kept():
    content = read_content([b"x" * (HEAD_BYTES - 1), b"yz" * 100])
    assert content.head == b"x" * (HEAD_BYTES - 1) + b"y"
    assert content.size == HEAD_BYTES + 199
    assert not content.is_whole


def test_a_file_is_streamed_and_never_held_in_memory():
    # Given a file of 200 MiB that is made while it is read
    chunks = (bytes(MIB) for _ in range(200))
    # When it is read
    tracemalloc.start()
    content = read_content(chunks)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Then all of it was seen, and at no time more than a few MiB were held
    assert content.size == 200 * MIB
    assert peak < 8 * MIB


def test_a_file_without_bytes_has_a_checksum_too():
    assert read_content([]).checksum == hashlib.sha256(b"").hexdigest()
