"""Documentation that fails when it is incomplete or no longer true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import core
from core.environment import VARIABLES
from tui.cli.reference import page

ROOT = Path(core.__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = {re.split(r"[\[=]", each)[0].lower() for each in PROJECT["dependencies"]}
FOR_DEVELOPERS = {re.split(r"[\[=]", each)[0].lower() for each in PROJECT["optional-dependencies"]["dev"]}
# Loaded by SQLAlchemy by the name in database.url, never by an import of ours outside the tests.
LOADED_BY_NAME = {"psycopg"}
# Imported by the scripts that compile catalogues and build the wheel, not by the running program.
FOR_BUILDING = {"babel", "hatchling"}
TOOLS = {
    "build",
    "import-linter",
    "mypy",
    "pip-tools",
    "pytest-asyncio",
    "pytest-timeout",
    "pytest-xdist",
    "ruff",
}
OURS = {"core", "integrations", "tui", "tests", "benchmarks"}


def text_of(name: str) -> str:
    """A file of the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """Every file under version control that is here, or in a tree without git every file of the source."""
    done = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    return [path for name in done.split("\0") if name and (path := ROOT / name).is_file()]


def test_page_of_commands_is_what_the_program_says() -> None:
    """docs/commands.md lists every verb and option as the program has them: make docs writes it anew."""
    assert text_of("docs/commands.md") == page()


@pytest.mark.parametrize("name", sorted(DIRECT | FOR_DEVELOPERS))
def test_each_dependency_has_its_reason_and_licence(name: str) -> None:
    """A package that we depend on directly has a row in docs/dependencies.md."""
    rows = [line for line in text_of("docs/dependencies.md").splitlines() if line.startswith("|")]
    row = [line for line in rows if line.split("|")[1].strip().lower() == name]
    assert len(row) == 1, f"{name}: {len(row)} rows"
    assert all(cell.strip() for cell in row[0].split("|")[1:-1])


def test_no_dependency_is_listed_that_we_do_not_have() -> None:
    """A package that was given up leaves the page as well."""
    rows = re.findall(r"^\| ([A-Za-z0-9_-]+) \|", text_of("docs/dependencies.md"), flags=re.MULTILINE)
    assert {row.lower() for row in rows} - {"package"} == DIRECT | FOR_DEVELOPERS


def imported(*folders: str) -> set[str]:
    """The distributions (``python`` for the standard library) whose modules the Python files of *folders* import."""
    modules = set()
    for path in (each for folder in folders for each in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                modules.add(node.module.partition(".")[0])
    modules -= {*sys.stdlib_module_names, *OURS}
    providers = packages_distributions()
    return {
        re.sub("[_.]", "-", name.lower()) for module in modules for name in providers.get(module, [module])
    }


def test_each_dependency_is_used_and_each_import_is_declared() -> None:
    """What no module imports is not a dependency, and what one imports is; nothing comes along by chance."""
    assert imported("core", "integrations", "tui") - FOR_BUILDING == DIRECT - LOADED_BY_NAME


def test_tests_import_only_what_is_declared() -> None:
    """A set-up from the lock files has every library that tests and benchmarks use, and none that they do not."""
    libraries = imported("tests", "benchmarks") | FOR_BUILDING
    assert libraries - DIRECT - FOR_DEVELOPERS == set()
    assert FOR_DEVELOPERS - TOOLS - libraries == set()


def test_locks_hold_every_pin_of_the_project() -> None:
    """Both lock files have what pyproject.toml pins, at the same version, with hashes."""
    wanted = {
        "requirements.lock": PROJECT["dependencies"],
        "requirements-dev.lock": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]],
    }
    for lock, pins in wanted.items():
        text = text_of(lock).lower()
        assert text.count("--hash=sha256:") > len(pins)
        locked = set(re.findall(r"^(\S+==\S+) \\$", text, re.MULTILINE))
        assert {re.sub(r"\[.*\]", "", pin).lower() for pin in pins} - locked == set(), lock


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_each_variable_is_in_the_operating_guide(name: str) -> None:
    """Whoever runs the program finds every environment variable it reads, in the words of its declaration."""
    assert f"`{name}`" in text_of("docs/operating.md")


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "130"])
def test_each_exit_code_is_in_the_operating_guide(code: str) -> None:
    """Scripts can rely on what the exit codes mean."""
    assert re.search(rf"^\| {code} \|", text_of("docs/operating.md"), flags=re.MULTILINE)


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link in the documentation names a file that is there."""
    broken = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        broken += [f"{path.name}: {target}" for target in targets if not (path.parent / target).exists()]
    assert not broken


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Nothing in the tree is bound to one machine's folders or to one package registry's address."""
    # Written in pieces, or this file would name them.
    forbidden = [
        "pypi" + ".org",
        "python" + "hosted",
        "--index" + "-url ",
        "--find" + "-links ",
        "/opt/" + "wheels",
    ]
    forbidden += [
        "/ro" + "ot/",
        "/wo" + "rk/",
        "registry.npm" + "js",
        "deb.deb" + "ian.org",
        "/home/" + "user",
    ]
    found = []
    for path in tracked():
        content = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {each}" for each in forbidden if each.encode() in content]
    assert not found


def test_each_test_says_in_a_sentence_what_it_proves() -> None:
    """A reader learns the behaviour from the sentences alone."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                sentence = (ast.get_docstring(node) or "").strip()
                silent += [] if sentence else [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"]
    assert not silent


def test_no_test_is_skipped_and_nothing_is_left_to_do() -> None:
    """A test that does not run proves nothing, and a note to do something later is not done."""
    marks = [
        "pytest.mark." + "skip",
        "pytest." + "skip(",
        "pytest.mark." + "xfail",
        "TO" + "DO",
        "FIX" + "ME",
    ]
    found = []
    for room in ("core", "integrations", "tui", "tests", "benchmarks"):
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found += [f"{path.relative_to(ROOT)}: {mark}" for mark in marks if mark in text]
    assert not found
