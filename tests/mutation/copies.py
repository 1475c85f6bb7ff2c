"""Copies of the sources under build/mutation, with changes, and what is built of them."""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutation"
FOLDERS = ("core", "ops", "nn", "optim", "tests")


def put(path, text):
    """Writes a file unless it holds that already: what has not changed is not compiled again."""
    data = text if isinstance(text, bytes) else text.encode()
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copy_tree(name, tests, changed):
    """A copy of the sources, with `changed` {path: text} and with tests/mutation/`tests` as what is
    built of the tests."""
    tree = WORK / name / "engram"
    files = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*")
             if p.is_file() and p.suffix in (".hpp", ".cpp", ".in", ".cmake", ".safetensors")]
    wanted = {str(p.relative_to(ROOT)) for p in files} | {"engram.hpp", "CMakeLists.txt",
                                                          "tests/CMakeLists.txt"}
    for relative in wanted:
        source = ROOT / relative
        if relative == "tests/CMakeLists.txt":
            source = ROOT / "tests/mutation" / tests
        put(tree / relative, changed.get(relative) or source.read_bytes())
    for path in tree.rglob("*"):
        if path.is_file() and str(path.relative_to(tree)) not in wanted:
            path.unlink()
    link = pathlib.Path("core/include/engram")  # by which the sources find each other
    if not (tree / link).is_symlink():
        (tree / link).parent.mkdir(parents=True, exist_ok=True)
        (tree / link).symlink_to(os.readlink(ROOT / link))
    return tree


def configured(tree, folder, *definitions):
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", folder,
                    "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1",
                    "-DCMAKE_CXX_FLAGS=-w", "-DENGRAM_WARNINGS_AS_ERRORS=OFF", "-DENGRAM_NATIVE=ON",
                    "-DENGRAM_BUILD_TESTS=ON", "-DENGRAM_BUILD_EXAMPLES=OFF", *definitions,
                    *launcher], check=True, stdout=subprocess.DEVNULL)


def compiled(folder, jobs):
    """What the compiler said of its errors; nothing when there are none."""
    done = subprocess.run(["cmake", "--build", folder, "--parallel", str(jobs), "--", "-k", "0"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return ""
    (WORK / "build.log").write_text(done.stdout)
    return done.stdout


def refuse_to_go_on(said):
    sys.exit(f"The copy does not compile, see {WORK / 'build.log'}\n{said[-3000:]}")
