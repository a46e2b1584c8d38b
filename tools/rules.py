"""The project's own rules, checked on the syntax tree: what no linter knows.

Each rule is one class: its docstring names the harm it prevents, `remedy` what to do.
Run: ``python tools/rules.py src``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final, Protocol

from sayso.database.visibility import NOBODYS

MAX_FILE_LINES: Final = 400
MAX_FUNCTION_LINES: Final = 50


@dataclass(frozen=True)
class Source:
    """One file: its place below ``sayso`` and its tree."""

    path: Path
    place: str
    tree: ast.Module
    num_lines: int

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return every node of the tree, walked once for all rules."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[tuple[str, ast.Call], ...]:
        """Return every call of the tree, as `called_names` does."""
        return tuple(called_names(self.tree))


@dataclass(frozen=True)
class Breach:
    """One place where a rule is broken."""

    path: Path
    line: int
    text: str


class Rule(Protocol):
    """A rule walks one file."""

    remedy: str

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield the line of each breach."""
        ...


def called_names(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with the last part of the called name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            yield name, node


class OnlyMaker:
    """A value that carries a promise, made elsewhere, would carry a promise that nobody kept."""

    def __init__(self, name: str, home: str) -> None:
        """``name`` may be constructed only in files whose place starts with ``home``."""
        self.name, self.home = name, home
        self.remedy = f"only {home} makes a {name}; ask it for one"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield calls of the constructor, and `replace` of such a value cannot be seen here: tests hold that."""
        if not source.place.startswith(self.home):
            yield from (call.lineno for name, call in source.calls if name == self.name)


class NoNaiveTime:
    """A time without a zone, or read outside `clock`, cannot be compared with what a grant says."""

    remedy = "use sayso.clock.now() and sayso.clock.stamp()"
    readers: ClassVar = {"utcnow", "now", "today", "fromtimestamp", "utcfromtimestamp"}

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield ``datetime.now`` and its kin, and ``time.time``."""
        if source.place == "clock.py":
            return
        for name, call in source.calls:
            owner = getattr(call.func, "value", None)
            owner_name = getattr(owner, "id", getattr(owner, "attr", ""))
            if (name in self.readers and owner_name in {"datetime", "date"}) or (name, owner_name) == ("time", "time"):
                yield call.lineno


class NoAssert:
    """An assert vanishes under ``python -O``; a check that matters must not."""

    remedy = "raise an error of the tree"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield assert statements."""
        yield from (node.lineno for node in source.nodes if isinstance(node, ast.Assert))


class NoEnvironment:
    """Settings read in the middle of the house cannot be shown with their origin."""

    remedy = "read it in settings/loading.py and pass it down"
    allowed: ClassVar = {
        "settings/loading.py",
        "models/catalogue.py",
        "corpus/program.py",  # tells Daft and Ray not to report home, which can be told nowhere else
    }

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield uses of ``os.environ`` and ``os.getenv`` (doors may read how to talk to the terminal)."""
        if source.place in self.allowed or source.place.startswith("doors/"):
            return
        for node in source.nodes:
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                yield node.lineno


class OneDoor:
    """A third party let in at many doors can never be shown out again."""

    def __init__(self, package: str, *places: str) -> None:
        """``package`` may be imported only in files whose place starts with, or ends in, one of ``places``."""
        self.package, self.places = package, places
        self.remedy = f"{package} is let in at {', '.join(places)} only"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield imports of the package."""
        if any(source.place.startswith(p) or source.place.endswith(p) for p in self.places):
            return
        for node in source.nodes:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == self.package for name in names):
                yield node.lineno


class FewUsers:
    """Sound that is encoded, or written to a file, in many places leaves in one of them without a permit."""

    def __init__(self, module: str, name: str, *places: str) -> None:
        """``name`` of ``module`` may be used only in files whose place starts with one of ``places``."""
        self.module, self.name, self.places = module, name, places
        self.remedy = f"{module}.{name} is for {', '.join(places)} only; pass `MarkedAudio` on, or write a document"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield imports of the name, and uses of it as an attribute of the module."""
        if source.place.startswith(self.places):
            return
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{self.module}."):
                yield from (node.lineno for alias in node.names if alias.name == self.name)
            elif isinstance(node, ast.Attribute) and node.attr == self.name:
                owner = ast.unparse(node.value).split(".")[-1]
                if owner == self.module.split(".")[-1]:
                    yield node.lineno


class SmallFiles:
    """What does not fit in a glance is not read."""

    remedy = f"split it: files have at most {MAX_FILE_LINES} lines, functions at most {MAX_FUNCTION_LINES}"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield long files and long functions."""
        if source.place.startswith("database/migrations/"):
            return  # a schema is one list
        if source.num_lines > MAX_FILE_LINES:
            yield 1
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > MAX_FUNCTION_LINES:
                yield node.lineno


UNSCOPED: Final[Mapping[str, str]] = {
    "ledger/store.py": "the log is published and names nobody",
    "ledger/finding_store.py": "the log is published and names nobody",
    "vault/store.py": "the key store is no part of the state; keys are found by rows that are scoped",
    "consent/minutes/store.py": "a decision charges a grant and its outer consent, of whichever organisation they are",
}
"""Files whose queries see all rows, each with the reason."""

WIDENED: Final[Mapping[str, str]] = {
    "consent/signed.py:standing": "a decision needs every grant of the speaker, and shows none of them",
    "consent/changes.py:outer_for": "a grant is held to the speaker's outer consent, whoever asks for it",
    "consent/changes.py:_asked": "a licensee may ask a speaker of any organisation for a grant",
    "consent/changes.py:_key_of": "a signature is checked with its speaker's key, whoever brings it",
    "consent/decision_store.py:has": "a record that is there is not written twice; its digest is keyed",
    "consent/speaker_store.py:organisation_of_speaker": "what a voice yields belongs to its speaker's organisation",
    "consent/speaker_store.py:epoch_of": "the gate checks a permit whose speaker is of any organisation",
    "consent/speaker_store.py:touch": "whoever could change a grant ends its speaker's permits",
    "lineage/store.py:_forget": "of rows that are found within the scope first; edges go before what they hang on",
    "erasure/store.py:num_destroyed": "the key store is held against all erasures, and none of them is shown",
    "enrollment/protected_store.py:every_print": "a voice is compared with all on the list, and none of them is shown",
    "enrollment/store.py:prints_but": "a voice is compared with those of every speaker, and none of them is shown",
    "accounts/store.py:holder_of": "a licensee is held by one organisation of all",
}
"""Functions that may let a transaction see all rows for a while, each with the reason."""


class ScopedQueries:
    """A query that forgets whose rows it may see shows one organisation the rows of another."""

    remedy = "put within(tx, TABLE) into its where, or name the file in UNSCOPED with the reason"
    verbs: ClassVar = {"select", "update", "delete"}

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield each query of rows that belong to somebody in a function which does not ask `within` for them."""
        if not source.place.endswith("store.py") or source.place in UNSCOPED:
            return
        shared = _assigned(source.tree)
        for function in source.nodes:
            if isinstance(function, ast.FunctionDef):
                yield from self._unscoped(function, shared)

    def _unscoped(self, function: ast.FunctionDef, shared: dict[str, ast.expr]) -> Iterator[int]:
        names = shared | _assigned(function)
        asked = {
            call.args[1].id
            for name, call in called_names(function)
            if name == "within" and len(call.args) > 1 and isinstance(call.args[1], ast.Name)
        }
        for line, tables in self._queries(function, names, set(shared)):
            if tables and not tables & asked:
                yield line

    def _queries(
        self, function: ast.FunctionDef, names: dict[str, ast.expr], shared: set[str]
    ) -> Iterator[tuple[int, set[str]]]:
        for name, call in called_names(function):
            if name in self.verbs and isinstance(call.func, ast.Name):
                yield call.lineno, {table for each in call.args for table in _tables(each, names)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in shared and self._is_query(names[node.id]):
                yield node.lineno, _tables(names[node.id], names)

    def _is_query(self, value: ast.expr) -> bool:
        return any(name in self.verbs for name, _ in called_names(value))


class WidenedByName:
    """A transaction that sees all rows must be looked at by a person: it is the way around every scope."""

    remedy = "read what the actor may see, or name the function in WIDENED with the reason"

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield calls of `everything`, and in workflows and doors uses of the scope `EVERYTHING`, elsewhere."""
        allowed = {place.partition(":")[2] for place in WIDENED if place.partition(":")[0] == source.place}
        for function in source.nodes:
            if isinstance(function, ast.FunctionDef) and function.name not in allowed:
                yield from (call.lineno for name, call in called_names(function) if name == "everything")
        if source.place.startswith(("workflows/", "doors/")) and source.place not in SessionOnly.allowed:
            names = (node for node in source.nodes if isinstance(node, ast.Name))
            yield from (node.lineno for node in names if node.id == "EVERYTHING")


class SessionOnly:
    """A transaction that a workflow opens by itself knows of no actor."""

    remedy = "open it by session.read() or session.act()"
    allowed: ClassVar = {"workflows/installation/installation.py", "workflows/installation/session.py"}

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield calls of ``database.read`` and ``database.write`` in workflows and doors."""
        if not source.place.startswith(("workflows/", "doors/")) or source.place in self.allowed:
            return
        for name, call in source.calls:
            owner = getattr(call.func, "value", None)
            if name in {"read", "write"} and getattr(owner, "attr", getattr(owner, "id", "")) == "database":
                yield call.lineno


UNDER_A_RIGHT: Final[Mapping[str, str]] = {
    "workflows/consent/permission.py:failed": "ends what was begun under a permit, and `ask` asked for the right",
    "workflows/consent/acts.py:act_on_grant": "whoever calls it names the right; the rule takes its call for a write",
    "workflows/consent/holding.py:_renew": "renews the lease of a permit",
    "workflows/voices/cloning.py:_kept": "keeps what was made under a permit",
    "workflows/storage/keeping.py:_kept": "keeps what was permitted to be stored",
    "workflows/speech/speaking.py:settle": "keeps what was made under a permit",
    "workflows/speech/phrasebook.py:_keep": "keeps what was made under a permit",
    "workflows/consent/forgetting.py:forget_phrases": "takes away what may be made anew, after an act",
    "workflows/speech/live.py:_note": "notes what was heard under a permit",
    "workflows/productions/chapters.py:_log": "logs what was released under permits",
    "workflows/productions/takes.py:_checked": "keeps what was found of a clip that was made under a permit",
    "workflows/productions/packaging.py:_log": "logs what was released under permits",
    "workflows/speech/exporting.py:_settled": "keeps what was made under a permit",
    "workflows/provenance/marking_files.py:embed": "`Batch` asked for the right, and each file has a permit",
    "workflows/provenance/certificates.py:_logged": "`use` and `use_local` asked for the right",
    "workflows/voices/house.py:house_speaker": "the installation enters its own speaker, whoever asks",
    "workflows/voices/house.py:admit": "the installation enters the voices of its engines, whoever asks",
}
"""Functions of workflows that write and name no right, each with the reason."""


class RightNamed:
    """An act that names no right is one that any role may do."""

    remedy = "call session.require(Right...) before, or name the function in UNDER_A_RIGHT with the reason"
    writers: ClassVar = {
        "session": {"act"}, "log": {"rotate", "reindex"}, "vault": {"create_subject", "destroy_subject"},
    }  # fmt: skip

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield writes in workflows and doors that no call of `require` comes before in the same function."""
        if not source.place.startswith(("workflows/", "doors/")) or source.place in SessionOnly.allowed:
            return
        for function in source.nodes:
            if isinstance(function, ast.FunctionDef) and f"{source.place}:{function.name}" not in UNDER_A_RIGHT:
                asked = [call.lineno for name, call in called_names(function) if name == "require"]
                yield from (line for line in self._writes(function) if line < min(asked, default=line + 1))

    def _writes(self, function: ast.FunctionDef) -> Iterator[int]:
        for name, call in called_names(function):
            owner = getattr(call.func, "value", None)
            owner = getattr(owner, "func", owner)
            known = getattr(owner, "attr", getattr(owner, "id", "")).lstrip("_")
            if name == "act_on_grant" or name in self.writers.get(
                "session" if known == "as_installation" else known, ()
            ):
                yield call.lineno


class OwnActs:
    """What the installation does by itself is bound by no role: it must be little, and looked at by a person."""

    remedy = "work in the session of who asks, or name the file in OwnActs.allowed with the reason"
    allowed: ClassVar = {
        "workflows/voices/house.py": "the house and its stock voices are there for everybody",
        "workflows/consent/forgetting.py": "what is kept of a voice goes, whoever had it said",
        "workflows/speech/phrasebook.py": "the room for phrases is one; which there are is read, and no sound",
        "workflows/accounts/credentials.py": "whose credential it is shows only after it was looked up",
        "workflows/accounts/tokens.py": "whether the organisation of a token is here shows only to who sees all",
    }

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield calls of `as_installation` elsewhere."""
        if source.place not in self.allowed:
            yield from (call.lineno for name, call in source.calls if name == "as_installation")


def _assigned(tree: ast.Module | ast.FunctionDef) -> dict[str, ast.expr]:
    """Return the names that are assigned in a module or function (not in what lies within), with their values."""
    statements = tree.body if isinstance(tree, ast.Module) else list(ast.walk(tree))
    found: dict[str, ast.expr] = {}
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(value, ast.expr):
            found |= {target.id: value for target in targets if isinstance(target, ast.Name)}
    return found


def _tables(node: ast.expr, names: dict[str, ast.expr], seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the variables of tables that an expression is about, but for those that belong to nobody."""
    if isinstance(node, ast.Name):
        value = names.get(node.id)
        if value is None:
            return {node.id}
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Table":
            named = value.args[0].value if isinstance(value.args[0], ast.Constant) else ""
            return set() if named in NOBODYS else {node.id}
        return set() if node.id in seen else _tables(value, names, seen | {node.id})
    if isinstance(node, ast.Attribute) and node.attr == "c" and isinstance(node.value, ast.Name):
        return _tables(node.value, names, seen)
    children = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return {
        table
        for child in children
        if not isinstance(child, ast.Name) or child.id in names or isinstance(node, ast.Starred | ast.Tuple)
        for table in _tables(child, names, seen)
    }


class NoCommand:
    """A room that names a command speaks of a door that the API, or another program, does not have."""

    remedy = "raise an error of its own class, and name the command in doors/hints.py"
    words: ClassVar = (
        "account", "consent", "corpus", "credentials", "demo", "detect", "diagnose", "doctor", "erase", "export",
        "labels", "ledger", "mark", "produce", "report", "resolver", "restore", "runs", "say", "serve",
        "settings", "speaker",
        "store", "trace", "verify", "voice", "witness",
    )  # fmt: skip
    pattern: ClassVar = re.compile(rf"`sayso |\bsayso ({'|'.join(words)}) [a-z-]|(?<![\w-])--[a-z]{{2,}}")

    def breaches(self, source: Source) -> Iterator[int]:
        """Yield strings outside ``doors`` that name a command or an option of one; docstrings may."""
        if source.place.startswith("doors/"):
            return
        docstrings = {id(doc) for node in source.nodes if (doc := _docstring(node)) is not None}
        for node in source.nodes:
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            if is_text and self.pattern.search(node.value):
                yield node.lineno


def _docstring(node: ast.AST) -> ast.expr | None:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return None
    first = node.body[0]
    return first.value if isinstance(first, ast.Expr) else None


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


RULES: Final[tuple[Rule, ...]] = (
    OnlyMaker("Permit", "consent/"),
    OnlyMaker("Entry", "ledger/"),
    OnlyMaker("MarkedAudio", "mark/"),
    OnlyMaker("EncodedAudio", "mark/"),
    OnlyMaker("SignedAudio", "credentials/"),
    OnlyMaker("Packed", "workflows/speech/credentials.py"),
    OnlyMaker("Reference", "voices/reference.py"),
    OnlyMaker("FittedVoice", "voices/style_fit.py"),
    FewUsers(
        "sayso.audio",
        "encode",
        "audio/",
        "mark/marked.py",
        "workflows/voices/archive.py",  # repaired recordings
        "workflows/restoration/",  # a person's own file
        "corpus/shards/export.py",  # what a view lets out: granted or licensed recordings, nothing made here
        "corpus/cleaning.py",  # segments of recordings that are there on a basis of their own
        "storage/forms.py",  # a speaker's recordings, which leave under a permit to take them out
        "doors/cli/commands/demo.py",
    ),
    FewUsers("sayso.audio.streamed", "StreamEncoder", "audio/", "mark/"),
    FewUsers("sayso.disk", "Draft", "disk.py", "ledger/", "workflows/provenance/releasing.py"),
    FewUsers(
        "sayso.disk",
        "write_whole",
        "disk.py",
        "ledger/",
        "vault/",
        "workflows/restoration/",  # a person's own file
        "corpus/shards/export.py",  # what a view lets out: granted or licensed recordings, nothing made here
        "workflows/enrollment/evidence.py",  # a person's own recordings
        "doors/cli/commands/demo.py",
    ),
    FewUsers(
        "sayso.disk",
        "write_group",
        "disk.py",
        "corpus/sounds.py",  # segments of recordings that are there on a basis of their own
    ),
    NoNaiveTime(),
    NoAssert(),
    NoEnvironment(),
    SmallFiles(),
    ScopedQueries(),
    WidenedByName(),
    SessionOnly(),
    RightNamed(),
    OwnActs(),
    NoCommand(),
    OneDoor("onnxruntime", "models/session.py"),
    OneDoor("sqlalchemy", "database/", "store.py"),
    OneDoor("alembic", "database/"),
    OneDoor(
        "cryptography",
        "vault/",
        "ledger/",
        "consent/",
        "credentials/authority.py",
        "certificate_check.py",
        "operator_certificate.py",
    ),
    OneDoor("cedarpy", "consent/"),
    OneDoor("c2pa", "credentials/"),
    OneDoor("obstore", "vault/", "corpus/"),
    OneDoor("jinja2", "doors/"),
    OneDoor("typer", "doors/"),
    OneDoor("fastapi", "doors/api/"),
    OneDoor("starlette", "doors/api/"),
    OneDoor("uvicorn", "doors/api/"),
    OneDoor("prometheus_client", "doors/api/"),
    OneDoor("opentelemetry", "doors/api/"),
    OneDoor("aiortc", "doors/api/webrtc/"),
    OneDoor("jwt", "accounts/"),
    OneDoor("rich", "doors/"),
    OneDoor("hibari", "engines/"),
    OneDoor("pydantic", "settings/", "doors/api/"),
    OneDoor("pydantic_settings", "settings/"),
    OneDoor("lxml", "productions/"),
    OneDoor("docx", "productions/readers/"),
    OneDoor("pypdf", "productions/readers/"),
    OneDoor("markdown_it", "productions/readers/"),
    OneDoor("yaml", "productions/cast_file.py"),
    OneDoor("dbos", "workflows/productions/"),
    OneDoor("daft", "corpus/"),
    OneDoor("ray", "corpus/"),
    OneDoor("lance", "corpus/"),
    OneDoor("pyarrow", "corpus/"),
    OneDoor("pickle"),
)


def sources(root: Path) -> Iterator[Source]:
    """Yield every Python file below ``root``/sayso."""
    for path in sorted((root / "sayso").rglob("*.py")):
        text = path.read_text()
        yield Source(path, path.relative_to(root / "sayso").as_posix(), ast.parse(text), text.count("\n") + 1)


def check(root: Path) -> list[Breach]:
    """Return every breach of every rule below ``root``."""
    return [
        Breach(source.path, line, f"{type(rule).__name__}: {rule.remedy}")
        for source in sources(root)
        for rule in RULES
        for line in rule.breaches(source)
    ]


def main() -> int:
    """Print the breaches; return 1 if there are any."""
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else "src"))
    for breach in found:
        print(f"{breach.path}:{breach.line}: {breach.text}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
