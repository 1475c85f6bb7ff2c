"""The places in a derivative rule where something can be changed, and the source with all of them.

A place is an operand: of an operator, of an assignment, of `return`, or an argument. What can be
changed about it depends on its type, which the compiler knows: see mutants.hpp.
"""
import re
import zlib

from rules import after_angles, rules, tokens

SIGNS = {"+", "-", "*", "/"}
BEGINS = {"return", "(", "[", ",", "=", "+=", "-=", "*=", "/=", "?", ":", "{"}
ENDS = {";", ")", "]", ",", "}", "?", ":"}
NO_OPERANDS = {
    "auto", "const", "return", "if", "else", "for", "while", "switch", "case", "new", "delete",
    "typename", "template", "using", "struct", "constexpr", "static", "operator", "sizeof", "void",
    "int", "float", "double", "bool", "mutable", "throw", "nullptr"
}
NO_VARIABLES = {"true", "false", "this"}
CONSTANT = re.compile(r"Constant<(-?\d+)>\{\}$")
UNINITIALIZED = re.compile(r"Array<\w+>::uninitialized\(")
MEMBERS = {".", "->", "::"}


class Site:
    """An operand of a rule; `partner` is the argument that it can change places with."""

    def __init__(self, path, rule, number, line, text, span, scalable, partner=None):
        self.path, self.rule, self.line, self.text, self.span = path, rule, line, text, span
        self.id = zlib.crc32(path.encode()) << 20 | number
        self.scalable, self.partner = scalable, partner  # scalable: twice it is another value
        self.added = None  # (position, text)s that give an empty rule something to do
        constant = CONSTANT.match(text)
        self.constant = int(constant.group(1)) if constant else None


def is_binary(all_tokens, i):
    return (all_tokens[i].text in SIGNS and all_tokens[i].spaced and all_tokens[i + 1].spaced and
            all_tokens[i - 1].text not in BEGINS)


def operand_end(all_tokens, i):
    """The index after the operand that begins at `i`; `i` itself when none does."""
    begin = i
    while all_tokens[i].text in {"!", "-", "*", "&"} and not all_tokens[i + 1].spaced:
        i += 1
    token = all_tokens[i]
    if token.kind in ("number", "string"):
        return i + 1 if token.kind == "number" else begin
    if token.text == "(":
        i = token.match + 1
    elif token.kind == "name" and token.text not in NO_OPERANDS:
        i = after_angles(all_tokens, i + 1)
    else:
        return begin
    while True:
        token = all_tokens[i]
        if token.text in MEMBERS:
            i += 2 if all_tokens[i + 1].text == "template" else 1
            if all_tokens[i].kind != "name":
                return begin
            i = after_angles(all_tokens, i + 1)
        elif token.text in ("(", "[", "{") and not token.spaced:
            i = token.match + 1
        else:
            return i


def after_lambda_head(all_tokens, i):
    """The index of the body's brace of the lambda whose `[` is at `i`."""
    i = all_tokens[i].match + 1
    while all_tokens[i].text != "{":
        i = all_tokens[i].match + 1 if all_tokens[i].text == "(" else i + 1
    return i


def operands(all_tokens, begin, end):
    """Pairs (first, after) of tokens: every operand of the body between two braces."""
    i, out = begin + 1, []
    blocks = {begin}  # braces that hold statements
    while i < end:
        token, before = all_tokens[i], all_tokens[i - 1]
        if token.text in ("if", "while", "for", "switch"):
            i += 1
            while all_tokens[i].text != "(":
                i += 1
            i = all_tokens[i].match + 1
            continue
        if token.text in ("decltype", "sizeof", "requires", "static_assert", "noexcept"):
            i = all_tokens[i + 1].match + 1
            continue
        if token.text in ("constexpr", "using", "static"):
            while all_tokens[i].text != ";":
                i = (all_tokens[i].match or i) + 1 if all_tokens[i].text in "([{" else i + 1
            continue
        subscript = before.kind == "name" or before.text in (")", "]", ">")
        if token.text == "[" and (not subscript or before.text in NO_OPERANDS):
            i = after_lambda_head(all_tokens, i)
            blocks.add(i)
            i += 1
            continue
        if token.text == "{" and (before.text in (")", ";", "{", "}", "else", "do") and token.spaced):
            blocks.add(i)
            i += 1
            continue
        declares = before.text == "," and token.inside in blocks  # T a(1), b(2);
        at_begin = is_binary(all_tokens, i - 1) or (
            before.text in BEGINS and i - 1 not in blocks and not declares)
        after = operand_end(all_tokens, i) if at_begin else i
        if after > i:
            ended = all_tokens[after].text in ENDS or is_binary(all_tokens, after)
            folds = all_tokens[after].text == "," and all_tokens[after + 1].text == "..."
            if ended and not folds:
                out.append((i, after))
        if token.kind == "name":
            i = after_angles(all_tokens, i + 1)
        else:
            i += 1
    return out


