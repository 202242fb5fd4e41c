"""An installed register has everything that a checkout has: catalogues, manifests, migrations, word lists."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import core

ROOT = Path(core.__file__).parent.parent
ROOMS = ("core", "integrations", "tui")


def test_wheel_holds_every_file_of_the_rooms_and_compiled_catalogues(tmp_path: Path) -> None:
    """Nothing that the program reads is left behind in the tree, and no test or development file comes along."""
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("asiakasrekisteri-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    assert wanted - names == set()
    catalogues = {name.removesuffix(".po") for name in names if name.endswith(".po")}
    assert catalogues
    assert {f"{name}.mo" for name in catalogues} <= names
    rooms = {name.partition("/")[0] for name in names}
    assert rooms - set(ROOMS) == {next(name for name in rooms if name.endswith(".dist-info"))}
    entry_points = zipfile.ZipFile(wheel).read(
        next(name for name in names if name.endswith("entry_points.txt"))
    )
    assert b"rekisteri = tui.cli.main:main" in entry_points
