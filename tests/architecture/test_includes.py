"""The dependency rule holds, and the script that says so notices when it does not."""

import pytest
from conftest import ROOT

import check_includes

SOUND = {
    "CMakeLists.txt": "urltrim_module(base)\nurltrim_module(links DEPENDS urltrim_base ICU::uc)\n",
    "base/clock.hpp": "#pragma once\n#include <chrono>\nnamespace urltrim {}\n",
    "runtime/task.hpp": "#pragma once\nnamespace urltrim {}\n",
    "links/link.hpp": '#pragma once\n#include "base/clock.hpp"\nnamespace urltrim::links {}\n',
    "links/link.cpp": '#include "links/link.hpp"\n#include <unicode/uidna.h>\nnamespace urltrim::links {}\n',
    "sqlite/store.hpp": '#pragma once\n#include "links/link.hpp"\nnamespace urltrim::sqlite {}\n',
    "sqlite/store.cpp": '#include "sqlite/store.hpp"\n#include <sqlite3.h>\n#include "urltrim_sql_sqlite.hpp"\n'
                        "namespace urltrim::sqlite {}\n",
    "app/main.cpp": '#include "sqlite/store.hpp"\n#include <CLI/CLI.hpp>\nint main() {}\n',
}


def problems(tmp_path, changed):
    for name, text in {**SOUND, **changed}.items():
        file = tmp_path / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return check_includes.check_tree(tmp_path)


def test_the_project_keeps_its_dependency_rule():
    assert check_includes.check_tree(ROOT) == []


def test_a_sound_tree_has_no_problems(tmp_path):
    assert problems(tmp_path, {}) == []


def test_an_empty_tree_is_no_success(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/CMakeLists.txt").touch()
    assert "no sources found" in check_includes.check_tree(tmp_path)[0]


VIOLATIONS = {
    "base includes the domain": (
        "base/clock.hpp", '#pragma once\n#include "links/link.hpp"\nnamespace urltrim {}\n',
        "src/base/clock.hpp:2: base may not include links"),
    "the domain includes an adapter": (
        "links/link.hpp", '#pragma once\n#include "sqlite/store.hpp"\nnamespace urltrim::links {}\n',
        "links may not include sqlite"),
    "http includes an adapter": (
        "http/api.hpp", '#pragma once\n#include "sqlite/store.hpp"\nnamespace urltrim::http {}\n',
        "http may not include sqlite"),
    "an adapter includes the composition root": (
        "sqlite/store.hpp", '#pragma once\n#include "app/main.cpp"\nnamespace urltrim::sqlite {}\n',
        "sqlite may not include app"),
    "a client library outside its folder": (
        "links/link.cpp", '#include "links/link.hpp"\n#include <sqlite3.h>\nnamespace urltrim::links {}\n',
        "only sqlite may include <sqlite3.h>"),
    "embedded files outside their folder": (
        "links/link.cpp", '#include "links/link.hpp"\n#include "urltrim_sql_sqlite.hpp"\nnamespace urltrim::links {}\n',
        "links may not read the files embedded"),
    "an own header in angle brackets": (
        "links/link.hpp", "#pragma once\n#include <base/clock.hpp>\nnamespace urltrim::links {}\n",
        'write our own headers as "base/clock.hpp"'),
    "a header named from its own folder": (
        "links/link.cpp", '#include "link.hpp"\nnamespace urltrim::links {}\n', 'no "link.hpp" in src'),
    "own header not first": (
        "links/link.cpp", '#include <string>\n#include "links/link.hpp"\nnamespace urltrim::links {}\n',
        'its own header "links/link.hpp" must be the first include'),
    "no include guard": (
        "links/link.hpp", "namespace urltrim::links {}\n", "a header starts with #pragma once"),
    "namespace of another folder": (
        "links/link.hpp", "#pragma once\nnamespace urltrim::clicks {}\n",
        "namespace urltrim::clicks, expected urltrim::links"),
    "namespace that only begins like the folder": (
        "links/link.hpp", "#pragma once\nnamespace urltrim::linksets {}\n", "expected urltrim::links"),
    "no namespace": ("links/link.hpp", "#pragma once\n", "nothing in namespace urltrim::links"),
    "a folder nobody put in the table": (
        "utils/strings.hpp", "#pragma once\nnamespace urltrim::utils {}\n", "folder utils is not in the table"),
    "CMake links against the arrows": (
        "CMakeLists.txt", "urltrim_module(links DEPENDS urltrim_sqlite)\n",
        "src/CMakeLists.txt: links may not link sqlite"),
    "CMake knows a module that the table does not": (
        "CMakeLists.txt", "urltrim_module(utils)\n", "module utils is not in the table"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_is_found(tmp_path, name):
    file, text, expected = VIOLATIONS[name]
    found = problems(tmp_path, {file: text})
    assert any(expected in problem for problem in found), found
