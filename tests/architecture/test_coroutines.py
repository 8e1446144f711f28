"""No code of ours is of the kind that g++ 12 miscompiles, and the script that says so can tell."""

import subprocess
import sys

import pytest
from conftest import ROOT

import check_coroutines


def messages(code):
    return [message for _, message in check_coroutines.check_text(code)]


def test_the_project_awaits_nothing_built_on_the_spot():
    checked = subprocess.run([sys.executable, ROOT / "tools/check_coroutines.py"], capture_output=True, text=True)
    assert (checked.stdout, checked.returncode) == ("", 0)


@pytest.mark.parametrize("code", [
    "co_await store_.insert(Link{code, target});",
    "co_await store_.insert({code, target});",
    "auto x = co_await (a() || wait(Options{}));",
    "if (co_await store_.insert(Link{code})) return;",
    "co_await runtime::on(executor,\n    Link{code});",
])
def test_an_aggregate_inside_co_await_is_found(code):
    assert any("name the object first" in message for message in messages(code))


@pytest.mark.parametrize("code, copied", [
    ("co_await pool_.run([target] { return f(target); });", "target"),
    ("co_await pool_.run([=] { return f(target); });", "="),
    ("co_await pool_.run([this, &a, url = std::move(pair(x, y))]() mutable { return url; });",
     "url = std::move"),
    ("co_await asio::async_initiate<T, void()>([batch](auto handler) { f(handler); }, use_task);", "batch"),
])
def test_a_lambda_that_captures_by_copy_inside_co_await_is_found(code, copied):
    assert any(f"captures {copied} by copy" in message for message in messages(code))


@pytest.mark.parametrize("code", [
    "auto x = hit ? co_await a() : co_await b();",
    "auto x = hit ? b : co_await a();",
    "f(hit ? g(1, co_await a()) : b);",
])
def test_co_await_in_a_branch_is_found(code):
    assert any("write an if" in message for message in messages(code))


@pytest.mark.parametrize("code", [
    "Link link{code, std::move(target)};\nauto outcome = co_await links_.insert(std::move(link));",
    "if (co_await store_.insert(std::move(link))) {\n    x = {1, 2};\n}",
    "for (auto& x : co_await all()) { f({x}); }",
    "co_await pool_.run([&] { return f(T{}); });",
    "co_await pool_.run([this, &target] { return find(target); });",
    "co_return Link{code, target};",
    "f(hit ? 1 : 2, co_await a());",
    "auto x = (hit ? 1 : 2) + co_await a();",
    "auto x = co_await a() ? 1 : 2;",
    'co_await send("{}[x] ? \'{\'");  // {a} ? [b]',
    "auto x = slots[i] ? 1 : 2; co_await a(slots[i]);",
    "x = R\"({ [a] { ? )\"; co_await a(1'000'000, '{');",
    "spawn([link]() -> Task<> { co_await a(link); });",
])
def test_sound_code_is_left_alone(code):
    assert messages(code) == []


def test_a_find_names_its_line():
    assert check_coroutines.check_text("// one\n/* two\nthree */ co_await f(T{1});")[0][0] == 3