def something_added(source, all_tokens, rule, site):
    """Gives an empty rule a term: its first input is added to that input's gradient."""
    close = rule.begin
    while all_tokens[close].text != ")":
        close -= 1
    begin, inserts, names = all_tokens[close].match, [], {}
    for k in range(begin + 1, close + 1):
        if all_tokens[k].text not in (",", ")") or k < close and all_tokens[k].match:
            continue
        words = [t.text for t in all_tokens[begin + 1:k]]
        of = next((w for w in ("Into", "Call", "Var", "Array") if w in words), None)
        of = "input" if of in ("Var", "Array") else of
        if of and of not in names:
            unnamed = words[-1] in (">", "&")
            names[of] = f"mutant_{of.lower()}" if unnamed else words[-1]
            if unnamed:
                inserts.append((all_tokens[k - 1].end, " " + names[of]))
        begin = k
    terms = (f"{names['Into']} += {names['input']};" if "Into" in names else
             f"{names['Call']}.into(0) += {names['Call']}.x(0);")
    inserts.append((all_tokens[rule.begin].end,
                    f"if (::engram::mutants::added({site.id})) {terms}"))
    return inserts


def sites(path, source):
    """The rules of a source, and for each its sites."""
    all_tokens = tokens(source)
    out, number = [], 0
    for rule in rules(path, source, all_tokens):
        here = []
        pairs = operands(all_tokens, rule.begin, rule.end)
        arguments = {}
        for first, after in pairs:
            text = source[all_tokens[first].start:all_tokens[after - 1].end]
            line = source.count("\n", 0, all_tokens[first].start) + 1
            span = (all_tokens[first].start, all_tokens[after - 1].end)
            before = all_tokens[first - 1].text
            if UNINITIALIZED.match(text):
                continue  # has no value yet
            scalable = (before not in ("(", ",", "{", "[") or is_binary(all_tokens, after) or
                        all_tokens[first].kind == "number")
            here.append(Site(path, rule, number, line, text, span, scalable))
            number += 1
            if after == first + 1 and all_tokens[first].kind == "name" and text not in NO_VARIABLES:
                arguments[first] = here[-1]
        for first, site in arguments.items():
            other = arguments.get(first + 2)
            if other and all_tokens[first + 1].text == "," and other.text != site.text:
                here.append(Site(path, rule, number, site.line, f"{site.text}, {other.text}",
                                 (site.span, other.span), False, (site.text, other.text)))
                number += 1
        if rule.end == rule.begin + 1 and rule.name in ("derivative", "backward"):
            here.append(Site(path, rule, number, rule.line, "{}", None, False))
            here[-1].added = something_added(source, all_tokens, rule, here[-1])
            number += 1
        out.append((rule, here))
    return out


def rewritten(source, all_sites, of_constants, left_out):
    """The source in which each site asks whether it is the one to change. Lines stay lines."""
    inserts = []  # (position, order, text)
    for site in all_sites:
        if site.id in left_out or (site.constant is not None) != of_constants:
            continue
        if site.constant is not None:
            begin, end = site.span
            inserts.append((begin, 0, end, f"::engram::mutants::constant<{site.constant}>({site.id})"))
        elif site.added:
            inserts += [(at, 0, at, text) for at, text in site.added]
        elif site.partner is None:
            begin, end = site.span
            inserts.append((begin, 1, begin, f"(::engram::mutants::Site({site.id}), "))
            inserts.append((end, -1, end, ")"))
        else:
            for (begin, end), other in zip(site.span, reversed(site.partner)):
                inserts.append((begin, 0, begin, f"(::engram::mutants::other({site.id}, {other}), "))
                inserts.append((end, -1, end, ")"))
    if not inserts:
        return source
    out, at = [], 0
    for begin, _, end, text in sorted(inserts, key=lambda insert: insert[:2]):
        out += [source[at:begin], text]
        at = end
    # A changed Var is a recorded one: in core/ too, arithmetic must be known.
    known = '#include "engram/ops/elementwise/arithmetic.hpp"\n' if all_sites[0].path.endswith(".cpp") else ""
    head = known + '#include "engram/tests/mutation/mutants.hpp"\n#line 1\n'
    return head + "".join(out) + source[at:]
