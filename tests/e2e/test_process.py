"""Starting, stopping and the command line, as a person or an init system sees them."""

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
from contextlib import ExitStack, closing

import pytest
from support import http_client
from support.http_client import Connection
from support.load import Load
from support.oracles import audit, audit_dead
from support.server import binary, command, environment, free_port, poll
from test_contract import TARGET, store_cannot_read

PROBLEM_LIMIT = 60  # seconds until a start that must fail has failed


def serve_until_it_fails(home, **variables):
    """Runs `urltrim serve` that must not come up; answers its exit code and what it said."""
    env = {"PORT": free_port(), "ADMIN_PORT": free_port(), "DATA_DIR": home.data} | variables
    done = command("serve", env=env, cwd=home.path, timeout=PROBLEM_LIMIT)
    assert done.returncode > 0, f"{done.returncode}: {done.stderr}"
    return done.returncode, done.stdout + done.stderr


# ---- stop -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("sync", ["process", "group"])
def test_sigterm_under_load_answers_what_it_recorded_and_exits_0(make_server, threads, sync):
    server = make_server({"THREADS": threads, "JOURNAL_SYNC": sync}).start()
    links = {server.create(f"https://example.com/{number}"): f"https://example.com/{number}" for number in range(3)}
    load = Load(server.port, links, connections=16, depth=1)
    load.start()
    poll(lambda: load.redirects > 500, "some load")
    server.terminate()
    log = load.stop()
    audit_dead(server.home)
    server.start()
    audit(server, log, exact=True)


def test_sigterm_waits_for_a_request_that_is_half_here(server):
    body = json.dumps({"url": TARGET, "alias": "late"}).encode()
    with Connection(server.port) as connection:
        request = http_client.request_bytes("POST", "/shorten", connection.host, body=body)
        connection.send(request[:-5])
        with Connection(server.port) as other:  # by its answer, the half request has been read
            assert other.request("GET", "/livez").status == 200
        server.process.send_signal(signal.SIGTERM)
        poll(lambda: not listens(server.port), "the listener to close")
        connection.send(request[-5:])
        assert connection.response().status == 200
        assert connection.at_end()
    assert server.reap() == 0
    server.start()
    assert server.get("/late").status == 302


def test_sigterm_answers_connections_that_the_kernel_has_accepted_and_the_server_has_not(server):
    code = server.create(TARGET)
    server.process.send_signal(signal.SIGSTOP)
    connections = [Connection(server.port) for _ in range(50)]
    for connection in connections:
        connection.send(http_client.request_bytes("GET", f"/{code}", connection.host))
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGCONT)
    assert [connection.response().status for connection in connections] == [302] * 50
    assert server.reap() == 0
    server.start()
    poll(lambda: server.clicks(code) == 50, "all clicks")


def test_sigterm_waits_for_a_redirect_that_waits_for_the_store(make_server):
    server = make_server().start()
    code = server.create(TARGET)
    server.terminate()
    server.start()  # with a cold cache
    with Connection(server.port) as connection:
        connection.send(http_client.request_bytes("GET", "/livez", connection.host))
        assert connection.response().status == 200  # so the connection is accepted
        with store_cannot_read(server):
            connection.send(http_client.request_bytes("GET", f"/{code}", connection.host))
            server.process.send_signal(signal.SIGTERM)
            poll(lambda: not listens(server.port), "the listener to close")
        assert connection.response().status == 302
    assert server.reap() == 0


def test_sigterm_closes_idle_connections_and_does_not_wait_for_them(server):
    with Connection(server.port) as idle, Connection(server.port):
        assert idle.request("GET", "/livez").status == 200
        begin = time.monotonic()
        server.terminate()
        assert time.monotonic() - begin < 5, "it waited for clients that say nothing"
        assert idle.at_end()


