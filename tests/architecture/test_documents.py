"""The commands in the documents work, and answer what the documents say.

Every ```sh block of README.md, ARCHITECTURE.md, CONTRIBUTING.md and docs/ is run, in order, against one server
per document; a ```text block right behind it is its output, in which `…` stands for anything. How to write such
blocks is in CONTRIBUTING.md.
"""

import difflib
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from support import server  # noqa: E402

FENCE = re.compile(r"^```(?P<language>[\w-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: *(?P<reason>.*?) *-->\n+$")
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


def blocks_of(document):
    """(line number, commands, output or None) of every block to run."""
    fences = list(FENCE.finditer(document))
    for fence, following in zip(fences, [*fences[1:], None]):
        if fence["language"] != "sh":
            continue
        line = document.count("\n", 0, fence.start()) + 1
        if excuse := NOT_RUN.search(document[:fence.start()]):
            assert excuse["reason"], f"line {line}: say why the block is not run"
            continue
        shown = following and following["language"] == "text" and not document[fence.end():following.start()].strip()
        yield line, fence["text"], following["text"] if shown else None


def answers(expected, actual):
    """Whether the output is what the document shows."""
    pattern = ".*".join(map(re.escape, expected.strip().split("…")))
    return re.fullmatch(pattern, actual.strip(), re.DOTALL) is not None


class Shell:
    """Runs blocks beside a server that stands in for the one on the documents' ports."""

    def __init__(self, running):
        self.home = running.home.path
        self.ports = {":8001": f":{running.port}", ":9101": f":{running.admin_port}"}
        binary = running.executable
        (self.home / "build").mkdir()
        (self.home / "build/release").symlink_to(binary.parent)
        self.environment = server.environment(running.variables) | {
            "PATH": f"{binary.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def run(self, commands):
        for documented, actual in self.ports.items():
            commands = commands.replace(documented, actual)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.home, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        output = done.stdout
        for documented, actual in self.ports.items():
            output = output.replace(actual, documented)
        assert done.returncode == 0, f"exit code {done.returncode}\n{commands}\n{output}\n{done.stderr}"
        return output


def check_document(document, running):
    shell = Shell(running)
    for line, commands, expected in blocks_of(document):
        actual = shell.run(commands)
        if expected is not None and not answers(expected, actual):
            difference = "\n".join(difflib.ndiff(expected.strip().splitlines(), actual.strip().splitlines()))
            pytest.fail(f"the block in line {line} answers otherwise:\n{difference}", pytrace=False)


@pytest.fixture
def running():
    home = server.Home()
    started = server.Server(home).start()
    yield started
    started.cleanup()
    home.remove()


WITH_COMMANDS = [path for path in DOCUMENTS if any(blocks_of(path.read_text()))]


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_commands_of_a_document_answer_what_it_says(path, running):
    check_document(path.read_text(), running)


def test_the_readme_shows_commands():
    assert ROOT / "README.md" in WITH_COMMANDS


def test_every_link_between_documents_leads_somewhere():
    link = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")
    dead = [f"{path.relative_to(ROOT)}: {target}" for path in DOCUMENTS
            for target in link.findall(FENCE.sub("", path.read_text())) if not (path.parent / target).exists()]
    assert dead == []


def test_a_block_with_another_answer_fails(running):
    with pytest.raises(pytest.fail.Exception, match="line 1 answers otherwise"):
        check_document("```sh\necho 302\n```\n\n```text\n303\n```\n", running)


def test_a_block_that_fails_in_its_middle_fails(running):
    with pytest.raises(AssertionError, match="exit code 1"):
        check_document("```sh\nfalse\ntrue\n```\n", running)


def test_an_excuse_needs_a_reason():
    assert list(blocks_of("<!-- not run: needs root -->\n```sh\nreboot\n```\n")) == []
    with pytest.raises(AssertionError, match="say why"):
        list(blocks_of("<!-- not run: -->\n```sh\nreboot\n```\n"))


def test_only_a_text_block_right_behind_the_commands_is_their_output():
    one, other = blocks_of("```sh\na\n```\n\n```text\nA …\n```\n```sh\nb\n```\nLogs look like this:\n```text\nB\n```\n")
    assert one == (1, "a\n", "A …\n")
    assert other == (8, "b\n", None)
    assert answers("A …\n", "A 17\n") and not answers("A …\n", "B 17\n")
