"""The words of one rule of iptables out of arguments; see iptables(8) and iptables-extensions(8)."""


def words_of(args, version):
    """
    The rule as a list of words; empty where no argument says anything of one.

    args: an object with the arguments of the module. version: ipv4 or ipv6, which call the type of ICMP differently.
    """
    rule = []
    _basics(rule, args)
    _marks(rule, args)
    if args.syn != "ignore":
        rule += (["!"] if args.syn == "negate" else []) + ["--syn"]
    _connections(rule, args)
    _sets(rule, args)
    _limits(rule, args)
    _owners(rule, args)
    if args.jump is None and args.reject_with:
        rule += ["-j", "REJECT"]
    _add(rule, "--reject-with", args.reject_with)
    _add(rule, "--icmp-type" if version == "ipv4" else "--icmpv6-type", args.icmp_type)
    if args.comment:
        rule += ["-m", "comment"]
    _add(rule, "--comment", args.comment)
    return rule


def _add(rule, flag, value):
    """A flag and its value; ! in front of the value turns its meaning round."""
    if value:
        rule += ["!", flag, value[1:].strip()] if value.startswith("!") else [flag, value]


def _basics(rule, args):
    _add(rule, "-p", args.protocol)
    _add(rule, "-s", args.source)
    _add(rule, "-d", args.destination)
    for match in args.match:
        _add(rule, "-m", match)
    flags = args.tcp_flags or {}
    if flags.get("flags") and flags.get("flags_set"):
        rule += ["--tcp-flags", ",".join(flags["flags"]), ",".join(flags["flags_set"])]
    _add(rule, "-j", args.jump)
    if args.jump and args.jump.lower() == "tee":
        _add(rule, "--gateway", args.gateway)
    _add(rule, "--log-prefix", args.log_prefix)
    _add(rule, "--log-level", args.log_level)
    _add(rule, "--to-destination", args.to_destination)
    if args.destination_ports:
        rule += ["-m", "multiport", "--dports", ",".join(args.destination_ports)]
    _add(rule, "--to-source", args.to_source)
    _add(rule, "-g", args.goto)
    _add(rule, "-i", args.in_interface)
    _add(rule, "-o", args.out_interface)
    _add(rule, "-f", args.fragment)
    _add(rule, "-c", args.set_counters)
    _add(rule, "--source-port", args.source_port)
    _add(rule, "--destination-port", args.destination_port)
    _add(rule, "--to-ports", args.to_ports)


def _marks(rule, args):
    for flag, value in (("--set-dscp", args.set_dscp_mark), ("--set-dscp-class", args.set_dscp_mark_class)):
        if value and (args.jump or "").lower() != "dscp":
            rule += ["-j", "DSCP"]
        _add(rule, flag, value)


def _connections(rule, args):
    states = ",".join(args.ctstate)
    if states and "state" in args.match and "conntrack" not in args.match:
        rule += ["--state", states]
    elif states:
        rule += ([] if "conntrack" in args.match else ["-m", "conntrack"]) + ["--ctstate", states]
    if (args.src_range or args.dst_range) and "iprange" not in args.match:
        rule += ["-m", "iprange"]
    _add(rule, "--src-range", args.src_range)
    _add(rule, "--dst-range", args.dst_range)


def _sets(rule, args):
    if not args.match_set:
        return
    if "set" not in args.match:
        rule += ["-m", "set"]
    _add(rule, "--match-set", args.match_set)
    if args.match_set_flags:
        rule.append(args.match_set_flags)


def _limits(rule, args):
    if args.limit or args.limit_burst:
        rule += ["-m", "limit"]
    _add(rule, "--limit", args.limit)
    _add(rule, "--limit-burst", args.limit_burst)


def _owners(rule, args):
    for flag, value in (("--uid-owner", args.uid_owner), ("--gid-owner", args.gid_owner)):
        if value:
            rule += ["-m", "owner"]
        _add(rule, flag, value)