def test_sigterm_does_not_wait_longer_than_the_shutdown_timeout(make_server):
    server = make_server({"SHUTDOWN_TIMEOUT": "1"}).start()
    with Connection(server.port) as connection:
        connection.send(b"POST /shorten HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
        assert server.get("/livez").status == 200
        begin = time.monotonic()
        server.terminate()
        assert time.monotonic() - begin < 4


def test_sigterm_does_not_wait_longer_for_a_database_that_another_program_keeps_locked(make_server):
    server = make_server({"SHUTDOWN_TIMEOUT": "1", "RATE_LIMIT_PER_MINUTE": "0"}).start()
    code = server.create(TARGET)
    with closing(sqlite3.connect(server.home.database, timeout=10)) as other, ExitStack() as clients:
        other.execute("BEGIN IMMEDIATE")
        server.get(f"/{code}")  # a click that cannot be applied
        for _ in range(20):
            client = clients.enter_context(Connection(server.port))
            client.send(http_client.request_bytes("POST", "/shorten", client.host, body={"url": TARGET}))
        begin = time.monotonic()
        server.terminate()
        assert time.monotonic() - begin < 3, "a second was allowed"


def test_ctrl_c_stops_as_sigterm_does(server):
    server.process.send_signal(signal.SIGINT)
    assert server.reap() == 0


def listens(port: int) -> bool:
    try:
        Connection(port, timeout=5).close()
        return True
    except OSError:
        return False


# ---- start ----------------------------------------------------------------------------------------------


def test_links_and_clicks_survive_a_restart(server):
    code = server.create(TARGET)
    for _ in range(7):
        assert server.get(f"/{code}").status == 302
    server.terminate()
    server.start()
    assert server.get(f"/{code}").header("location") == TARGET
    poll(lambda: server.clicks(code) == 8, "eight clicks")


def test_a_second_instance_on_the_same_data_is_refused(server):
    code, said = serve_until_it_fails(server.home)
    assert code not in (0, 2)
    assert str(server.home.data) in said and "another" in said.lower(), said
    assert server.get("/livez").status == 200, "the first one lives on"


def test_a_killed_instance_leaves_no_lock_behind(server):
    server.kill()
    server.start()


@pytest.mark.parametrize("which", ["PORT", "ADMIN_PORT"])
def test_a_port_in_use_is_refused(server, make_server, which):
    taken = server.port if which == "PORT" else server.admin_port
    other = server.home.path / "other"
    code, said = serve_until_it_fails(server.home, DATA_DIR=other, **{which: taken})
    assert code not in (0, 2)
    assert str(taken) in said and "in use" in said.lower(), said


def test_a_user_without_write_access_is_refused(home):
    home.path.chmod(0o755)
    home.data.mkdir()
    home.data.chmod(0o555)
    public = home.path / "urltrim"  # the build folder may be closed to others
    shutil.copy(binary(), public)
    public.chmod(0o755)
    env = environment({"PORT": free_port(), "ADMIN_PORT": free_port(), "DATA_DIR": home.data})
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run([*nobody, str(public), "serve"], env=env, cwd=home.path, timeout=PROBLEM_LIMIT,
                          capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, 2) and done.returncode > 0, said
    assert str(home.data) in said and "permission denied" in said.lower(), said
    assert len(said.strip().splitlines()) <= 3, "a clear message is short"


def test_the_data_of_a_server_is_not_for_other_users(server):
    server.create(TARGET)
    for path in (server.home.database, *server.home.journal.glob("*.seg")):
        assert not path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP), path


# ---- the command line -----------------------------------------------------------------------------------


def test_help_and_version_are_for_people():
    for arguments in (["--help"], ["serve", "--help"], ["journal", "--help"]):
        done = command(*arguments)
        assert done.returncode == 0 and done.stdout.strip(), arguments
    text = command("--help").stdout
    for subcommand in ("serve", "config", "migrate", "journal"):
        assert subcommand in text
    version = command("--version")
    assert version.returncode == 0 and version.stdout.startswith("urltrim ")


@pytest.mark.parametrize("arguments", [["fly"], ["serve", "--fly"], ["journal", "fly"], ["--fly"], ["journal", "inspect", "--dir=.", "--fly"]])
def test_a_wrong_flag_is_one_clear_line_and_exit_code_2(arguments, home):
    done = command(*arguments, cwd=home.path)
    assert done.returncode == 2
    said = (done.stdout + done.stderr).strip().splitlines()
    assert any("fly" in line for line in said), said
    assert len(said) <= 2, said


