#!/usr/bin/env python3
"""Looks for coroutine code that g++ 12 miscompiles without a word.

    tools/check_coroutines.py [top folder of the repository]

Inside a co_await expression g++ 12.2 destroys twice what is built on the spot: an aggregate (`T{…}`, or a
bare `{…}`) and a lambda with captures by copy. It does the same to the branches of `c ? co_await a : …`.
Safe: name the object in a statement of its own, then await. Lambdas that capture by reference, or only
`this`, have nothing to destroy and are fine.

This reads text, not types: braces are refused even where the type would be harmless (`seconds{5}`), since
the next edit may change the type. Prints one line per find and exits 1 if there is any.
"""

import pathlib
import re
import sys

COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)
OPENING = {"(": ")", "[": "]", "{": "}"}


def without_comments_and_literals(text):
    """The same text, line by line, with nothing left in it that is not code."""
    def blank(match):
        inside = re.sub(r"[^\n]", " ", match[0])
        return inside if match[0].startswith("/") else '"' + inside[2:] + '"'
    return COMMENT_OR_LITERAL.sub(blank, text)


def closing(code, start):
    """Index of the bracket that closes the one at `start`."""
    stack = []
    for index in range(start, len(code)):
        if code[index] in OPENING:
            stack.append(OPENING[code[index]])
        elif stack and code[index] == stack[-1]:
            stack.pop()
            if not stack:
                return index
    return len(code)


def lambda_at(code, index):
    """If `[` at index introduces a lambda: its captures and the end of its body."""
    before = code[:index].rstrip()
    if before and (before[-1].isalnum() or before[-1] in "_)]") and not re.search(r"\b(co_await|co_return|return)$", before):
        return None  # a subscript
    captures_end = closing(code, index)
    after = re.match(r"\s*(<[^>]*>\s*)?", code[captures_end + 1:]).end() + captures_end + 1
    if code[after:after + 1] == "(":
        after = closing(code, after) + 1
    body = code.find("{", after)
    if body < 0:
        return None
    return code[index + 1:captures_end], closing(code, body)


def captures_by_copy(captures):
    while (inner := re.sub(r"\([^()]*\)|\{[^{}]*\}|<[^<>]*>", "", captures)) != captures:
        captures = inner  # commas between the arguments of an initialiser separate no captures
    parts = [part.strip() for part in captures.split(",")]
    return [part for part in parts if part and not part.startswith("&") and part != "this"]


def problems_of_await(code, start):
    """Walks one co_await expression, from behind the keyword to the end of the statement or bracket."""
    depth = 0
    index = start
    while index < len(code):
        character = code[index]
        if character == "[" and (found := lambda_at(code, index)):
            captures, end = found
            if copied := captures_by_copy(captures):
                yield index, f"lambda that captures {', '.join(copied)} by copy inside co_await: name it first"
            index = end
        elif character == "{":
            yield index, "{…} inside co_await: name the object first, then await"
            index = closing(code, index)
        elif character in "([":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return
        elif character == ";":
            return
        index += 1


def problem_of_condition(code, await_start):
    """`c ? co_await a : co_await b`: a `?` earlier in the statement, in the same or an outer bracket."""
    depth = 0
    other_argument = False
    for index in range(await_start - 1, -1, -1):
        character = code[index]
        if character in ")]}":
            depth += 1
        elif character in "([{" and depth > 0:
            depth -= 1
        elif depth > 0:
            continue
        elif character in "{;":
            return None
        elif character in "([":
            other_argument = False
        elif character == ",":
            other_argument = True
        elif character == "?" and not other_argument:
            return await_start, "co_await in a branch of `? :`: write an if"
    return None


def check_text(text):
    """(line number, message) for each find."""
    code = without_comments_and_literals(text)
    finds = []
    for match in re.finditer(r"\bco_await\b", code):
        finds += problems_of_await(code, match.end())
        if found := problem_of_condition(code, match.start()):
            finds.append(found)
    return sorted({(code.count("\n", 0, index) + 1, message) for index, message in finds})


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    files = sorted(file for folder in ("src", "tests") for file in (root / folder).rglob("*.[ch]pp"))
    finds = [(file.relative_to(root), *find) for file in files for find in check_text(file.read_text())]
    for file, line, message in finds:
        print(f"{file}:{line}: {message}")
    sys.exit(1 if finds or not files else 0)


if __name__ == "__main__":
    main()
