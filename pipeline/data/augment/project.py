"""Invented projects: their folders, files and commands."""

from random import Random

from .symbols import Symbols


class Project(Symbols):
    """A project whose folders stay the same; its files are made up anew each time."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._folders = [self._new_folder() for _ in range(random.choice((1, 2, 2, 3)))]
        self._test_root = random.choice(("tests", "tests", "tests", "test", "tests/unit"))

    def _new_folder(self) -> str:
        words = self.words
        root, package = self.pick(words.roots), self.pick(words.packages)
        shape = self.random.random()
        if shape < 0.5:
            return f"{root}/{package}"
        if shape < 0.68:
            return f"{root}/{package}/{self.pick(words.modules)}"
        if shape < 0.78:
            return package
        if shape < 0.86:
            return f"{root}/{package}_{self.noun()}"
        if shape < 0.92:
            return f"{package}/{self.pick(words.modules)}"
        if shape < 0.96:
            return f"{root}/{package}/{self.pick(words.modules)}/{self.noun()}"
        return f"{self.pick(('packages', 'services', 'apps'))}/{package}-{self.noun()}/src"

    def folder(self) -> str:
        """Return a folder with code of the project."""
        return self.pick(self._folders)

    def module(self) -> str:
        """Return the name of a module, without its ending."""
        words = self.words
        shape = self.random.random()
        if shape < 0.55:
            return self.pick(words.modules)
        if shape < 0.8:
            return f"{self.noun()}_{self.pick(words.modules)}"
        if shape < 0.88:
            return f"{self.verb()}_{self.noun()}"
        if shape < 0.92:
            return f"_{self.pick(words.modules)}"
        if shape < 0.95:
            return f"{self.pick(words.modules)}_v{self.number(2, 4)}"
        return self.pick(
            ("__init__", "__main__", f"step_{self.number(10, 40)}", "conftest", "setup")
        )

    def path(self) -> str:
        """Return the path of a Python file."""
        folder = self.folder()
        if self.chance(0.15):
            folder += "/" + self.pick(self.words.modules)
        if self.chance(0.012):
            folder = f"{self.pick(self.words.spaced_folders)}/{self.noun()}"
        return f"{folder}/{self.module()}.py"

    def paths(self, count: int) -> list[str]:
        """Return so many different paths of Python files."""
        found: dict[str, None] = {}
        while len(found) < count:
            found.setdefault(self.path())
        return list(found)

    def test_folder(self) -> str:
        """Return a folder with tests."""
        if self.chance(0.12):
            return self._test_root
        part = self.folder().split("/")[-1] if self.chance(0.6) else self.noun()
        return f"{self._test_root}/{part}"

    def test_path(self) -> str:
        """Return the path of a file with tests."""
        return f"{self.test_folder()}/test_{self.module().strip('_')}.py"

    def tests(self) -> str:
        """Return a file or folder with tests."""
        return self.test_path() if self.chance(0.55) else self.test_folder()

    def place_to_check(self) -> str:
        """Return a file or folder with code."""
        return self.path() if self.chance(0.6) else self.folder()

    def document(self) -> str:
        """Return the path of a file for people to read."""
        name, ending = self.pick(self.words.documents), self.pick(("md", "md", "md", "rst", "txt"))
        if self.chance(0.05):
            return f"docs/{self.pick(self.words.spaced_folders)}/{name}.{ending}"
        if self.chance(0.3):
            return f"{name}.{ending}"
        folder = self.pick(("docs", "docs", f"docs/{self.word()}", "notes", "doc", "manual"))
        return f"{folder}/{self.word()}-{self.noun()}.{ending}"

    def config(self) -> str:
        """Return the path of a file that configures something, or holds data."""
        if self.chance(0.25):
            return self.pick(self.words.configs)
        folder = self.pick(self.words.config_folders)
        return f"{folder}/{self.word()}.{self.pick(self.words.data_endings)}"

    def report(self) -> str:
        """Return the path of a text file to write results to."""
        folder = self.pick(("reports", "build", "out", "docs", "notes", "tmp", "logs", "artifacts"))
        name = self.pick((self.noun(), f"{self.noun()}_{self.noun()}", f"{self.word()}-summary"))
        return f"{folder}/{name}.{self.pick(('txt', 'txt', 'md', 'md', 'log', 'csv'))}"

    def script(self) -> str:
        """Return the path of a script."""
        folder = self.pick(("scripts", "scripts", "bin", "ops", "tools", "ci"))
        return f"{folder}/{self.pick(self.words.scripts)}.{self.pick(('sh', 'sh', 'py'))}"

    def command(self) -> str:
        """Return a shell command that no typed tool stands for."""
        words = self.words
        script = self.script()
        runner = "python" if script.endswith(".py") else "bash"
        return self.pick(
            (
                f"make {self.pick(words.targets)}",
                f"make {self.pick(words.targets)}",
                f"make -C {self.folder()} {self.pick(words.targets)}",
                f"{runner} {script}",
                f"{runner} {script} --dry-run",
                f"{runner} {script} --{self.noun()} {self.number()}",
                f"pip install {self.library()}",
                f"pip show {self.library()}",
                f"pip install -e .[{self.noun()}]",
                f"docker compose up -d {self.pick(words.services)}",
                f"docker compose logs {self.pick(words.services)}",
                f"docker build -t {self.noun()}:{self.version()} .",
                f"npm run {self.pick(words.targets)}",
                f"uv sync --extra {self.noun()}",
                f"alembic upgrade {self.pick(('head', 'head', '+1'))}",
                f"du -sh {self.folder()}",
                f"ls -la {self.folder()}",
                f"wc -l {self.path()}",
                f"python -m build --outdir {self.noun()}",
                f"systemctl status {self.pick(words.services)}",
                f"tox -e {self.pick(words.targets)}",
                f"python -m {self.pick(words.packages)} --{self.noun()}",
                "python --version",
                f"df -h /var/{self.noun()}",
                f"tar czf {self.noun()}.tar.gz {self.folder()}",
            )
        )
