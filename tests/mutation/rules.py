"""The derivative rules in a C++ source: where each function that is one begins and ends.

The sources are formatted by clang-format, which a reader of tokens can lean on: a binary operator
has spaces on both sides, `T*` and `f<int>` have none.
"""
import re

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|^[ ]*\#[^\n]*|\s+)
      |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])+')
      |(?P<number>\d[\w.']*(?:(?<=[eEpP])[+-]\d+)?)
      |(?P<name>[A-Za-z_]\w*)
      |(?P<sign>::|->|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||\.\.\.|.)""",
    re.X | re.S | re.M)
CLOSING = {"(": ")", "[": "]", "{": "}"}
RULES = re.compile(r"d[a-f]|derivative|backward|tangent|curvature|chain")
PARTS = {"shape", "forward", "f", "view", "first"}  # of an op, which are no rules


class Token:
    __slots__ = ("kind", "text", "start", "end", "spaced", "match", "inside")

    def __init__(self, kind, text, start, spaced):
        self.kind, self.text, self.start, self.spaced = kind, text, start, spaced
        self.end = start + len(text)
        self.match = None  # of a bracket: the index of its partner
        self.inside = None  # the index of the bracket around it


def tokens(source):
    """The tokens, with brackets matched; comments and lines of the preprocessor are left out."""
    out, open_brackets, spaced = [], [], False
    for found in TOKEN.finditer(source):
        if found.lastgroup == "skip":
            spaced = True
            continue
        token = Token(found.lastgroup, found.group(), found.start(), spaced)
        spaced = False
        token.inside = open_brackets[-1] if open_brackets else None
        if token.text in CLOSING and token.kind == "sign":
            open_brackets.append(len(out))
        elif token.text in CLOSING.values() and token.kind == "sign":
            at = open_brackets.pop()
            token.match, out[at].match = at, len(out)
        out.append(token)
    return out


def after_angles(all_tokens, i):
    """The index after the template arguments that begin at `i`, or `i` if none do."""
    if all_tokens[i].text != "<" or all_tokens[i].spaced:
        return i
    depth = 0
    while i < len(all_tokens):
        token = all_tokens[i]
        if token.match is not None and token.match > i:
            i = token.match
        elif token.text == "<":
            depth += 1
        elif token.text == ">":
            depth -= 1
            if depth == 0:
                return i + 1
        elif token.text == ";":
            break
        i += 1
    return i


class Function:
    """A function that is defined in a source: tokens `begin` to `end` are its body."""

    def __init__(self, scopes, head, name, line, begin, end):
        self.scope = "::".join(scope for scope in scopes if scope)
        self.head, self.name, self.line, self.begin, self.end = head, name, line, begin, end
        self.of = self  # for what a rule calls: that rule

    @property
    def label(self):
        return f"{self.scope}::{self.name}" if self.scope else self.name


def functions(source, all_tokens):
    """Every function with a body, outermost ones only."""
    out, scopes = [], []  # scopes: (name, index of the closing brace); "" for a namespace
    statement, i = 0, 0
    while i < len(all_tokens):
        token = all_tokens[i]
        if scopes and i == scopes[-1][1]:
            scopes.pop()
            statement = i + 1
        elif token.text == ";" or (token.text == ":" and i - statement == 1):
            statement = i + 1
        elif token.text in "([" and token.match:
            i = token.match
        elif token.text == "{":
            head = all_tokens[statement:i]
            words = [t.text for t in head]
            if (words[-1:] == ["requires"] or "=" in outside_brackets(head, statement) or
                    (words and not token.spaced)):
                i = token.match  # a requirement or a value
            elif "namespace" in words:
                scopes.append(("", token.match))
                statement = i + 1
            elif any(w in words for w in ("struct", "class", "union")) and "(" not in words:
                key = max(k for k, w in enumerate(words) if w in ("struct", "class", "union"))
                scopes.append((words[key + 1] if key + 1 < len(words) else "", token.match))
                statement = i + 1
            elif "enum" in words:
                i = token.match
            elif "(" in words:
                name = name_of(all_tokens, statement, i)
                if name is not None:
                    line = source.count("\n", 0, all_tokens[name].start) + 1
                    out.append(Function([s for s, _ in scopes], words, all_tokens[name].text, line,
                                        i, token.match))
                i = token.match
                statement = i + 1
            else:
                i = token.match
                statement = i + 1
        i += 1
    return out


def outside_brackets(head, offset):
    """The words of a statement, whose first token has the index `offset`, without what is in
    brackets: default arguments have a = too."""
    out, end = [], 0
    for k, token in enumerate(head, offset):
        if k >= end:
            out.append(token.text)
            end = token.match or end
    return out


def name_of(all_tokens, i, end):
    while i < end:
        token = all_tokens[i]
        if token.text == "<":
            token.spaced = False
            i = after_angles(all_tokens, i)
            continue
        if token.text == "[":
            i = token.match
        elif token.text == "(":
            return i - 1 if all_tokens[i - 1].kind == "name" else None
        i += 1
    return None


def rules(path, source, all_tokens):
    """The rules of a source, and functions beside them that nothing but rules calls."""
    found = functions(source, all_tokens)
    out = [f for f in found if RULES.fullmatch(f.name)]
    if path.endswith("_kernels.hpp"):  # what is beside them there is loops
        return out
    called = {f: {all_tokens[i].text for i in range(f.begin, f.end)
                  if all_tokens[i].kind == "name"} for f in found}
    helpers = [f for f in found if f not in out and f.name not in PARTS and "Site" not in f.head]
    grown = True
    while grown:
        grown = False
        for helper in helpers:
            callers = [f for f in found if f.name != helper.name and helper.name in called[f]]
            if helper not in out and callers and all(f in out for f in callers):
                helper.of = callers[0].of
                out.append(helper)
                grown = True
    return out
