#!/usr/bin/env python3
"""Holds the source tree to its dependency rule: arrows point at the domain.

    tools/check_includes.py [top folder of the repository]

Prints one line per violation and exits 1 if there is any. Besides the table below it checks that

- src/CMakeLists.txt links no more than the table allows,
- a client library is included by the one folder that is about it,
- every header starts with #pragma once and every source includes its own header first, which shows that
  the header compiles alone,
- the namespace of a file is its folder.
"""

import pathlib
import re
import sys

# What a folder of src/ may include besides itself. `app` composes the service and sees everything.
TABLE = {
    "base": set(),
    "runtime": {"base"},
    "links": {"runtime", "base"},
    "limits": {"runtime", "base"},
    "clicks": {"links", "limits", "runtime", "base"},
    "journal": {"clicks", "links", "limits", "runtime", "base"},
    "telemetry": {"base"},
    "config": {"base"},
    "http": {"links", "limits", "clicks", "telemetry", "runtime", "base"},
    "sqlite": {"links", "clicks", "runtime", "base"},
}
TABLE["app"] = set(TABLE)

# Libraries with one home: the folder that is about them.
HOMES = {
    "sqlite3.h": {"sqlite"},
    "unicode/": {"links"},
    "prometheus/": {"telemetry"},
    "boost/beast": {"http"},
    "CLI/": {"app"},
}

# Headers that the build generates from files (cmake/Embed.cmake), and who may read those files.
EMBEDDED = {
    "urltrim_sql_sqlite.hpp": {"sqlite"},
    "urltrim_web.hpp": {"http"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
NAMESPACE = re.compile(r"^(?:inline )?namespace (urltrim[\w:]*)", re.MULTILINE)
# runtime/task.hpp lends the whole project its word `Task`.
PLAIN_NAMESPACE = {"base", "runtime/task.hpp"}


def includes_of(text):
    """(line number, '<' or '"', path) of every include."""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def check_include(path, folder, number, bracket, included, src):
    """What is wrong with one include, or nothing."""
    where = f"src/{path}:{number}"
    for library, homes in HOMES.items():
        if included.startswith(library) and folder not in homes:
            return f"{where}: only {', '.join(sorted(homes))} may include <{included}>"
    if included in EMBEDDED:
        if folder in EMBEDDED[included]:
            return None
        return f"{where}: {folder} may not read the files embedded as {included}"
    target = included.split("/")[0]
    if bracket == "<":
        return f"{where}: write our own headers as \"{included}\"" if (src / included).is_file() else None
    if not (src / included).is_file():
        return f"{where}: no \"{included}\" in src (own headers are named from src, others go in <>)"
    if target != folder and target not in TABLE[folder]:
        return f"{where}: {folder} may not include {target} (\"{included}\")"
    return None


def check_file(src, file):
    path = file.relative_to(src)
    folder = path.parts[0]
    if folder not in TABLE:
        yield f"src/{path}: folder {folder} is not in the table of tools/check_includes.py"
        return
    text = file.read_text()
    includes = list(includes_of(text))

    for number, bracket, included in includes:
        if problem := check_include(path, folder, number, bracket, included, src):
            yield problem

    if file.suffix == ".hpp" and not text.startswith("#pragma once\n"):
        yield f"src/{path}:1: a header starts with #pragma once"
    own = path.with_suffix(".hpp")
    if file.suffix == ".cpp" and (src / own).is_file() and (not includes or includes[0][2] != str(own)):
        yield f"src/{path}:1: its own header \"{own}\" must be the first include"

    plain = folder in PLAIN_NAMESPACE or str(path) in PLAIN_NAMESPACE
    expected = "urltrim" if plain else f"urltrim::{folder}"
    names = set(NAMESPACE.findall(text))
    for name in sorted(names):
        if name != expected and not name.startswith(expected + "::"):
            yield f"src/{path}: namespace {name}, expected {expected}"
    if not names and file.stem != "main":
        yield f"src/{path}: nothing in namespace {expected}"


def check_linking(src):
    """src/CMakeLists.txt must not make visible what the table hides."""
    text = re.sub(r"#.*", "", (src / "CMakeLists.txt").read_text())
    for name, depends in re.findall(r"urltrim_module\(\s*(\w+)([^)]*)\)", text):
        if name not in TABLE:
            yield f"src/CMakeLists.txt: module {name} is not in the table of tools/check_includes.py"
            continue
        for target in re.findall(r"\burltrim_(\w+)", depends):
            if target in TABLE and target not in TABLE[name]:
                yield f"src/CMakeLists.txt: {name} may not link {target}"


def check_tree(root):
    src = pathlib.Path(root) / "src"
    files = sorted(file for file in src.rglob("*") if file.suffix in (".hpp", ".cpp"))
    problems = [problem for file in files for problem in check_file(src, file)]
    if not files:
        problems.append(f"{src}: no sources found")
    return problems + list(check_linking(src))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    problems = check_tree(root)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
