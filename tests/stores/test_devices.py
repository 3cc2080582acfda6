"""Device stores: the same behaviour of every store, and files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from authflow import Device, DeviceStore, FileDeviceStore, InvalidInput, Refusal, SnapshotError
from tests.support.replies import SESSION, password_verifier
from tests.support.stores import IN_REDIS, device_store

DEVICE = Device("eu-west-1_0a1b", "-group", "the secret")
PROPOSED = {"DeviceKey": "eu-west-1_new", "DeviceGroupKey": "-group"}
FORGOTTEN = Refusal("ResourceNotFoundException", "Device does not exist.")
BROWSER = "browser-1"
VERIFIER = password_verifier("ada") | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": SESSION}


@pytest.fixture(params=["memory", "async memory", "file", *IN_REDIS])
def store(request: pytest.FixtureRequest) -> Iterator[DeviceStore]:
    with device_store(request.param, request) as made:
        yield made


def test_a_store_keeps_devices_by_holder_and_username(store: DeviceStore) -> None:
    other = Device("eu-west-1_9", "-group", "another")
    store.put(BROWSER, "ada", DEVICE)
    store.put("browser-2", "ada", other)
    assert store.get(BROWSER, "ada") == DEVICE
    assert store.get("browser-2", "ada") == other
    assert store.get(BROWSER, "grace") is None
    store.put(BROWSER, "ada", other)
    assert store.get(BROWSER, "ada") == other
    store.drop(BROWSER, "ada")
    store.drop(BROWSER, "ada")
    assert store.get(BROWSER, "ada") is None
    assert store.get("browser-2", "ada") == other


def test_a_store_finds_a_device_by_the_entered_username(store: DeviceStore) -> None:
    store.put(BROWSER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert store.get(BROWSER, "ada@example.com") == store.get(BROWSER, "ada-sub") == DEVICE
    assert store.get("browser-2", "ada@example.com") is None
    store.drop(BROWSER, "ada@example.com")
    assert store.get(BROWSER, "ada-sub") is None


def test_an_entered_username_that_is_the_username_of_another_person_finds_that_persons_device(
    store: DeviceStore,
) -> None:
    other = Device("eu-west-1_9", "-group", "another")
    store.put(BROWSER, "ada", DEVICE, entered_username="neo")
    store.put(BROWSER, "neo", other)
    assert store.get(BROWSER, "neo") == other
    store.drop(BROWSER, "neo")
    assert store.get(BROWSER, "ada") == DEVICE


def test_holder_and_username_can_not_be_confused(store: DeviceStore) -> None:
    store.put("a", "b/../c", DEVICE)
    assert store.get("a", "b/../c") == DEVICE
    assert store.get("ab", "/../c") is None
    store.put('a", "b', "c", DEVICE)
    assert store.get("a", 'b", "c') is None


def test_files_are_private_and_survive_the_process(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "devices"
    FileDeviceStore(directory).put(BROWSER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert FileDeviceStore(str(directory)).get(BROWSER, "ada@example.com") == DEVICE
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    files = list(directory.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not any("ada" in file.name or BROWSER in file.name for file in files)


def test_a_file_is_replaced_atomically(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileDeviceStore(tmp_path)
    store.put(BROWSER, "ada", DEVICE)

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        store.put(BROWSER, "ada", Device("eu-west-1_9", "-group", "another"))
    assert store.get(BROWSER, "ada") == DEVICE
    assert len(list(tmp_path.iterdir())) == 1, "no temporary file is left"


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"key": 5, "group_key": "g", "secret": "s"}', "{"])
def test_a_file_that_does_not_contain_a_device(tmp_path: Path, content: str) -> None:
    store = FileDeviceStore(tmp_path)
    store.put(BROWSER, "ada", DEVICE)
    [file] = tmp_path.iterdir()
    file.write_text(content)
    with pytest.raises(SnapshotError) as caught:
        store.get(BROWSER, "ada")
    assert caught.value.code == "malformed"
    assert DEVICE.secret.reveal() not in str(caught.value)


def test_files_are_private_with_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FileDeviceStore(tmp_path / "d").put(BROWSER, "ada", DEVICE)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "d").iterdir()} == {0o600}


def test_a_store_refuses_a_username_as_the_holder(store: DeviceStore) -> None:
    for holder in ("ada-sub", "Ada@example.com"):
        with pytest.raises(InvalidInput, match="every browser would share the device"):
            store.put(holder, "ada-sub", DEVICE, entered_username="ada@example.com")
        assert store.get(holder, "ada-sub") is None
