"""Fixtures of the end-to-end tests: throw-away servers that never outlive their test."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.server import SOURCE, Home, Server  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "failed", getattr(item, "failed", False) or outcome.get_result().failed)


@pytest.fixture
def home():
    home = Home()
    yield home
    home.remove()


@pytest.fixture
def make_server(home, request):
    """Makes servers; those still running at the end of the test are killed, and speak if it failed."""
    servers: list[Server] = []

    def make(env: dict | None = None, in_home: Home | None = None, **options) -> Server:
        server = Server(in_home or home, env, **options)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.cleanup()
        if getattr(request.node, "failed", False) and server.log.exists():
            print(f"---- stderr of the server on port {server.port}\n{server.log.read_text(errors='replace')[-8000:]}")


@pytest.fixture
def server(make_server) -> Server:
    """A server with the tests' defaults, ready."""
    return make_server().start()


@pytest.fixture
def artifacts() -> Path:
    """Where pictures and reports go that outlive the run."""
    path = Path(os.environ.get("URLTRIM_ARTIFACTS", SOURCE / "build/artifacts"))
    path.mkdir(parents=True, exist_ok=True)
    return path
