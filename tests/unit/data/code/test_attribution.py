"""Which result a field is read from."""

import pytest

STAGED = "git_status.files.staged"
FILES = "git_status.files"

READ_THROUGH = {
    "the call itself": "print(git_status('.').files[0].staged)",
    "an assignment": "s = git_status('.')\nf = s.files[0]\nprint(f.staged)",
    "two names": "a = b = git_status('.')\nprint(b.files[0].staged)",
    "an annotated name": "s: object = git_status('.')\nprint(s.files[0].staged)",
    "a loop": "for f in git_status('.').files:\n    print(f.staged)",
    "an f-string": "for f in git_status('.').files:\n    print(f'{f.staged!r:>10}')",
    "enumerate": "for n, f in enumerate(git_status('.').files, 1):\n    print(n, f.staged)",
    "zip": "for a, f in zip('ab', git_status('.').files):\n    print(f.staged)",
    "a list comprehension": "print([f.staged for f in git_status('.').files])",
    "a set comprehension": "print({f.staged for f in git_status('.').files})",
    "a condition of a comprehension": "print(sum(1 for f in git_status('.').files if f.staged))",
    "a dict comprehension": "d = {n: f for n, f in enumerate(git_status('.').files)}\n"
    "print(d[0].staged)",
    "a nested comprehension": "print([g.staged for s in [git_status('.')] for g in s.files])",
    "a name bound in a comprehension": "any((hit := f) for f in git_status('.').files)\n"
    "print(hit.staged)",
    "a negative index": "print(git_status('.').files[-1].staged)",
    "a slice": "for f in git_status('.').files[1:3]:\n    print(f.staged)",
    "unpacking": "first, second = git_status('.').files\nprint(second.staged)",
    "a starred target": "first, *others = git_status('.').files\nprint(others[0].staged)",
    "unpacking a display": "s, n = git_status('.'), 3\nprint(s.files[n].staged)",
    "the last of a display": "pair = (3, git_status('.'))\nprint(pair[-1].files[0].staged)",
    "a starred display": "files = [*git_status('.').files]\nprint(files[0].staged)",
    "a conditional expression": "s = git_status('.') if path else None\nprint(s.files[0].staged)",
    "or": "files = git_status('.').files or []\nprint(files[0].staged)",
    "a walrus": "if (s := git_status('.')).files[0].staged:\n    print(s)",
    "a branch": "if path:\n    s = git_status('.')\nelse:\n    s = None\nprint(s.files[0].staged)",
    "a try": "try:\n    s = git_status('.')\nexcept OSError:\n    s = None\n"
    "print(s.files[0].staged)",
    "a handler": "s = git_status('.')\ntry:\n    s = None\nexcept OSError:\n"
    "    print(s.files[0].staged)",
    "a name kept at a break": "for f in git_status('.').files:\n    if f:\n        hit = f\n"
    "        break\nprint(hit.staged)",
    "a name kept at a continue": "for f in git_status('.').files:\n    last = f\n    continue\n"
    "print(last.staged)",
    "a name of the round before": "last = None\nfor f in git_status('.').files:\n    if last:\n"
    "        print(last.staged)\n    last = f",
    "a while loop": "files = list(git_status('.').files)\nwhile files:\n"
    "    print(files.pop().staged)",
    "a dict by key": "r = {'s': git_status('.'), 'l': git_log('.')}\nprint(r['s'].files[0].staged)",
    "a dict filled later": "r = {}\nr['s'] = git_status('.')\nr['l'] = git_log('.')\n"
    "print(r['s'].files[0].staged)",
    "get of a dict": "r = dict(s=git_status('.'))\nprint(r.get('s').files[0].staged)",
    "items of a dict": "for k, v in {'s': git_status('.')}.items():\n    print(v.files[0].staged)",
    "values of a dict": "for v in {'s': git_status('.')}.values():\n    print(v.files[0].staged)",
    "a list by position": "r = [git_status('.'), git_log('.')]\nprint(r[0].files[0].staged)",
    "an appended element": "r = []\nr.append(git_status('.'))\nprint(r[0].files[0].staged)",
    "an extended list": "r = []\nr.extend(git_status('.').files)\nprint(r[0].staged)",
    "an augmented list": "r = []\nr += git_status('.').files\nprint(r[0].staged)",
    "a bucket of a dict": "d = {}\nfor f in git_status('.').files:\n"
    "    d.setdefault(f, []).append(f)\nprint([f.staged for b in d.values() for f in b])",
    "a bucket with a name": "d = {}\nfor f in git_status('.').files:\n    b = d.setdefault(1, [])\n"
    "    b.append(f)\nfor k, b in d.items():\n    print(b[0].staged)",
    "a defaultdict": "from collections import defaultdict\nd = defaultdict(list)\n"
    "for f in git_status('.').files:\n    d[f].append(f)\nfor b in d.values():\n"
    "    print(b[0].staged)",
    "a container under a second name": "r = []\nalias = r\nalias.append(git_status('.'))\n"
    "print(r[0].files[0].staged)",
    "a container that a function fills": "def fill(out):\n    out.append(git_status('.'))\nr = []\n"
    "fill(r)\nprint(r[0].files[0].staged)",
    "sorted": "print(sorted(git_status('.').files, key=lambda f: f.staged))",
    "sort in place": "files = list(git_status('.').files)\nfiles.sort(key=lambda f: f.staged)",
    "max": "print(max(git_status('.').files, key=lambda f: f.staged, default=None))",
    "filter": "print(*filter(lambda f: f.staged, git_status('.').files))",
    "map": "print(*map(lambda f: f.staged, git_status('.').files))",
    "next": "f = next((f for f in git_status('.').files), None)\nprint(f.staged)",
    "attrgetter": "import operator\n"
    "print(max(git_status('.').files, key=operator.attrgetter('staged')))",
    "groupby": "from itertools import groupby\n"
    "for k, g in groupby(git_status('.').files, key=lambda f: f.staged):\n    print(k)",
    "chain": "import itertools\nfor f in itertools.chain(git_status('.').files, []):\n"
    "    print(f.staged)",
    "nlargest": "from heapq import nlargest\n"
    "print(nlargest(1, git_status('.').files, key=lambda f: f.staged))",
    "reduce": "from functools import reduce\n"
    "print(reduce(lambda n, f: n + f.staged, git_status('.').files, 0))",
    "getattr": "print(getattr(git_status('.').files[0], 'staged'))",
    "a local function": "def show(f):\n    print(f.staged)\nshow(git_status('.').files[0])",
    "what a function returns": "def ask():\n    return git_status('.')\n"
    "print(ask().files[0].staged)",
    "a keyword argument": "def show(n, f=None):\n    print(f.staged)\n"
    "show(1, f=git_status('.').files[0])",
    "a default argument": "def show(s=git_status('.')):\n    print(s.files[0].staged)\nshow()",
    "a lambda": "show = lambda s: s.files[0].staged\nprint(show(git_status('.')))",
    "a closure": "s = git_status('.')\ndef show():\n    print(s.files[0].staged)\nshow()",
    "a generator": "def ask():\n    yield from git_status('.').files\n"
    "print([f.staged for f in ask()])",
    "a coroutine": "import asyncio\nasync def ask():\n    s = git_status('.')\n"
    "    print(s.files[0].staged)\nasyncio.run(ask())",
    "an object's attribute": "class Report:\n    def __init__(self):\n"
    "        self.status = git_status('.')\n    def show(self):\n"
    "        print(self.status.files[0].staged)\nReport().show()",
    "a pattern": "match git_status('.'):\n    case object(files=files):\n"
    "        print(files[0].staged)",
    "a with block": "with open('a') as out:\n    print(git_status('.').files[0].staged, file=out)",
    "a global": "s = None\ndef ask():\n    global s\n    s = git_status('.')\nask()\n"
    "print(s.files[0].staged)",
}


