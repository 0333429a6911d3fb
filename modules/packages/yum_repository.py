"""Add a repository to dnf and yum, or remove it."""

import configparser
import io
import os
import re

from modules.files._attributes import _Attributes
from modules.kit import Arg, Content, ModuleFailed, Path
from modules.packages import _dnf, _texts

NOT_OPTIONS = ("name", "description", "file", "reposdir", "state") + tuple(_Attributes.arguments())
SECRET_LINE = re.compile(r"^((?:proxy_)?password\s*[=:]\s*).*$", re.M)


class YumRepository(_Attributes):
    name = Arg(str, "The id of the repository")
    description = Arg(str, "What it is, for people", default=None, needed_if={"state": "present"})
    state = Arg(str, "Whether it is there", default="present", choices=("absent", "present"))
    file = Arg(str, "Its file, without .repo; else called after the id", default=None)
    reposdir = Arg(Path, "The folder of the files", default="/etc/yum.repos.d")
    baseurl = Arg(list, "Its addresses; one of baseurl, metalink and mirrorlist is required", default=None, of=str)
    metalink = Arg(str, "Where a metalink file is that tells the addresses", default=None)
    mirrorlist = Arg(str, "Where a list of the addresses is", default=None)
    enabled = Arg(bool, "Whether it is used", default=None)
    gpgcheck = Arg(bool, "Whether the signatures of packages are checked", default=None)
    repo_gpgcheck = Arg(bool, "Whether the signature of what it holds is checked", default=None)
    gpgkey = Arg(list, "Where the keys are that sign it", default=None, of=str)
    exclude = Arg(list, "Packages that are left out", default=None, of=str, aliases=("excludepkgs",))
    includepkgs = Arg(list, "The only packages that are taken from it", default=None, of=str)
    priority = Arg(str, "How early it is asked: 1 to 99, the lowest first", default=None)
    cost = Arg(str, "What it costs to fetch from it, compared with others: the lowest is preferred", default=None)
    module_hotfixes = Arg(bool, "Whether its packages count whatever streams of modules are enabled", default=None)
    skip_if_unavailable = Arg(bool, "Whether others are used while it cannot be reached", default=None)
    metadata_expire = Arg(str, "Seconds for which what it holds counts as fresh", default=None)
    username = Arg(str, "The user to log in as", default=None)
    password = Arg(str, "The password to log in with", default=None, secret=True)
    proxy = Arg(str, "The proxy, or _none_", default=None)
    proxy_username = Arg(str, "The user at the proxy", default=None)
    proxy_password = Arg(str, "The password at the proxy", default=None, secret=True)
    sslverify = Arg(bool, "Whether certificates must be valid", default=None, aliases=("validate_certs",))
    sslcacert = Arg(str, "The certificates that may sign the server's", default=None, aliases=("ca_cert",))
    sslclientcert = Arg(str, "A certificate to show to the server", default=None, aliases=("client_cert",))
    sslclientkey = Arg(str, "The key of that certificate", default=None, aliases=("client_key",))
    timeout = Arg(str, "Seconds to wait for a connection", default=None)
    retries = Arg(str, "How often fetching is tried", default=None)
    throttle = Arg(str, "The most bytes a second, or percent of `bandwidth`, for fetching", default=None)
    bandwidth = Arg(str, "The most bytes a second that the line has", default=None)
    ip_resolve = Arg(str, "The kind of addresses to use", default=None, choices=("4", "6", "IPv4", "IPv6", "whatever"))
    countme = Arg(bool, "Whether the host lets itself be counted once a week", default=None)
    include = Arg(str, "A file whose content comes in here", default=None)
    enablegroups = Arg(bool, "Whether its groups of packages can be used", default=None)
    failovermethod = Arg(str, "Which address comes first, for yum", default=None, choices=("roundrobin", "priority"))
    deltarpm_percentage = Arg(str, "How large a difference may be, in percent of the package", default=None)
    s3_enabled = Arg(bool, "Whether it is in S3, for a plugin of yum", default=None)
    async_ = Arg(bool, "Whether several things are fetched at a time, for yum", default=None)
    deltarpm_metadata_percentage = Arg(str, "How large lists of differences may be, for yum", default=None)
    gpgcakey = Arg(str, "Where the key of an authority is, for yum", default=None)
    http_caching = Arg(
        str, "What caches on the way may keep, for yum", default=None, choices=("all", "packages", "none")
    )
    keepalive = Arg(bool, "Whether connections are used again, for yum", default=None)
    keepcache = Arg(str, "Whether packages that were fetched are kept, for yum", default=None, choices=("0", "1"))
    metadata_expire_filter = Arg(
        str, "Which commands need fresh lists, for yum", default=None,
        choices=("never", "read-only:past", "read-only:present", "read-only:future"),
    )  # fmt: skip
    mirrorlist_expire = Arg(str, "Seconds for which a list of addresses counts as fresh, for yum", default=None)
    protect = Arg(bool, "Whether its packages are not replaced by others', for yum", default=None)
    ssl_check_cert_permissions = Arg(bool, "Whether certificates must be readable, for yum", default=None)
    ui_repoid_vars = Arg(str, "Variables that are shown with its id, for yum", default=None)

    def check_arguments(self):
        super().check_arguments()
        if self.state == "present" and not (self.baseurl or self.mirrorlist or self.metalink):
            raise ModuleFailed("state is present but any of the following are missing: baseurl, mirrorlist, metalink")
        if self.mode is None and self.state == "present" and (self.password or self.proxy_password):
            self.mode = "0600"
        self.path = os.path.join(self.reposdir, "%s.repo" % (self.file or self.name))

    def subject(self):
        return self.path

    def current(self):
        state = {"file": _hidden(_texts.there(self.path))}
        asked = self._asked()
        if asked and os.path.isfile(self.path):
            found = self.read_attributes(self.path)
            state["attributes"] = {key: found.get(key) for key in asked}
        return state

    def _asked(self):
        """The attributes asked for; empty for none."""
        return self.wanted_attributes(self.path) if self.state == "present" else {}

    def wanted(self):
        found = os.path.isdir(self.reposdir)
        message = "Repo directory '%s' does not exist." % self.reposdir
        self.needs("path", self.reposdir, found, message, "make it first, with the module `file` and state: directory")
        before, after = self._parsed(), self._parsed()
        after.remove_section(self.name)
        if self.state == "present":
            after.add_section(self.name)
            for option, value in self._options():
                after.set(self.name, option, value)
        wanted = {"file": self.before["file"] if _plain(before) == _plain(after) else self._content(after)}
        asked = self._asked()
        return dict(wanted, attributes=asked) if asked else wanted

    def _parsed(self):
        parser = configparser.RawConfigParser()
        try:
            if os.path.isfile(self.path):
                parser.read(self.path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise ModuleFailed("%s cannot be read: %s" % (self.path, error), hint="mend or remove it first")
        return parser

    def _options(self):
        """(name, text) of each line of the section, in the order of names."""
        given = {name: getattr(self, name) for name in self.arguments() if name not in NOT_OPTIONS}
        given["name"] = self.description
        for name, value in sorted(given.items()):
            if isinstance(value, list):
                yield name, ("\n" if name in ("baseurl", "gpgkey") else " ").join(value)
            elif value is not None:
                yield name, str(int(value)) if isinstance(value, bool) else value

    def _content(self, parser):
        if not parser.sections():
            return _texts.missing(self.path)
        text = io.StringIO()
        parser.write(text)
        return _hidden(_texts.text(self.path, [text.getvalue()]))

    def apply(self, change):
        asked = change.wanted.get("attributes", {})
        if "file" in change:
            _texts.put(self.path, change.wanted["file"], int(asked["mode"], 8) if "mode" in asked else None)
        if asked:
            self.set_attributes(self.path, asked)

    def brings(self, change):
        return [("path", self.path), _dnf.COMING] if self.state == "present" else []

    def returns(self, change, state):
        return {"repo": self.name, "state": self.state}


class _Hidden(Content):
    """A repository's file, in which passwords are not shown, whosever they are."""

    def shown(self):
        return SECRET_LINE.sub(r"\1********", super().shown())


def _hidden(content):
    return content if _texts.is_missing(content) else _Hidden(content.data, path=content.path)


def _plain(parser):
    return {section: dict(parser.items(section)) for section in parser.sections()}
