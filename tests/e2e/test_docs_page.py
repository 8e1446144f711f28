"""/docs in a real browser, on a machine without a network: Swagger UI shows every operation and makes a link."""

import json
import re
import socket

import pytest
from support.browser import Browser
from support.no_network import no_network
from support.server import poll


@pytest.fixture
def cut_off():
    with no_network():
        with pytest.raises(OSError), socket.socket() as anywhere:
            anywhere.connect(("192.0.2.1", 80))
        yield


@pytest.fixture
def browser(cut_off):
    with Browser() as browser:
        yield browser


def test_swagger_ui_works_without_a_network(browser, server, artifacts):
    document = server.get("/openapi.json").json()
    operations = sum(len({"get", "head", "post", "put", "delete"} & set(path)) for path in document["paths"].values())

    browser.open(f"http://127.0.0.1:{server.port}/docs")
    poll(lambda: len(browser.find_all(".opblock")) == operations, f"{operations} operations on the page", every=0.1)

    browser.find(".opblock-post .opblock-summary").click()
    browser.find(".opblock-post .try-out__btn").click()
    browser.find(".opblock-post .execute").click()
    status = browser.find(".live-responses-table tbody .response-col_status")
    poll(lambda: status.text().strip(), "an answer", every=0.05)
    browser.screenshot(artifacts / "docs.png")
    assert status.text().split()[0] == "200", browser.find(".live-responses-table").text()

    shown = browser.find(".live-responses-table").text()
    link = json.loads(re.search(r"\{[^{}]*short_code[^{}]*\}", shown).group())
    answer = server.get(f"/{link['short_code']}")
    assert answer.status == 302 and answer.header("location") == link["long_url"]

    complaints = [entry for entry in browser.console() if entry["level"] in ("WARNING", "SEVERE")]
    assert not complaints, complaints