@pytest.mark.parametrize("code", READ_THROUGH.values(), ids=READ_THROUGH)
def test_field_is_read_through(code, reads):
    assert STAGED in reads(code)


NOT_READ = {
    "a comment": "s = git_status('.')\nprint(s)  # s.files[0].staged",
    "a string": "s = git_status('.')\nprint('s.files[0].staged')",
    "another object": "git_status('.')\nprint(other.files[0].staged)",
    "a name that was given away": "s = git_status('.')\ns = load()\nprint(s.files[0].staged)",
    "an assignment to the field": "s = load()\ns.staged = git_status('.')",
    "code after return": "def f(s):\n    return s\n    print(s.files[0].staged)\n"
    "f(git_status('.'))",
    "a branch that is never taken": "s = git_status('.')\nif False:\n    print(s.files[0].staged)",
    "a lambda that nobody calls": "s = git_status('.')\nf = lambda: s.files[0].staged",
    "a function that nobody calls": "s = git_status('.')\ndef f():\n    return s.files[0].staged",
    "the scope of the caller": "def show():\n    print(s.files[0].staged)\n"
    "def ask():\n    s = git_status('.')\n    show()\nask()",
    "a loop variable of a comprehension": "[f for f in git_status('.').files]\nprint(f.staged)",
    "the keys of a dict": "for k in {'s': git_status('.')}:\n    print(k.files[0].staged)",
    "the other element of a tuple": "a, b = git_status('.'), load()\nprint(b.files[0].staged)",
    "the other key of a dict": "r = {'s': git_status('.'), 'o': load()}\n"
    "print(r['o'].files[0].staged)",
    "a parameter that hides the name": "s = git_status('.')\ndef show(s):\n"
    "    print(s.files[0].staged)\nshow(load())",
}


