"""The console's page and its files, without a browser."""

import asyncio
import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from authflow.emulator import Emulator, running
from authflow.emulator._transports.control.console import FILES, FOLDER
from authflow.emulator._transports.http import make_application

PATH = "/_authflow/console"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(lambda _: Emulator()) as url:
        yield url


def read(url: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def test_the_page_may_load_its_own_files_only(url: str) -> None:
    status, headers, page = read(url, PATH)
    assert (status, headers.get_content_type()) == (200, "text/html")
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) <= {"'self'", "'none'", "'script'"}
    assert headers["cache-control"] == "no-store"
    page = re.sub(r"<metadata>.*?</metadata>", "", page, flags=re.DOTALL)  # the text that the diagram is drawn from
    assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]+src=)", page)
    linked = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert linked
    assert {path.removeprefix(f"{PATH}/") for path in linked} <= FILES


def test_the_page_holds_the_diagram(url: str) -> None:
    page = read(url, PATH)[2]
    assert page == read(url, f"{PATH}/")[2]
    assert 'id="node-sms_mfa"' in page
    assert "<!-- diagram -->" not in page


@pytest.mark.parametrize("name", sorted(FILES))
def test_its_files(url: str, name: str) -> None:
    status, headers, text = read(url, f"{PATH}/{name}")
    assert (status, text) == (200, (FOLDER / name).read_text("utf-8"))
    media = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    assert headers.get_content_type() == media[name.rpartition(".")[2]]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["__init__.py", "index.html", "nothing.js", "..%2Fguard.py", "%2E%2E/guard.py"])
def test_nothing_else_is_served(url: str, name: str) -> None:
    assert read(url, f"{PATH}/{name}")[0] == 404


def test_scripts_never_make_markup_of_texts() -> None:
    scripts = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js"))
    assert "textContent" in scripts
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|https?://(?!www\.w3\.org)", scripts
    )


@pytest.mark.parametrize(
    ("token", "path", "status"),
    [
        (None, PATH, 403),
        ("s3cret", PATH, 200),
        ("s3cret", f"{PATH}/console.js", 200),
        ("s3cret", f"{PATH}s", 403),
        ("s3cret", "/_authflow/pools", 403),
    ],
)
def test_from_another_machine_the_page_alone_can_be_opened_if_there_is_a_token(
    token: str | None, path: str, status: int
) -> None:
    async def ask() -> list[int]:
        transport = httpx.ASGITransport(make_application(Emulator(), token), client=("10.0.0.2", 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://emulator.example") as client:
            opened, changed = await client.get(path), await client.post(path, json={})
            read = await client.get("/_authflow/pools", headers={"Authorization": f"Bearer {token}"})
            return [opened.status_code, changed.status_code, read.status_code]

    assert asyncio.run(ask()) == [status, 403, 200 if token else 403]
