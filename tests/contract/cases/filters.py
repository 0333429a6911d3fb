"""Cases of iptables."""

from tests.contract.case import Case

CLEAN = (
    "iptables -P FORWARD ACCEPT; iptables -F; iptables -t nat -F; ip6tables -F; iptables -X; ip6tables -X; "
    "iptables -N DEMO; iptables -A DEMO -p tcp --dport 80 -j ACCEPT; "
)
SHOWN = "iptables -S; iptables -t nat -S; ip6tables -S"


def rule(title, arrange="", /, **args):
    """A case of a rule; in a chain that nothing leads to, unless another is named."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    given = {"chain": "DEMO", **args}
    return Case("iptables", title, given, arrange=CLEAN + arrange, snapshot=SHOWN, lab=True, **known)


WEB = {"chain": "DEMO", "protocol": "tcp", "destination_port": "80", "jump": "ACCEPT"}

CASES = [
    rule("adds a rule", protocol="tcp", destination_port="22", source="!10.0.0.0/8", comment="from outside",
         jump="DROP", syn="match", expect={"table": "filter", "chain": "DEMO", "state": "present", "rule":
         "-p tcp ! -s 10.0.0.0/8 -j DROP --destination-port 22 --syn -m comment --comment from outside"}),
    rule("leaves a rule alone", **WEB, same=True),
    rule("removes a rule", **WEB, state="absent"),
    rule("finds no rule to remove", **{**WEB, "jump": "DROP"}, state="absent", same=True),
    rule("inserts a rule", chain="DEMO", action="insert", rule_num=1, ctstate=["ESTABLISHED", "RELATED"],
         jump="ACCEPT", wait="5"),
    rule("adds a rule of both filters", chain="INPUT", ip_version="both", protocol="tcp", in_interface="lo",
         destination_ports=["80", "8000:8080"], jump="ACCEPT"),
    rule("adds rules for ranges, flags and limits", src_range="10.0.0.1-10.0.0.9", limit="3/minute", limit_burst="5",
         protocol="tcp", tcp_flags={"flags": ["SYN", "ACK"], "flags_set": ["SYN"]}, log_prefix="demo: ",
         log_level="info"),
    rule("redirects", table="nat", chain="PREROUTING", protocol="tcp", destination_port="80", jump="REDIRECT",
         to_ports="8080"),
    rule("rejects", protocol="udp", reject_with="icmp-port-unreachable"),
    rule("allows a ping", protocol="icmp", icmp_type="8", jump="ACCEPT"),
    rule("flushes a chain", flush=True),
    rule("finds nothing to flush", "iptables -F DEMO", flush=True, same=True),
    rule("flushes a table", chain=None, flush=True),
    rule("sets a policy", chain="FORWARD", policy="DROP", undo={"chain": "FORWARD", "policy": "ACCEPT"}),
    rule("leaves a policy alone", chain="FORWARD", policy="ACCEPT", same=True),
    rule("makes a chain", chain="OTHER", chain_management=True, ip_version="both",
         undo={"chain": "OTHER", "chain_management": True, "ip_version": "both", "state": "absent"}),
    rule("finds a chain", same=True),
]  # fmt: skip
