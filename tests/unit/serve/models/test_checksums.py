"""What was published is what is served: every byte of it, and quickly where it was read before."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.errors import UsageError
from serve.models import checksums


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "version"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights" * 100)
    (folder / "config.json").write_text("{}")
    return folder


def flip(path, place=3):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@given(st.integers(0, 699), st.booleans())
def test_a_flipped_byte_is_found_wherever_it_is(tmp_path_factory, place, remembered):
    folder = tmp_path_factory.mktemp("flipped") / "version"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights" * 100)
    files, memory = checksums.describe(folder), folder.with_name("memory.json")
    if remembered:
        assert checksums.damaged(folder, files, memory) == []
    flip(folder / "model.safetensors", place)
    assert checksums.damaged(folder, files, memory) == ["model.safetensors"]


def test_a_flipped_byte_is_found_though_the_files_time_was_set_back(folder, tmp_path):
    files, memory, path = checksums.describe(folder), tmp_path / "memory.json", folder / "model.safetensors"
    assert checksums.damaged(folder, files, memory) == []
    before = path.stat()
    flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert checksums.damaged(folder, files, memory) == ["model.safetensors"]


def test_a_file_verified_within_a_day_is_not_read_again(folder, tmp_path, monkeypatch):
    files, memory, read = checksums.describe(folder), tmp_path / "memory.json", []
    assert checksums.damaged(folder, files, memory, now=lambda: 1000.0) == []
    digest = checksums.digest
    monkeypatch.setattr(checksums, "digest", lambda path: read.append(path.name) or digest(path))
    assert checksums.damaged(folder, files, memory, now=lambda: 1000.0 + checksums.BELIEVED) == []
    assert read == []
    checksums.damaged(folder, files, memory, now=lambda: 1001.0 + checksums.BELIEVED)  # a disk forgets without a trace
    assert sorted(read) == ["config.json", "model.safetensors"]


def test_a_memory_of_the_future_or_of_nonsense_is_not_believed(folder, tmp_path, monkeypatch):
    files, memory, read = checksums.describe(folder), tmp_path / "memory.json", []
    assert checksums.damaged(folder, files, memory, now=lambda: 1e6) == []
    digest = checksums.digest
    monkeypatch.setattr(checksums, "digest", lambda path: read.append(path.name) or digest(path))
    checksums.damaged(folder, files, memory, now=lambda: 0.0)
    assert len(read) == 2
    memory.write_text("half a li")
    assert checksums.damaged(folder, files, memory) == []
    assert len(read) == 4


def test_a_file_that_is_missing_is_damaged(folder, tmp_path):
    files = checksums.describe(folder)
    (folder / "config.json").unlink()
    assert checksums.damaged(folder, files, tmp_path / "memory.json") == ["config.json"]


def test_what_is_damaged_is_not_remembered_as_whole(folder, tmp_path):
    files, memory = checksums.describe(folder), tmp_path / "memory.json"
    flip(folder / "model.safetensors")
    for _ in range(2):
        assert checksums.damaged(folder, files, memory) == ["model.safetensors"]
    assert list(json.loads(memory.read_text())) == ["config.json"]


def test_a_file_whose_name_is_no_text_is_refused_before_any_work(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("")
    with pytest.raises(UsageError, match=r"the name of 'caf\\udce9.txt' is no text; rename or remove this file"):
        checksums.describe(tmp_path)
