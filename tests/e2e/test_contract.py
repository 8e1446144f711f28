"""The HTTP contract over real sockets: every row of the endpoint table and of the error table."""

import concurrent.futures
import contextlib
import fcntl
import json
import re
import sqlite3
import statistics
import time

import pytest
from support import http_client
from support.http_client import Connection
from support.server import SOURCE, Home, Server, poll

RANDOM_CODE = re.compile(r"[abcdefghjkmnpqrstuvwxyz23456789]{6}")
RESERVED_WORDS = ["api", "admin", "login", "dashboard", "assets", "static", "redoc", "metrics", "health"]
TARGET = "https://example.com/some/page?x=1#part"


@pytest.fixture(scope="module")
def service():
    """One server for the tests that only ask it questions."""
    home = Home()
    server = Server(home)
    try:
        yield server.start()
        server.terminate()
    finally:
        server.cleanup()
        home.remove()


def assert_problem(answer, status: int, detail: str):
    assert answer.status == status, answer
    assert answer.header("content-type") == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"] == detail
    assert isinstance(problem["type"], str) and isinstance(problem["title"], str) and problem["title"]
    assert answer.header("x-content-type-options") == "nosniff"


# ---- endpoints ------------------------------------------------------------------------------------------


def test_shorten_answers_the_code_and_both_urls(service):
    answer = service.shorten(TARGET)
    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    link = answer.json()
    assert set(link) == {"short_code", "long_url", "short_url"}
    assert RANDOM_CODE.fullmatch(link["short_code"])
    assert link["long_url"] == TARGET
    assert link["short_url"] == f"http://127.0.0.1:{service.port}/{link['short_code']}"


def test_a_redirect_is_a_bare_302(service):
    code = service.create(TARGET)
    answer = service.get(f"/{code}")
    assert answer.status == 302
    assert answer.header("location") == TARGET
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("content-length") == "0"
    assert answer.body == b""


def test_head_says_the_same_and_counts_nothing(service):
    code = service.create(TARGET)
    with Connection(service.port) as connection:
        got = connection.request("GET", f"/{code}")
        head = connection.request("HEAD", f"/{code}")
        undated = [[field for field in answer.headers if field[0] != "date"] for answer in (got, head)]
        assert head.status == 302 and undated[0] == undated[1]
        for _ in range(5):
            assert connection.request("HEAD", f"/{code}").status == 302
        assert connection.request("GET", f"/{code}").status == 302
    poll(lambda: service.clicks(code) == 2, "two clicks")
    last = service.create(TARGET)  # whatever was recorded before this one's click is applied before it
    service.get(f"/{last}")
    poll(lambda: service.clicks(last) == 1, "one click")
    assert service.clicks(code) == 2


def test_analytics_answers_the_clicks(service):
    code = service.create(TARGET)
    answer = service.get(f"/analytics/{code}")
    assert answer.status == 200
    assert answer.json() == {"short_code": code, "clicks": 0}
    for _ in range(3):
        service.get(f"/{code}")
    poll(lambda: service.clicks(code) == 3, "three clicks")


def test_analytics_trails_by_at_most_200_ms_when_idle(service):
    code = service.create(TARGET)
    delays = []
    for count in range(1, 8):
        assert service.get(f"/{code}").status == 302
        clicked = time.monotonic()
        poll(lambda count=count: service.clicks(code) == count, "the click", every=0.002)
        delays.append(time.monotonic() - clicked)
    assert statistics.median(delays) <= 0.2, delays


def test_the_root_says_who_it_is(service):
    answer = service.get("/")
    assert answer.status == 200
    root = answer.json()
    assert root["service"] == "urltrim" and root["docs"] == "/docs"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", root["version"])