@pytest.mark.parametrize("code", NOT_READ.values(), ids=NOT_READ)
def test_field_is_not_read_by(code, reads):
    assert STAGED not in reads(code)


def test_fields_of_two_results_are_kept_apart(reads):
    code = "s = git_status('.')\nd = git_diff('.')\nprint(s.file_count, d.additions)"
    assert reads(code) == ["git_diff.additions", "git_status.file_count"]


def test_field_below_a_recursive_function_is_read(reads):
    code = (
        "def show(symbols):\n    for s in symbols:\n        print(s.name)\n"
        "        show(s.children)\nshow(document_symbols('a').symbols)"
    )
    assert reads(code) == [
        "document_symbols.symbols",
        "document_symbols.symbols.children",
        "document_symbols.symbols.children.children",
        "document_symbols.symbols.children.name",
        "document_symbols.symbols.name",
    ]


def test_recursive_list_is_collected_through_its_accumulator(reads):
    code = (
        "found = []\ndef walk(symbols):\n    for s in symbols:\n        found.append(s)\n"
        "        walk(s.children)\nwalk(document_symbols('a').symbols)\n"
        "print([s.line for s in found])"
    )
    assert "document_symbols.symbols.children.line" in reads(code)


def test_optional_field_goes_on_to_its_type(unknown):
    code = "print(hover('a', 1, 2, 'x').content.signature)"
    assert unknown(code) == ("hover.content is text: it has no field 'signature'",)


def test_method_of_text_is_no_field(reads):
    assert reads("print(hover('a', 1, 2, 'x').content.splitlines()[0].strip())") == [
        "hover.content"
    ]


def test_a_number_is_added_to_a_number(reads, unknown):
    code = (
        "total = 0\nfor f in git_status('.').files:\n"
        "    total += ruff_check(f.file).violation_count\nprint(total)"
    )
    assert unknown(code) == ()
    assert "ruff_check.violation_count" in reads(code)


def test_a_list_takes_the_elements_of_the_list_that_is_added(reads):
    code = "all = []\nall += git_status('.').files\nfor f in all:\n    print(f.staged)"
    assert "git_status.files.staged" in reads(code)


def test_a_number_added_to_a_list_is_told(unknown):
    assert unknown("all = []\nall += git_status('.').file_count") == (
        "git_status.file_count is an int: it cannot be iterated",
    )


UNKNOWN_READS = {
    "print(git_status('.').branch)": "GitStatusResult has no field 'branch'; it has "
    "success, parse_error, clean, file_count, files",
    "print(git_status('.').files[0].path)": "GitFileStatus has no field 'path'; it has "
    "file, status, staged",
    "print(git_status('.').files.file)": "git_status.files is a list: it has no field 'file'",
    "print(git_status('.')['clean'])": "GitStatusResult cannot be indexed: read its fields",
    "print(git_status('.')[0])": "GitStatusResult cannot be indexed: read its fields",
    "print(git_status('.').files['a'])": "git_status.files is a list: it has no key 'a'",
    "print(git_status('.').file_count[0])": "git_status.file_count is an int: it cannot be indexed",
    "for f in git_status('.'):\n    pass": "GitStatusResult is no list: it cannot be iterated",
    "for f in git_status('.').file_count:\n    pass": "git_status.file_count is an int: "
    "it cannot be iterated",
    "print(git_status('.').get('clean'))": "GitStatusResult has no field 'get'; it has "
    "success, parse_error, clean, file_count, files",
    "print(read_file('a').text)": "read_file is text: it has no field 'text'",
    "print(getattr(git_status('.'), 'branch'))": "GitStatusResult has no field 'branch'; it has "
    "success, parse_error, clean, file_count, files",
}


@pytest.mark.parametrize(("code", "sentence"), UNKNOWN_READS.items())
def test_access_that_a_result_does_not_offer_is_told(code, sentence, unknown):
    assert unknown(code) == (sentence,)


def test_right_field_on_the_wrong_result_is_told(unknown):
    code = "s = git_status('.')\nlog = git_log('.')\nprint(log.clean)"
    assert unknown(code) == (
        "GitLogResult has no field 'clean'; it has success, parse_error, commits, commit_count",
    )


def test_field_that_one_of_two_possible_results_has_is_known(reads):
    code = "r = git_status('.') if path else git_log('.')\nprint(r.clean)"
    assert reads(code) == ["git_status.clean"]
