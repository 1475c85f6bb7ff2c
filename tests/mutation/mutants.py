"""The mutants: what each site can become, which tests reach it, and the report."""
import collections

# What types a site was reached with (mutants.hpp) -> what it can become.
CHANGES = {"n": "negated", "d": "doubled", "m": "one minus", "p": "plus one", "t": "turned over",
           "r": "reversed", "s": "swapped", "a": "given a term"}


def changes(site, types):
    out = ""
    if "v" in types:
        out += "nd" if site.scalable else "m"
    if "f" in types:
        out += ("nd" if site.scalable else "m") if "g" in types else "p"
    if "c" in types:
        out += "nd" if site.constant else "p"
    for of, change in (("i", "p"), ("b", "t"), ("e", "t"), ("x", "r"), ("w", "s"), ("a", "a")):
        if of in types and change not in out:
            out += change
    return dict.fromkeys(out)


class Mutant:
    def __init__(self, site, change, program, tests):
        self.site, self.change, self.program, self.tests = site, change, program, tests
        self.survived = False

    @property
    def selection(self):
        return f"{self.site.id}:{self.change}"

    def filters(self):
        """Boost's words for the tests that reach the site."""
        by_suite = collections.defaultdict(list)
        for test in self.tests:
            suite, _, case = test.rpartition("/")
            by_suite[suite].append(case)
        return [f"--run_test={suite}/{','.join(cases)}" for suite, cases in by_suite.items()]


def equivalents(text):
    """{key: reason} of mutants that no test can notice."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {key.strip(): reason.strip() for key, _, reason in (x.rpartition(" : ") for x in lines)}


class Mutants:
    def __init__(self, found, left_out, equivalent):
        self.found, self.left_out, self.equivalent = found, left_out, equivalent
        self.reached = {}  # site id -> (types, program, tests)
        self.names = {}  # site id -> "file rule operand", counted where one operand stands often
        for path, (_, rules) in found.items():
            counts = collections.Counter()
            for rule, here in rules:
                for site in here:
                    name = f"{path} {rule.label} {' '.join(site.text.split())}"
                    counts[name] += 1
                    again = f" #{counts[name]}" if counts[name] > 1 else ""
                    self.names[site.id] = name + again

    def look(self, program, text):
        tests, seen = {}, {}
        for line in text.splitlines():
            words = line.split(" ")
            if words[0] == "test":
                tests[int(words[1])] = words[2]
            else:
                seen[int(words[0])] = (words[1], words[2:])
        for site, (types, numbers) in seen.items():
            reaching = dict.fromkeys(tests[int(n)] for n in numbers if int(n) >= 0)
            # The first program has more tests; what only the second reaches are constants.
            self.reached.setdefault(site, (types, program, list(reaching)))

    def of(self, wanted):
        out = []
        for path in wanted:
            for _, here in self.found[path][1]:
                for site in here:
                    types, program, tests = self.reached.get(site.id, ("", "", []))
                    out += [Mutant(site, change, program, tests) for change in changes(site, types)]
        return out

    def report(self, wanted, todo):
        """Prints what became of the mutants; returns whether any survived."""
        killed, equivalent, survivors, used = 0, 0, [], set()
        for mutant in todo:
            key = f"{self.names[mutant.site.id]} {CHANGES[mutant.change]}"
            if not mutant.survived:
                killed += 1
            elif key in self.equivalent:
                equivalent += 1
                used.add(key)
            else:
                survivors.append((mutant.site, key))
        unreached = {}  # (file, rule, line): one for all the operands there
        with_mutants = {m.site.rule.of for m in todo}
        without, rules, refused = [], 0, []
        for path in wanted:
            for rule, here in self.found[path][1]:
                if rule.of is rule:
                    rules += 1
                    key = f"{path} {rule.label} no mutant"
                    if rule not in with_mutants and key not in self.equivalent:
                        without.append(f"{path}:{rule.line}: {rule.label}")
                    used.add(key)
                refused += [site for site in here if site.id in self.left_out]
                for site in here:
                    if site.id in self.reached or site.id in self.left_out:
                        continue
                    key = f"{path} {rule.label} never reached"
                    used.add(key)
                    if key not in self.equivalent:
                        unreached[path, rule, site.line] = site
        for site, key in sorted(survivors, key=lambda s: (s[0].path, s[0].line)):
            print(f"survived: {site.path}:{site.line}: {key}")
        for (path, rule, line), site in unreached.items():
            print(f"no test reaches: {path}:{line}: {rule.label}: {' '.join(site.text.split())}")
        for rule in without:
            print(f"nothing to change in: {rule}")
        for site in refused:
            print(f"does not compile: {site.path}:{site.line}: {self.names[site.id]}")
        stale = [k for k in self.equivalent if k.split(" ")[0] in wanted and k not in used]
        for key in stale:
            print(f"no longer needed in tests/mutation/equivalent: {key}")
        print(f"{rules} rules: {killed} mutants killed of {len(todo) - equivalent}, {len(survivors)} "
              f"survived, {len(unreached)} lines that no test reaches; {equivalent} equivalent ones "
              f"(tests/mutation/equivalent) and {len(refused)} that do not compile apart")
        return bool(survivors or unreached or without)