def test_the_pages_for_people_and_robots_are_there(service):
    docs = service.get("/docs")
    assert docs.status == 200 and docs.header("content-type").startswith("text/html")
    assert "default-src" in docs.header("content-security-policy")
    assert "unsafe-eval" not in docs.header("content-security-policy")
    robots = service.get("/robots.txt")
    assert robots.status == 200 and robots.header("content-type").startswith("text/plain")
    assert b"User-agent:" in robots.body
    assert service.get("/favicon.ico").status in (200, 204)


def test_openapi_describes_the_routes_that_exist(service):
    answer = service.get("/openapi.json")
    assert answer.status == 200 and answer.header("content-type") == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    for path in ("/shorten", "/analytics/{code}", "/{code}"):
        assert path in document["paths"], list(document["paths"])
    assert "post" in document["paths"]["/shorten"]
    for path, operations in document["paths"].items():
        if "{" not in path and "get" in operations:
            assert service.get(path).status == 200, path


def test_probes_answer_on_both_listeners(service):
    for port in (service.port, service.admin_port):
        assert http_client.get(port, "/livez").status == 200
        ready = http_client.get(port, "/readyz")
        assert ready.status == 200
        assert len(ready.body.decode().strip().splitlines()) >= 2, "one line per component"


def test_the_metrics_are_on_the_admin_listener_only(service):
    assert http_client.get(service.admin_port, "/metrics").status == 200
    assert_problem(service.get("/metrics"), 404, "not found")
    assert http_client.get(service.admin_port, "/shorten").status == 404


# ---- codes and aliases ----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ['{"url": "%s"}', '{"url": "%s", "alias": null}', '{"url": "%s", "alias": ""}',
                                  '{"url": "%s", "alias": "string"}'])
def test_an_alias_that_is_none_gives_a_random_code(service, body):
    answer = http_client.request(service.port, "POST", "/shorten", body=body % TARGET)
    assert answer.status == 200
    assert RANDOM_CODE.fullmatch(answer.json()["short_code"])


def test_codes_are_case_insensitive_everywhere(service):
    answer = service.shorten(TARGET, "My-Link-1")
    assert answer.json()["short_code"] == "my-link-1"
    assert answer.json()["short_url"].endswith("/my-link-1")
    for spelling in ("my-link-1", "MY-LINK-1", "mY-lInK-1"):
        assert service.get(f"/{spelling}").header("location") == TARGET
    poll(lambda: service.clicks("MY-link-1") == 3, "three clicks")
    assert_problem(service.shorten(TARGET, "MY-LINK-1"), 409, "alias already taken")


def test_aliases_of_1_and_64_characters_are_taken(service):
    for alias in ("7", "x" * 64, "-"):
        assert service.create(TARGET, alias) == alias
        assert service.get(f"/{alias}").status == 302


@pytest.mark.parametrize("alias", ["a_b", "a b", " ab", "ä", "a/b", "a.b", "x" * 65, "a\u0000b", "%61"])
def test_an_alias_that_breaks_the_rule_is_refused(service, alias):
    assert_problem(service.shorten(TARGET, alias), 400, "invalid alias")


@pytest.mark.parametrize("word", [*RESERVED_WORDS, "shorten", "analytics", "docs", "livez", "readyz", "Admin", "SHORTEN"])
def test_a_reserved_word_is_no_alias(service, word):
    assert_problem(service.shorten(TARGET, word), 400, "alias is reserved")


def test_the_first_segment_of_every_documented_route_is_reserved(service):
    for path in service.get("/openapi.json").json()["paths"]:
        segment = path.split("/")[1]
        if segment and "{" not in segment:
            answer = service.shorten(TARGET, segment)
            assert answer.status == 400, f"{segment} can be taken"


def test_codes_of_other_lengths_can_be_configured(make_server):
    server = make_server({"SHORT_CODE_LENGTH": "9", "ALIAS_MAX_LENGTH": "5"}).start()
    assert len(server.create(TARGET)) == 9
    assert server.create(TARGET, "abcde") == "abcde"
    assert_problem(server.shorten(TARGET, "abcdef"), 400, "invalid alias")


