"""What is measured: inventories, playbooks, and the same work as pyinfra deploys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.farm import PORT, Farm, address

MIXED = """\
- hosts: all
  gather_facts: false
  vars:
    base: "{{ root }}/{{ inventory_hostname }}"
    port: 8000
    debugging: false
    workers: [alpha, beta, gamma, delta, epsilon]
  tasks:
    - file: {path: "{{ base }}/etc", state: directory, mode: "0755"}
    - file: {path: "{{ base }}/app", state: directory, mode: "0750"}
    - file: {path: "{{ base }}/srv/{{ item }}", state: directory, mode: "0755"}
      loop: "{{ workers }}"
    - template: {src: app.conf.j2, dest: "{{ base }}/etc/app.conf", mode: "0644"}
    - template: {src: app.conf.j2, dest: "{{ base }}/etc/limits.conf", mode: "0644"}
    - template: {src: app.conf.j2, dest: "{{ base }}/etc/web.conf", mode: "0644"}
    - copy: {src: motd, dest: "{{ base }}/etc/motd", mode: "0644"}
    - copy: {src: tool.sh, dest: "{{ base }}/app/tool.sh", mode: "0755"}
    - copy: {content: "port={{ port }}\\n", dest: "{{ base }}/etc/port", mode: "0600"}
    - copy: {content: "one=1\\n", dest: "{{ base }}/etc/one", mode: "0644"}
    - copy: {content: "two=2\\n", dest: "{{ base }}/etc/two", mode: "0644"}
    - copy: {content: "three={{ port }}\\n", dest: "{{ base }}/etc/three", mode: "0644"}
    - command: cat {{ base }}/etc/port
      register: seen
      changed_when: false
    - command: {cmd: "touch {{ base }}/app/installed", creates: "{{ base }}/app/installed"}
    - set_fact: {port_seen: "{{ seen.stdout }}"}
    - assert: {that: ["port_seen == 'port=8000'"]}
    - stat: {path: "{{ base }}/etc/app.conf"}
      register: st
    - command: /bin/false
      when: not st.stat.exists
    - command: /bin/false
      when: debugging
    - copy: {content: "worker {{ item }}\\n", dest: "{{ base }}/srv/{{ item }}/conf", mode: "0644"}
      loop: "{{ workers }}"
    - command: test -d {{ base }}/srv/{{ item }}
      changed_when: false
      loop: "{{ workers }}"
    - file: {src: "{{ base }}/etc/app.conf", dest: "{{ base }}/app/current.conf", state: link}
    - file: {path: "{{ base }}/etc/port", mode: "0600"}
    - file: {path: "{{ base }}/srv", mode: "0755"}
    - shell: echo done | tr a-z A-Z
      changed_when: false
"""
MIXED_DEPLOY = """\
import io
from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, python, server

base, port = host.data.root + "/" + host.data.hname, 8000
workers = ["alpha", "beta", "gamma", "delta", "epsilon"]
files.directory(path=base + "/etc", mode="755")
files.directory(path=base + "/app", mode="750")
for w in workers:
    files.directory(path=base + "/srv/" + w, mode="755")
for name in ("app", "limits", "web"):
    files.template(src="pyinfra.conf.j2", dest=base + "/etc/%s.conf" % name, mode="644", port=port, workers=workers)
files.put(src="files/motd", dest=base + "/etc/motd", mode="644")
files.put(src="files/tool.sh", dest=base + "/app/tool.sh", mode="755")
files.put(src=io.StringIO("port=%d\\n" % port), dest=base + "/etc/port", mode="600")
files.put(src=io.StringIO("one=1\\n"), dest=base + "/etc/one", mode="644")
files.put(src=io.StringIO("two=2\\n"), dest=base + "/etc/two", mode="644")
files.put(src=io.StringIO("three=%d\\n" % port), dest=base + "/etc/three", mode="644")
seen = server.shell(commands=["cat %s/etc/port" % base])
server.shell(commands=["test -e {0} || touch {0}".format(base + "/app/installed")])
python.call(function=lambda: None)
def check(o):
    assert o.stdout == "port=8000", o.stdout
python.call(function=check, o=seen)
python.call(function=lambda: host.get_fact(File, path=base + "/etc/app.conf"))
for w in workers:
    files.put(src=io.StringIO("worker %s\\n" % w), dest=base + "/srv/%s/conf" % w, mode="644")
for w in workers:
    server.shell(commands=["test -d %s/srv/%s" % (base, w)])
