"""The limit on POST /shorten: who a client is, what counts, what a refusal says."""

import time

import pytest
from support import http_client

TARGET = "https://example.com/"


@pytest.fixture
def limited(make_server):
    """Starts a server that lets three requests a minute through."""
    return lambda **env: make_server({"RATE_LIMIT_PER_MINUTE": "3"} | env).start()


def statuses(server, count: int, headers=None, **connection) -> list[int]:
    return [server.shorten(TARGET, headers=headers, **connection).status for _ in range(count)]


def test_a_refusal_is_429_and_says_when_to_come_back(limited):
    server = limited()
    first = server.shorten(TARGET)
    assert first.status == 200
    assert first.header("ratelimit-limit") == "3" and first.header("ratelimit-remaining") == "2"
    assert statuses(server, 2) == [200, 200]
    refused = server.shorten(TARGET)
    assert refused.status == 429
    assert refused.header("content-type") == "application/problem+json"
    assert refused.json()["detail"] == "too many requests"
    assert 1 <= int(refused.header("retry-after")) <= 60
    assert refused.header("ratelimit-limit") == "3" and refused.header("ratelimit-remaining") == "0"
    assert 1 <= int(refused.header("ratelimit-reset")) <= 60


def test_the_window_slides_and_a_refused_request_is_not_in_it(limited):
    server = limited()
    begin = time.monotonic()
    assert statuses(server, 3) == [200, 200, 200]
    while time.monotonic() - begin < 2.5:  # pushing all the time does not push the end of the wait away
        refused = server.shorten(TARGET)
        assert refused.status == 429
        elapsed = time.monotonic() - begin
        assert 60 - elapsed - 1 <= int(refused.header("retry-after")) <= 60 - elapsed + 2


def test_the_limit_is_checked_before_the_body_is_parsed(limited):
    server = limited()
    bad = lambda: http_client.request(server.port, "POST", "/shorten", body="{").status  # noqa: E731
    assert [bad(), bad(), bad()] == [422] * 3
    assert bad() == 429


def test_other_requests_are_not_limited(limited):
    server = limited()
    code = server.create(TARGET)
    assert statuses(server, 4) == [200, 200, 429, 429]
    assert {server.get(f"/{code}").status for _ in range(20)} == {302}
    assert {server.get(f"/analytics/{code}").status for _ in range(20)} == {200}


@pytest.mark.parametrize("target", ["//shorten", "/%73horten", "/shorten/", "/SHORTEN", "/shorten?x=1", "/./shorten"])
def test_no_other_spelling_gets_round_the_limit(limited, target):
    server = limited()
    assert statuses(server, 3) == [200, 200, 200]
    answer = http_client.request(server.port, "POST", target, body={"url": TARGET})
    assert answer.status in (404, 405, 429), "a link was made past the limit"


def test_clients_have_a_window_each(limited):
    server = limited()
    assert statuses(server, 4) == [200, 200, 200, 429]
    assert statuses(server, 4, source="127.0.0.2") == [200, 200, 200, 429]


def test_both_io_threads_share_one_window(limited):
    server = limited(THREADS="2")
    assert sorted(statuses(server, 12)) == [200] * 3 + [429] * 9


def test_a_stranger_cannot_choose_who_it_is(limited):
    server = limited(TRUSTED_PROXIES="10.0.0.0/8")
    answers = [status for number in range(4) for status in statuses(server, 1, {"X-Forwarded-For": f"203.0.113.{number}"})]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("headers", [
    [{"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "198.51.100.9, 203.0.113.1"},
     {"X-Forwarded-For": "203.0.113.1, 127.0.0.9"}, {"X-Forwarded-For": "evil, 203.0.113.1 , 127.0.0.1"}],
    [{"X-Forwarded-For": "2001:db8:1:2::1"}, {"X-Forwarded-For": "2001:db8:1:2:ffff::9"},
     {"X-Forwarded-For": "2001:DB8:1:2:0:0:0:1"}, {"X-Forwarded-For": "2001:db8:1:2:3:4:5:6, 127.0.0.7"}],
    [{"Forwarded": "for=203.0.113.1"}, {"Forwarded": 'for=198.51.100.9, for="203.0.113.1:4711";proto=https'},
     {"Forwarded": "For=203.0.113.1, for=127.0.0.9"}, {"Forwarded": "for=203.0.113.1;by=10.0.0.1"}],
    [{"Forwarded": 'for="[2001:db8:1:2::1]:80"'}, {"Forwarded": 'for="[2001:db8:1:2::2]"'},
     {"Forwarded": 'for=unknown, for="[2001:db8:1:2::3]"'}, {"Forwarded": 'for="[2001:db8:1:2:9::]"'}]])
def test_behind_a_trusted_proxy_the_client_is_the_last_stranger(limited, headers):
    server = limited(TRUSTED_PROXIES="127.0.0.0/8")
    answers = [status for one in headers for status in statuses(server, 1, one)]
    assert answers == [200, 200, 200, 429], "four requests of one client"
    for name, other in (("X-Forwarded-For", "2001:db8:1:3::1"), ("Forwarded", "for=203.0.113.77")):
        assert statuses(server, 1, {name: other}) == [200], "another client"


def test_zero_turns_the_limit_off(make_server):
    server = make_server({"RATE_LIMIT_PER_MINUTE": "0"}).start()
    assert statuses(server, 100) == [200] * 100
    assert server.shorten(TARGET).header("ratelimit-limit") is None