# ---- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nobody-has-this", "/analytics/nobody-has-this", "/a/b", "/x_y", "/" + "x" * 65,
                                  "/analytics", "/analytics/", "/shorten/x", "/%ff", "/..%2f"])
def test_what_is_not_there_is_404(service, path):
    assert_problem(service.get(path), 404, "not found")


@pytest.mark.parametrize("method, path, allowed", [
    ("GET", "/shorten", {"POST"}), ("DELETE", "/shorten", {"POST"}), ("POST", "/abc", {"GET", "HEAD"}),
    ("PUT", "/", {"GET", "HEAD"}), ("POST", "/analytics/abc", {"GET", "HEAD"}), ("POST", "/docs", {"GET", "HEAD"}),
    ("BREW", "/abc", {"GET", "HEAD"})])
def test_a_method_that_is_not_allowed_is_405(service, method, path, allowed):
    answer = http_client.request(service.port, method, path)
    assert_problem(answer, 405, "method not allowed")
    assert {name.strip() for name in answer.header("allow").split(",")} >= allowed


def test_an_alias_in_use_is_409_and_stays_what_it_was(service):
    service.create(TARGET, "taken")
    assert_problem(service.shorten("https://example.com/other", "taken"), 409, "alias already taken")
    assert service.get("/taken").header("location") == TARGET


def test_a_body_over_16_kib_is_413(service):
    body = json.dumps({"url": "https://example.com/", "alias": "x" * 17000})
    assert_problem(http_client.request(service.port, "POST", "/shorten", body=body), 413, "body too large")


def test_a_body_over_16_kib_is_413_before_it_is_sent(service):
    with Connection(service.port) as connection:
        connection.send(b"POST /shorten HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n")
        assert_problem(connection.response(), 413, "body too large")


def test_a_url_over_8192_characters_is_413(service):
    fits = "https://example.com/" + "x" * (8192 - 20)
    assert service.get(f"/{service.create(fits)}").header("location") == fits
    assert_problem(service.shorten(fits + "x"), 413, "url too long")
    assert_problem(service.shorten("https://example.com/" + "ä" * 1400), 413, "url too long")  # 6 characters each


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_json_by_its_type_is_415(service, content_type):
    answer = http_client.request(service.port, "POST", "/shorten", {"Content-Type": content_type}, '{"url": "https://x.example"}')
    assert_problem(answer, 415, "expected application/json")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_have_parameters(service, content_type):
    answer = http_client.request(service.port, "POST", "/shorten", {"Content-Type": content_type}, '{"url": "https://x.example"}')
    assert answer.status == 200


@pytest.mark.parametrize("body, field", [
    ('{"url": ', None), ("", None), ("[]", None), ('"https://x.example"', None), ("{}", "url"), ('{"url": 5}', "url"),
    ('{"url": null}', "url"), ('{"url": "https://x.example", "alias": 5}', "alias"), ('{"url": "javascript:alert(1)"}', "url"),
    ('{"url": "ftp://x.example"}', "url"), ('{"url": "https://user:pw@x.example"}', "url"), ('{"url": ""}', "url"),
    ('{"url": " https://x.example"}', "url"), ('{"url": "https://x.example/a\\nb"}', "url"), ('{"url": "http:x.example"}', "url"),
    ('{"url": "https://x.example\\\\a"}', "url"), ('{"url": "https://"}', "url"), ('{"url": "https://\ud800.example"}', None)])
def test_a_body_that_makes_no_link_is_422_and_says_why(service, body, field):
    answer = http_client.request(service.port, "POST", "/shorten", body=body.encode(errors="surrogatepass"))
    assert_problem(answer, 422, "validation error")
    errors = answer.json()["errors"]
    assert errors and all(set(error) == {"field", "reason"} and error["reason"] for error in errors)
    if field:
        assert errors[0]["field"] == field


