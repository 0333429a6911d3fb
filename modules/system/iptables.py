"""Make sure a rule or a chain of the kernel's packet filter is there or is not; sets policies, flushes chains."""

import re

from modules.kit import Arg, CommandFailed, Module, ModuleFailed
from modules.kit.process import find_command, run
from modules.system._iptables_rule import words_of

PROGRAMS = {"ipv4": "iptables", "ipv6": "ip6tables"}
LEVELS = (
    "0", "1", "2", "3", "4", "5", "6", "7", "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug",
)  # fmt: skip
NOT_FOUND = 1
"""The exit code for a rule or chain that is not there; others are errors."""


class Iptables(Module):
    table = Arg(str, "The table", default="filter", choices=("filter", "nat", "mangle", "raw", "security"))
    state = Arg(str, "Whether the rule or chain should be there", default="present", choices=("present", "absent"))
    action = Arg(
        str, "Whether a new rule goes to the end or to the top", default="append", choices=("append", "insert")
    )
    rule_num = Arg(str, "The place at which a new rule is inserted, from 1 on", default=None)
    ip_version = Arg(str, "Which filter", default="ipv4", choices=("ipv4", "ipv6", "both"))
    chain = Arg(str, "The chain", default=None, needed_if={"flush": False})
    protocol = Arg(str, "The protocol: tcp, udp, icmp and so on; ! in front of this and others negates", default=None)
    source = Arg(str, "Where packets come from: an address or ADDRESS/MASK", default=None)
    destination = Arg(str, "Where packets go: an address or ADDRESS/MASK", default=None)
    match = Arg(list, "Extensions to use, such as state", default=(), of=str)
    tcp_flags = Arg(
        dict, "The flags of TCP to look at, and those of them that have to be set", default=None,
        of={
            "flags": Arg(list, "The flags to look at", default=None, of=str),
            "flags_set": Arg(list, "Those that have to be set", default=None, of=str),
        },
    )  # fmt: skip
    jump = Arg(str, "What becomes of a packet: ACCEPT, DROP, another chain and so on", default=None)
    gateway = Arg(str, "The host that gets a copy, with jump: TEE", default=None, needed_if={"jump": ("TEE", "tee")})
    goto = Arg(str, "The chain to go on in, without coming back", default=None)
    log_prefix = Arg(str, "What lines of the log begin with; jump is LOG then", default=None)
    log_level = Arg(str, "The level of the log; jump is LOG then", default=None, choices=LEVELS)
    in_interface = Arg(str, "The interface that packets come by", default=None)
    out_interface = Arg(str, "The interface that packets leave by", default=None)
    fragment = Arg(str, "Whether second and further fragments are meant", default=None)
    set_counters = Arg(str, "Counters of packets and bytes to begin with", default=None)
    source_port = Arg(str, "The port or FIRST:LAST that packets come from", default=None)
    destination_port = Arg(str, "The port or FIRST:LAST that packets go to", default=None)
    destination_ports = Arg(list, "Several ports that packets go to", default=(), of=str)
    to_ports = Arg(str, "The port to send packets to instead, with jump: REDIRECT", default=None)
    to_destination = Arg(str, "The address to send packets to instead, with jump: DNAT", default=None)
    to_source = Arg(str, "The address to send packets as, with jump: SNAT", default=None)
    syn = Arg(str, "Whether packets begin a connection", default="ignore", choices=("ignore", "match", "negate"))
    set_dscp_mark = Arg(str, "The mark for quality of service to set, as a number", default=None)
    set_dscp_mark_class = Arg(str, "The same as the name of a class", default=None)
    comment = Arg(str, "A comment on the rule", default=None)
    ctstate = Arg(list, "States of a connection: NEW, ESTABLISHED, RELATED and so on", default=(), of=str)
    src_range = Arg(str, "Addresses that packets come from: FIRST-LAST", default=None)
    dst_range = Arg(str, "Addresses that packets go to: FIRST-LAST", default=None)
    match_set = Arg(str, "A set of ipset(8)", default=None)
    match_set_flags = Arg(
        str, "What is looked up in the set", default=None,
        choices=("src", "dst", "src,dst", "dst,src", "src,src", "dst,dst"),
    )  # fmt: skip
    limit = Arg(str, "How often it matches at most, such as 3/minute", default=None)
    limit_burst = Arg(str, "How often it matches before that limit holds", default=None)
    uid_owner = Arg(str, "The user whose packets are meant", default=None)
    gid_owner = Arg(str, "The group whose packets are meant", default=None)
    reject_with = Arg(str, "The answer that rejects a packet; jump is REJECT then", default=None)
    icmp_type = Arg(str, "The type of ICMP, as a number or name", default=None)
    flush = Arg(bool, "Whether all rules of the chain are taken away, or of the table where no chain is given",
                default=False)  # fmt: skip
    policy = Arg(str, "What becomes of packets that no rule of the chain matches", default=None,
                 choices=("ACCEPT", "DROP", "QUEUE", "RETURN"))  # fmt: skip
    wait = Arg(str, "Seconds to wait for another program that changes rules", default=None)
    chain_management = Arg(bool, "Whether, where no rule is given, the chain itself is made or deleted", default=False)
    numeric = Arg(bool, "Has no effect: names of hosts are never asked for", default=False)

    exclusive = (("set_dscp_mark", "set_dscp_mark_class"), ("flush", "policy"))

    def check_arguments(self):
        if self.log_prefix is not None or self.log_level is not None:
            self.jump = self.jump or "LOG"
            if self.jump != "LOG":
                raise ModuleFailed("Logging options can only be used with the LOG jump target.")
        for name in ("set_dscp_mark", "set_dscp_mark_class"):
            if getattr(self, name) and not self.jump:
                raise ModuleFailed("%s: needs jump too" % name)
        self.versions = ["ipv4", "ipv6"] if self.ip_version == "both" else [self.ip_version]
        self.rules = {version: words_of(self, version) for version in self.versions}
        self.able = True
        for program in (PROGRAMS[version] for version in self.versions):
            found = find_command(program) is not None
            self.able = self.needs("command", program, found, hint="it comes with the package iptables") and self.able

    def subject(self):
        return "%s %s" % (self.table, self.chain or "")

    def _call(self, version, action, place=None, rule=(), **options):
        """Run iptables for one version. place: what stands right behind the chain: a number or a policy."""
        words = [word for word in (action, self.chain, place) if word]
        program = [find_command(PROGRAMS[version]), "-t", self.table]
        return run(program + words + self._wait(version) + list(rule), **options)

    def _wait(self, version):
        """The option that waits; before 1.6.0 it takes no seconds, before 1.4.20 there is none."""
        if not self.wait:
            return []
        said = run([find_command(PROGRAMS[version]), "--version"]).stdout
        numbers = tuple(int(part) for part in re.findall(r"\d+", said.partition("v")[2])[:3])
        return [] if numbers < (1, 4, 20) else ["-w"] + ([self.wait] if numbers >= (1, 6) else [])

    # -- what is there

    def current(self):
        return {version: self._found(version) if self.able else None for version in self.versions}

    def _found(self, version):
        """What the arguments are about: rules to flush, a policy, a rule as a text, or whether a chain is there."""
        if self.flush:
            return [line for line in self._listed(version) or () if line.startswith("-A ")]
        if self.policy:
            lines = self._listed(version) or []
            return next((line.split()[2] for line in lines if line.startswith("-P %s " % self.chain)), None)
        if self.rules[version]:
            return self._text(version) if self._has_rule(version) else None
        return self._listed(version) is not None

    def _listed(self, version):
        """The rules as iptables writes them; None where there is no such chain."""
        said = self._call(version, "-S", check=False)
        if said.code not in (0, NOT_FOUND):
            raise CommandFailed(said)
        return said.stdout.splitlines() if said else None

    def _text(self, version):
        return " ".join([self.chain] + self.rules[version])

    def _has_rule(self, version):
        said = self._call(version, "-C", rule=self.rules[version], check=False)
        if said.code not in (0, NOT_FOUND):
            self.needs("rule", self._text(version), False, str(CommandFailed(said)))
        return bool(said)

    # -- what is asked for

    def wanted(self):
        return {version: self._asked(version) for version in self.versions}

    def _asked(self, version):
        found = self.before[version]
        if self.flush:
            return []
        if self.policy:
            if found is None and self.able:
                raise ModuleFailed("Can't detect current policy", hint="only chains that are always there have one")
            return self.policy
        if self.rules[version]:
            if self.state == "present" and found is None and self.able:
                hint = "chain_management: true, in a task without a rule, makes one"
                name = "%s %s" % (self.table, self.chain)
                self.needs("chain", name, self._listed(version) is not None, "there is no chain %s" % name, hint)
            return self._text(version) if self.state == "present" else None
        wanted = self.state == "present"
        if found != wanted and not self.chain_management:
            raise ModuleFailed(
                "the arguments name no rule, and the chain %s is %s" % (self.chain, "missing" if wanted else "there"),
                hint="chain_management: true makes or deletes the chain itself",
            )
        return wanted

    # -- how to get there

    def apply(self, change):
        for version in sorted(change.keys):
            if self.flush:
                self._call(version, "-F")
            elif self.policy:
                self._call(version, "-P", self.policy)
            elif not self.rules[version]:
                self._call(version, "-N" if self.state == "present" else "-X")
            elif self.state == "absent":
                self._call(version, "-D", rule=self.rules[version])
            elif self.action == "append":
                self._call(version, "-A", rule=self.rules[version])
            else:
                self._call(version, "-I", self.rule_num, self.rules[version])

    def brings(self, change):
        made = self.state == "present" and not self.rules[self.versions[0]] and self.chain
        return [("chain", "%s %s" % (self.table, self.chain))] if made else []

    def returns(self, change, state):
        result = {name: getattr(self, name) for name in ("ip_version", "table", "chain", "flush", "state", "wait")}
        return dict(result, chain_management=self.chain_management, rule=" ".join(self.rules[self.versions[0]]))
