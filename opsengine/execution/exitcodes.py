"""The exit codes of every command (docs/exit-codes.md). Those of ansible-playbook keep their meaning."""

OK = 0
ERROR = 1
FAILED = 2
UNREACHABLE = 4
INPUT = 4
"""As in Ansible, a playbook or inventory that cannot be read gives 4 too; no host has been touched then."""
USAGE = 5
INTERRUPTED = 99
FAULT = 250
