"""Install or remove packages, whatever the host's package manager is."""

from modules.kit import Arg, Module, ModuleFailed, Raw
from modules.packages.apk import Apk
from modules.packages.apt import Apt
from modules.packages.dnf import Dnf
from modules.system._facts.distribution import pkg_mgr_facts

KINDS = {"apt": Apt, "dnf": Dnf, "dnf5": Dnf, "yum": Dnf, "apk": Apk}


class Package(Module):
    name = Arg(Raw, "The packages, by the names they have on this host", default=None, aliases=("package", "pkg"))
    state = Arg(str, "Whether they are installed (present), removed (absent), or in the newest version (latest)",
                default="present")  # fmt: skip
    use = Arg(str, "The package manager, when it is not to be found out: apt, dnf, dnf5, yum or apk", default="auto")

    @classmethod
    def arguments(cls):
        """Its own, and all that the package managers' own modules take: which of them counts is known on the host."""
        found = {}
        for kind in (Apk, Dnf, Apt):
            for name, arg in kind.arguments().items():
                aliases = set(arg.aliases) | set(found[name].aliases if name in found else ())
                found[name] = Arg(Raw, arg.help, default=None, aliases=sorted(aliases), secret=arg.secret)
                found[name].name = name
        return dict(found, **super().arguments())

    def __init__(self, given, context):
        self.given = {key: value for key, value in given.items() if key != "use"}
        super().__init__(given, context)

    def check_arguments(self):
        manager = self.use.rpartition(".")[2]
        if manager == "auto":
            manager = pkg_mgr_facts()["pkg_mgr"]
        if manager not in KINDS:
            raise ModuleFailed(
                "the package manager %s is not supported" % manager if manager != "unknown"
                else "no package manager was found",
                hint="package knows %s; elsewhere, use `command`" % ", ".join(KINDS),
            )  # fmt: skip
        self.inner = KINDS[manager](self.given, self.context)

    def subject(self):
        return self.inner.subject()

    def refresh(self):
        self.inner.refresh()

    def current(self):
        return self.inner.current()

    def wanted(self):
        self.inner.before = self.before
        return self.inner.wanted()

    def same(self, key, now, wanted):
        return self.inner.same(key, now, wanted)

    def apply(self, change):
        self.inner.apply(change)

    def brings(self, change):
        return self.inner.brings(change)

    def returns(self, change, state):
        return self.inner.returns(change, state)