def test_urls_are_taken_as_browsers_take_them_or_refused(service):
    cases = [case for case in json.loads((SOURCE / "tests/data/url-cases.json").read_text()) if isinstance(case, dict)]
    taken = 0
    with Connection(service.port) as connection:
        for case in cases:
            url = case["input"]
            body = json.dumps({"url": url}).encode()
            answer = connection.request("POST", "/shorten", body=body)
            if answer.status == 200:
                assert not case.get("failure"), f"{url!r} must be refused"
                assert answer.json()["long_url"] == case["href"], url
                taken += 1
            else:
                assert answer.status == 422, (url, answer)
    assert taken > 30, "hardly any was taken: something is refused that should not be"


@pytest.mark.parametrize("headers, spelling", [
    ({}, "http://127.0.0.1:{port}/x"), ({}, "http://0x7f.1:{port}/x"), ({}, "http://2130706433:{port}/"),
    ({"Host": "short.example"}, "http://short.example/x"), ({"Host": "short.example"}, "https://SHORT.example/x"),
    ({"Host": "short.example"}, "http://short%2Eexample:443/x"), ({"Host": "Short.Example:443"}, "https://short.example")])
def test_a_link_to_the_service_itself_is_refused(service, headers, spelling):
    answer = service.shorten(spelling.format(port=service.port), headers=headers)
    assert_problem(answer, 422, "validation error")
    assert answer.json()["errors"][0]["field"] == "url"


def test_another_port_of_the_own_host_is_another_service(service):
    assert service.shorten(f"http://127.0.0.1:{service.port + 1}/x").status == 200


def test_private_targets_can_be_denied(make_server):
    server = make_server({"DENY_PRIVATE_TARGETS": "true"}).start()
    for url in ("http://0x7f.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://localhost./", "http://10.1.2.3/"):
        assert_problem(server.shorten(url), 422, "validation error")
    assert server.shorten("http://93.184.216.34/").status == 200


# ---- short_url behind a proxy ---------------------------------------------------------------------------


def test_short_url_is_built_on_the_host_of_the_request(service):
    link = service.shorten(TARGET, headers={"Host": "go.example:8080"}).json()
    assert link["short_url"] == f"http://go.example:8080/{link['short_code']}"


def test_short_url_is_built_on_base_url_if_there_is_one(make_server):
    server = make_server({"BASE_URL": "https://s.example"}).start()
    link = server.shorten(TARGET, headers={"Host": "internal:1"}).json()
    assert link["short_url"] == f"https://s.example/{link['short_code']}"
    for url in ("https://s.example/x", "http://S.EXAMPLE/", "https://s.example:80/"):
        assert_problem(server.shorten(url, headers={"Host": "internal:1"}), 422, "validation error")


def test_short_url_has_the_scheme_that_a_trusted_proxy_reports(make_server):
    server = make_server({"TRUSTED_PROXIES": "127.0.0.1/32"}).start()
    reported = {"Host": "s.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    assert server.shorten(TARGET, headers=reported).json()["short_url"].startswith("https://s.example/")
    stranger = server.shorten(TARGET, headers=reported, source="127.0.0.2")
    assert stranger.json()["short_url"].startswith("http://s.example/")


# ---- other programs and the database --------------------------------------------------------------------


def execute(server: Server, sql: str, *values):
    with contextlib.closing(sqlite3.connect(server.home.database, timeout=30)) as database, database:
        assert database.execute(sql, values).rowcount == 1


def seconds_until(condition, what: str) -> float:
    begin = time.monotonic()
    poll(condition, what)
    return time.monotonic() - begin


def test_a_plain_insert_by_another_program_makes_a_working_link(server):
    execute(server, "INSERT INTO links(long_url, short_code) VALUES (?, ?)", TARGET, "inserted")
    assert server.get("/inserted").header("location") == TARGET
    poll(lambda: server.clicks("inserted") == 1, "the click")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "/docs", "mailto:me@example.com"])
def test_a_row_that_leads_to_no_web_page_is_not_found(server, url):
    execute(server, "INSERT INTO links(long_url, short_code) VALUES (?, ?)", url, "elsewhere")
    assert_problem(server.get("/elsewhere"), 404, "not found")


