"""Cases of modules that tell what a machine has."""

from tests.contract.case import Case

CASES = [
    Case("package_facts", "lists packages", {}, kind="query"),
    Case("package_facts", "lists those of a manager", {"manager": ["apt"], "strategy": "all"}, kind="query"),
    Case("service_facts", "lists services", {}, kind="query", lab=True),
]
