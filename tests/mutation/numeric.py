"""Numeric mutants: what tests/mutation/numeric says, and the sources with all of it.

Each becomes a choice at run time: of two statements where the original text ends in ;, or of two
expressions.
"""
import collections
import re
import sys
import zlib


class NumericMutant:
    program = "numbers"

    def __init__(self, path, name):
        self.path, self.name = path, name
        self.key = f"{path} {name}"
        self.id = zlib.crc32(self.key.encode())
        self.tests, self.old, self.new = [], "", ""
        self.line = 0  # where `old` stands
        self.survived = False

    @property
    def selection(self):
        return f"{self.id}:x"

    def filters(self):
        return [f"--run_test={test}" for test in self.tests]

    def choice(self, otherwise):
        """C++ that does `new` when this mutant is selected. `new` takes no line of its own."""
        asked, new = f"::engram::mutants::at({self.id})", " ".join(self.new.split())
        if self.old.rstrip().endswith(";"):
            return f"if ({asked}) {{ {new} }} else {{ {otherwise} }}"
        return f"({asked} ? ({new}) : ({otherwise}))"


def numeric_mutants(text):
    out = []
    for line in text.splitlines():
        sign, rest = line[:2], line[2:] + "\n"
        if sign == "- ":
            out[-1].old += rest
        elif sign == "+ ":
            out[-1].new += rest
        elif sign == "  ":
            out[-1].tests += rest.split()
        elif line and not line.startswith("#"):
            path, _, name = line.partition(": ")
            out.append(NumericMutant(path, name))
    return out


def with_choices(source, mutants):
    """The source with all mutants of it. Lines stay lines, and spaces do not matter."""
    at = collections.defaultdict(list)  # several may change one piece of text
    for mutant in mutants:
        pattern = r"\s+".join(map(re.escape, mutant.old.split()))
        places = list(re.finditer(pattern, source))
        if len(places) != 1:
            sys.exit(f"tests/mutation/numeric: {mutant.path}: {mutant.name}: the text to change "
                     f"is there {len(places)} times; need once")
        mutant.line = source.count("\n", 0, places[0].start()) + 1
        at[places[0].span()].append(mutant)
    out, end = ['#include "engram/tests/mutation/selected.hpp"\n#line 1\n'], 0
    for (begin, after), here in sorted(at.items()):
        if begin < end:
            sys.exit(f"tests/mutation/numeric: {here[0].path}:{here[0].line}: {here[0].name}: "
                     "overlaps another")
        text = source[begin:after]
        for mutant in here:
            text = mutant.choice(text)
        out += [source[end:begin], text]
        end = after
    return "".join(out) + source[end:]


def report(todo, equivalent):
    """Prints what became of the mutants; returns whether any survived."""
    survivors = [m for m in todo if m.survived and m.key not in equivalent]
    excused = [m for m in todo if m.survived and m.key in equivalent]
    for mutant in survivors:
        print(f"survived: {mutant.path}:{mutant.line}: {mutant.key}")
    for mutant in todo:
        if not mutant.survived and mutant.key in equivalent:
            print(f"no longer needed in tests/mutation/equivalent: {mutant.key}")
    tried = len(todo) - len(excused)
    print(f"{tried - len(survivors)} numeric mutants killed of {tried}, {len(survivors)} survived; "
          f"{len(excused)} equivalent ones (tests/mutation/equivalent) apart")
    return bool(survivors)