def test_a_changed_row_is_seen_within_the_ttl(make_server):
    server = make_server({"LOCAL_CACHE_TTL": "1"}).start()
    code = server.create(TARGET)
    assert server.get(f"/{code}").header("location") == TARGET
    execute(server, "UPDATE links SET long_url = ? WHERE short_code = ?", "https://example.com/new", code)
    seen = seconds_until(lambda: server.get(f"/{code}").header("location") == "https://example.com/new", "the new target")
    assert seen <= 1.5


def test_a_deleted_link_is_404_within_the_ttl(make_server):
    server = make_server({"LOCAL_CACHE_TTL": "1"}).start()
    code = server.create(TARGET)
    assert server.get(f"/{code}").status == 302
    poll(lambda: server.clicks(code) == 1, "the click")
    execute(server, "DELETE FROM links WHERE short_code = ?", code)
    assert seconds_until(lambda: server.get(f"/{code}").status == 404, "the link to go") <= 1.5
    assert_problem(server.get(f"/analytics/{code}"), 404, "not found")


def test_no_such_link_is_remembered_for_two_seconds_at_most(server):
    assert server.get("/later").status == 404
    execute(server, "INSERT INTO links(long_url, short_code) VALUES (?, ?)", TARGET, "later")
    assert seconds_until(lambda: server.get("/later").status == 302, "the new link") <= 2.5


def test_a_link_works_at_once_although_its_code_was_asked_for_before(make_server):
    server = make_server({"THREADS": "2"}).start()
    for number in range(10):
        for _ in range(4):  # both io threads have seen that it is not there
            assert server.get(f"/soon-{number}").status == 404
        server.create(TARGET, f"soon-{number}")
        assert [server.get(f"/soon-{number}").status for _ in range(4)] == [302] * 4


@contextlib.contextmanager
def store_cannot_read(server: Server):
    """Holds SQLite's five WAL read locks (bytes 123-127 of the -shm file), so that no read can begin.
    https://www.sqlite.org/walformat.html#wal_locks"""
    with open(f"{server.home.database}-shm", "r+b") as shm:
        fcntl.lockf(shm, fcntl.LOCK_EX, 5, 123)
        yield
        fcntl.lockf(shm, fcntl.LOCK_UN, 5, 123)


def test_a_store_that_is_away_is_503_and_never_remembered_as_404(server):
    execute(server, "INSERT INTO links(long_url, short_code) VALUES (?, ?)", TARGET, "cold")
    warm = server.create(TARGET)
    assert server.get(f"/{warm}").status == 302
    with store_cannot_read(server), concurrent.futures.ThreadPoolExecutor(3) as pool:
        cold = pool.map(server.get, ["/cold", "/not-there", f"/analytics/{warm}"])
        assert server.get(f"/{warm}").status == 302, "what the local cache holds is answered"
        for answer in cold:
            assert_problem(answer, 503, "temporarily unavailable")
            assert int(answer.header("retry-after")) >= 1
    assert server.get("/cold").status == 302
    assert server.get("/not-there").status == 404


def test_a_thousand_requests_for_one_cold_code_ask_the_store_once(server):
    execute(server, "INSERT INTO links(long_url, short_code) VALUES (?, ?)", TARGET, "stampede")
    asked = lambda: server.metrics()['urltrim_local_cache_lookups_total{result="miss"}']  # noqa: E731
    joined = lambda: server.metric("urltrim_store_lookups_joined_total")  # noqa: E731
    before = asked(), joined()
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.port)) for _ in range(1000)]
        with store_cannot_read(server):
            for connection in connections:
                connection.send(http_client.request_bytes("GET", "/stampede", connection.host))
            poll(lambda: joined() - before[1] == 999, "all but one to join the first", deadline=10)
        assert {connection.response().status for connection in connections} == {302}
    assert asked() - before[0] == 1