@pytest.mark.parametrize("arguments", [[], ["journal"], ["journal", "inspect"]])
def test_what_is_missing_is_one_clear_line_and_exit_code_2(arguments, home):
    done = command(*arguments, cwd=home.path)
    assert done.returncode == 2
    assert "missing" in done.stderr or "required" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_each_wrong_variable_is_one_line_and_exit_code_2(home):
    wrong = {"PORT": "http", "THREADS": "-1", "JOURNAL_SYNC": "sometimes", "LOG_LEVEL": "loud", "TRUSTED_PROXIES": "10.0.0.0/99",
             "JOURNAL_ON_FULL": "panic", "BASE_URL": "s.example", "SHORT_CODE_LENGTH": "0", "RATE_LIMIT_PER_MINUTE": "many",
             "LOCAL_CACHE_BYTES": "64MB", "SHUTDOWN_TIMEOUT": "soon", "ALIAS_MAX_LENGTH": "65", "ADMIN_PORT": "99999"}
    for subcommand in ("serve", "config"):
        done = command(subcommand, env=wrong | {"DATA_DIR": home.data}, cwd=home.path)
        assert done.returncode == 2, done.stderr
        said = done.stderr.strip().splitlines()
        for name, value in wrong.items():
            lines = [line for line in said if name in line and value in line]
            assert len(lines) == 1, f"{name}={value}: {said}"
        assert len(said) <= len(wrong) + 1, said
    assert not home.data.exists(), "nothing was touched"


def test_config_says_what_is_in_force_and_where_it_comes_from(home):
    (home.path / ".env").write_text("THREADS=1\nLOCAL_CACHE_TTL=7\n")
    done = command("config", env={"THREADS": "2"}, cwd=home.path)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0].split("=")[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert "2" in lines["THREADS"] and "environment" in lines["THREADS"]
    assert "7" in lines["LOCAL_CACHE_TTL"] and ".env" in lines["LOCAL_CACHE_TTL"]
    assert "8001" in lines["PORT"] and "default" in lines["PORT"]


@pytest.mark.parametrize("variable, url", [
    ("DATABASE_URL", "postgresql://trim:hunter2@db.example/urltrim"), ("REDIS_URL", "redis://:hunter2@cache.example:6379/0"),
    ("RABBITMQ_URL", "amqp://trim:hunter2@broker.example/")])
def test_config_never_shows_a_password(home, variable, url):
    done = command("config", env={variable: url}, cwd=home.path)
    said = done.stdout + done.stderr
    assert "hunter2" not in said
    assert variable in said


def test_a_secret_can_come_from_a_file(home):
    (home.path / "secret").write_text(f"sqlite:///{home.path}/elsewhere.db\n")
    done = command("config", env={"DATABASE_URL_FILE": home.path / "secret"}, cwd=home.path)
    assert done.returncode == 0, done.stderr
    assert "elsewhere.db" in done.stdout


def test_migrate_makes_a_database_that_serve_takes(home, make_server):
    for _ in range(2):  # the second run finds nothing to do
        done = command("migrate", env={"DATA_DIR": home.data}, cwd=home.path)
        assert done.returncode == 0, done.stderr
    assert home.database.is_file()
    server = make_server().start()
    assert server.get(f"/{server.create(TARGET)}").status == 302


def test_journal_inspect_shows_what_a_killed_server_left(make_server):
    server = make_server().start(failpoints="relay.cut=stall:600000")
    code = server.create(TARGET)
    for _ in range(5):
        assert server.get(f"/{code}").status == 302
    server.kill()
    done = command("journal", "inspect", "--dir", server.home.journal, cwd=server.home.path)
    assert done.returncode == 0, done.stderr
    names = [path.stem for path in server.home.journal.glob("*.seg")]
    assert any(name in done.stdout for name in names), done.stdout
    assert "5" in done.stdout


def test_journal_inspect_does_not_wait_for_what_is_not_a_file(home):
    home.journal.mkdir(parents=True)
    os.mkfifo(home.journal / f"{'0' * 32}.seg")
    done = command("journal", "inspect", "--dir", home.journal, cwd=home.path, timeout=10)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr and done.stdout


def test_a_segment_that_cannot_be_read_is_kept_and_shows_in_readyz(server):
    server.terminate()
    damaged = server.home.journal / f"{'0' * 32}.seg"
    damaged.write_bytes(b"x" * 65536)
    server.start()
    poll(lambda: b"segments cannot be read" in server.get("/readyz").body, "readyz to say so")
    assert server.get("/readyz").status == 200
    server.terminate()
    assert damaged.exists()


def test_the_log_has_no_urls_addresses_or_query_strings(make_server):
    server = make_server({"LOG_LEVEL": "trace", "LOG_FORMAT": "json"}).start()
    server.create("https://secret-target.example/path?token=hush")
    server.get("/nobody?token=hush", headers={"Referer": "https://secret-referrer.example/"}, source="127.0.0.9")
    server.shorten("ftp://secret-target.example/", source="127.0.0.9")
    server.terminate()
    said = server.stderr()
    for secret in ("secret-target", "secret-referrer", "hush", "127.0.0.9"):
        assert secret not in said, said
    for line in said.splitlines():
        json.loads(line)