files.link(path=base + "/app/current.conf", target=base + "/etc/app.conf")
files.file(path=base + "/etc/port", mode="600")
files.directory(path=base + "/srv", mode="755")
server.shell(commands=["echo done | tr a-z A-Z"])
"""
TEMPLATE = "# managed\nhost = {{ HOST }}\n{% for w in workers %}\nworker {{ w }} {{ port }}\n{% endfor %}\n"
CONTROLLER = """\
- hosts: all
  gather_facts: false
  vars: {n: 5, greeting: "hello {{ inventory_hostname }}"}
  tasks:
    - set_fact: {a: "{{ n + 1 }}", b: "{{ greeting }}"}
    - debug: {msg: "{{ b }} {{ a }}"}
    - assert: {that: [a == 6, "inventory_hostname in b"]}
    - set_fact: {c: "{{ b | upper }}"}
    - debug: {msg: "{{ c }}"}
    - assert: {that: "c | length > 3"}
    - set_fact: {d: "{{ [a, 2, 3] }}"}
    - debug: {msg: "{{ d | sum }}"}
    - assert: {that: "d[0] == 6"}
    - debug: {var: d}
"""


@dataclass(frozen=True)
class Workload:
    """One measurement: a playbook on an inventory. tasks: host-tasks in it. fresh: begin with empty targets."""

    name: str
    inventory: Path
    play: Path
    forks: int
    host_tasks: int
    fresh: bool = True


def write_all(work: Path, farm: Farm) -> None:
    """Write every file that the workloads need."""
    for folder in ("templates", "files"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "templates" / "app.conf.j2").write_text(TEMPLATE.replace("HOST", "inventory_hostname"))
    (work / "pyinfra.conf.j2").write_text(TEMPLATE.replace("HOST", "host.data.hname"))
    (work / "files" / "motd").write_text("Welcome. This host is managed.\n" * 3)
    (work / "files" / "tool.sh").write_text("#!/bin/sh\necho tool\n")
    (work / "mixed.yml").write_text(MIXED)
    (work / "mixed.deploy.py").write_text(MIXED_DEPLOY)
    (work / "controller.yml").write_text(CONTROLLER)
    for count in (1, 4, 24, 100):
        _commands(work / f"commands{count}.yml", count)
    loop = "- hosts: all\n  gather_facts: false\n  tasks:\n    - command: /bin/true\n"
    (work / "loop.yml").write_text(loop + '      loop: "{{ range(100) | list }}"\n')
    one = [("h000", address(0), PORT)]
    _inventory(work, farm, "one", one)
    _inventory(work, farm, "late", [("h000", "127.0.0.1", PORT + 1)])
    _inventory(work, farm, "twenty", [(f"h{i:03}", address(i), PORT) for i in range(20)])
    local = "".join(f"h{i:03}\n" for i in range(500))
    (work / "local.ini").write_text(f"[all]\n{local}[all:vars]\nansible_connection=local\n")


def _commands(path: Path, count: int) -> None:
    tasks = "    - command: /bin/true\n" * count
    path.write_text(f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}")
    deploy = "from pyinfra.operations import server\n"
    calls = "".join(f"server.shell(name='true {i}', commands=['/bin/true'])\n" for i in range(count))
    path.with_suffix(".deploy.py").write_text(deploy + calls)


def _inventory(work: Path, farm: Farm, name: str, hosts: list[tuple[str, str, int]]) -> None:
    root = work / "targets"
    lines = [f"{host} ansible_host={where} ansible_port={port}" for host, where, port in hosts]
    variables = {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": farm.key,
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"'-F /dev/null -o UserKnownHostsFile={farm.known_hosts}'",
        "root": root,
    }
    settings = [f"{key}={value}" for key, value in variables.items()]
    (work / f"{name}.ini").write_text("\n".join(["[all]", *lines, "", "[all:vars]", *settings]) + "\n")
    data = {
        "ssh_user": "root",
        "ssh_key": str(farm.key),
        "ssh_known_hosts_file": str(farm.known_hosts),
        "ssh_allow_agent": False,
        "ssh_look_for_keys": False,
        "ssh_config_file": "/dev/null",
        "root": str(root),
    }
    entries = [(host, {"ssh_hostname": where, "ssh_port": port, "hname": host}) for host, where, port in hosts]
    (work / f"{name}.py").write_text(f"hosts = ({entries!r}, {data!r})\n")


def workloads(work: Path) -> list[Workload]:
    """Every workload that all tools run, in order."""
    return [
        Workload("100 commands, 1 host", work / "one.ini", work / "commands100.yml", 20, 100),
        Workload("20 hosts x 25 mixed tasks", work / "twenty.ini", work / "mixed.yml", 20, 500),
        Workload("the same again, nothing to change", work / "twenty.ini", work / "mixed.yml", 20, 500, fresh=False),
        Workload("500 hosts x 10 tasks, controller only", work / "local.ini", work / "controller.yml", 50, 5000),
    ]