# ---- metrics --------------------------------------------------------------------------------------------

SAMPLE = re.compile(r'[a-z_:][a-z0-9_:]*(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*,?\})? [-+]?([0-9.e+-]+|Inf|NaN)')


def test_every_line_of_the_metrics_parses(service):
    text = http_client.get(service.admin_port, "/metrics").body.decode()
    assert text.endswith("\n")
    described = set()
    for line in text.splitlines():
        if line.startswith("# "):
            assert re.fullmatch(r"# (HELP [a-z0-9_]+ .+|TYPE [a-z0-9_]+ (counter|gauge|histogram|summary|untyped))", line), line
            described.add(line.split(" ")[2])
        else:
            assert SAMPLE.fullmatch(line), line
            name = re.split("[{ ]", line)[0]
            assert name in described or re.sub("_(bucket|sum|count)$", "", name) in described, line
    for needed in ("redirect", "cache", "journal", "lag", "build_info"):
        assert any(needed in name for name in described), f"nothing about {needed}"


def test_the_duration_of_every_redirect_is_counted_the_first_look_up_included(server):
    code = server.create(TARGET)
    for _ in range(3):
        assert server.get(f"/{code}").status == 302
    poll(lambda: server.metric("urltrim_redirect_duration_seconds_count") == 3, "three durations")


def test_the_build_says_its_commit(service):
    assert re.search(r'urltrim_build_info\{version="[0-9.]+",commit="[0-9a-f]{12}"\}', http_client.get(service.admin_port, "/metrics").body.decode())


def test_no_client_can_choose_a_label(service):
    code = service.create(TARGET)
    for path in (f"/{code}", "/zzclient", "/analytics/zzclient", "/zzclient/x"):
        service.get(path)
    before = set(service.metrics())
    for number in range(50):
        headers = {"Host": f"zzclient{number}", "User-Agent": f"zzclient{number}", "Referer": f"https://zzclient{number}/"}
        http_client.request(service.port, "GET", f"/zzclient{number}", headers)
        http_client.request(service.port, f"ZZCLIENT{number}", f"/{code}", headers)
        service.shorten(f"https://zzclient{number}.example/", f"zzclient{number}")
    after = set(service.metrics())
    assert not [name for name in after if "zzclient" in name.lower()]
    assert len(after - before) <= 3, "the number of series grows with what clients send"  # e.g. a first 405


# ---- HTTP hygiene ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    b"POST /shorten HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    b"POST /shorten HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /shorten HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"])
def test_a_request_that_is_not_http_is_400_and_the_end(service, head):
    with Connection(service.port) as connection:
        connection.send(head)
        assert connection.response().status == 400
        assert connection.at_end()


@pytest.mark.parametrize("head", [
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 17000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 101 + b"\r\n"])
def test_a_head_that_is_too_large_is_refused_and_the_end(service, head):
    with Connection(service.port) as connection:
        connection.send(head)
        assert connection.response().status in (400, 431)
        assert connection.at_end()


def test_pipelined_requests_are_answered_in_order(service):
    codes = [service.create(f"https://example.com/{number}") for number in range(20)]
    with Connection(service.port) as connection:
        connection.send(b"".join(http_client.request_bytes("GET", f"/{code}", connection.host) for code in codes))
        for number in range(20):
            assert connection.response().header("location") == f"https://example.com/{number}"


def test_many_connections_at_once_are_all_answered(service):
    code = service.create(TARGET)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: service.get(f"/{code}").status, range(400)))
    assert answers == [302] * 400
    poll(lambda: service.clicks(code) == 400, "400 clicks")


def test_no_header_carries_a_byte_outside_the_printable_range(service):
    code = service.create("https://bücher.example/ä?ö=ü#ß")
    for path in (f"/{code}", "/", "/docs", "/%C3%A4", "/a%0d%0aX:1"):
        head = service.get(path).head
        assert all(0x20 <= byte <= 0x7e for byte in head.replace(b"\r\n", b"")), head
