"""The arguments of docker_container: community.docker's names."""

from modules.docker._container_networks import NETWORK
from modules.kit import Arg, Path, Raw, Size

HEALTH = {
    "test": Arg(
        Raw,
        "The command that tells: a list, or text for a shell; NONE switches the image's own check off",
        default=None,
    ),
    "interval": Arg(str, "The pause between two checks, as 30s", default=None),
    "timeout": Arg(str, "How long one may take", default=None),
    "start_period": Arg(str, "How long the container may take to come up", default=None),
    "retries": Arg(int, "How many checks in a row have to fail", default=None),
}
MOUNT = {
    "target": Arg(str, "The path in the container"),
    "source": Arg(str, "The volume's name, or the path on the host", default=None),
    "type": Arg(str, "What is mounted", default="volume", choices=("bind", "npipe", "tmpfs", "volume")),
    "read_only": Arg(bool, "Whether it cannot be written to", default=None),
    "tmpfs_size": Arg(Size, "The size of a tmpfs", default=None),
}


class ContainerArguments:
    name = Arg(str, "The container's name")
    image = Arg(str, "The image, as a name with a tag or digest, or as an id", default=None)
    state = Arg(
        str, "present: there, running or not; started; healthy: running and well by its own check; stopped; absent",
        default="started", choices=("absent", "present", "healthy", "started", "stopped"),
    )  # fmt: skip
    pull = Arg(
        str, "When the image is pulled; yes is always, no is missing", default="missing",
        choices=("always", "missing", "never", "yes", "no", "True", "False", "true", "false"),
    )  # fmt: skip
    comparisons = Arg(
        dict, "How single arguments are compared, or all (`*`): strict, ignore, or allow_more_present, which holds "
        "for lists and mappings unless told otherwise",
        default={},
    )  # fmt: skip
    recreate = Arg(bool, "Make it anew whatever it is like", default=False)
    restart = Arg(bool, "Restart it even if nothing has changed", default=False)
    healthy_wait_timeout = Arg(
        float, "Seconds to wait for state: healthy; by default what its check may take", default=None
    )
    command = Arg(Raw, "What it runs: a list, or text that is cut as a shell cuts it", default=None)
    entrypoint = Arg(list, "What it runs the command with", default=None, of=str)
    env = Arg(dict, "Its environment", default=None)
    env_file = Arg(Path, "A file on the host with NAME=value lines for its environment", default=None)
    hostname = Arg(str, "Its host name", default=None)
    domainname = Arg(str, "Its domain", default=None)
    user = Arg(str, "The user, name or number, with :group", default=None)
    working_dir = Arg(str, "The folder it begins in", default=None)
    tty = Arg(bool, "Whether it has a terminal", default=None)
    interactive = Arg(bool, "Whether its standard input stays open", default=None)
    stop_signal = Arg(str, "The signal that asks it to end", default=None)
    stop_timeout = Arg(int, "Seconds until it is killed when it does not end", default=None)
    force_kill = Arg(bool, "Kill it where it would be stopped", default=False, aliases=("forcekill",))
    kill_signal = Arg(str, "The signal to kill it with", default="KILL")
    labels = Arg(dict, "Its labels", default=None)
    healthcheck = Arg(dict, "How to see that it is well", default=None, of=HEALTH)
    memory = Arg(Size, "The memory it may use, as 512m", default=None)
    memory_reservation = Arg(Size, "The memory it is asked to keep to when there is little", default=None)
    memory_swap = Arg(Size, "Memory and swap together; -1 for no limit", default=None)
    memory_swappiness = Arg(int, "How readily it is swapped out, 0 to 100", default=None)
    cpus = Arg(float, "How many processors it may use, as 1.5", default=None)
    cpu_shares = Arg(int, "Its weight beside others", default=None)
    cpu_period = Arg(int, "The period of the processor quota, in microseconds", default=None)
    cpu_quota = Arg(int, "The quota in that period, in microseconds", default=None)
    cpuset_cpus = Arg(str, "The processors it may run on, as 0-2,5", default=None)
    cpuset_mems = Arg(str, "The memory nodes it may use", default=None)
    pids_limit = Arg(int, "How many processes it may have", default=None)
    blkio_weight = Arg(int, "Its weight for block I/O, 10 to 1000", default=None)
    shm_size = Arg(Size, "The size of /dev/shm", default=None)
    ulimits = Arg(list, "Limits, as nofile:1024:2048", default=None, of=str)
    oom_killer = Arg(bool, "Whether it is spared when memory runs out", default=None)
    oom_score_adj = Arg(int, "How readily it is ended when memory runs out", default=None)
    restart_policy = Arg(
        str, "When the engine starts it again", default=None, choices=("always", "no", "on-failure", "unless-stopped")
    )
    restart_retries = Arg(int, "How often, with on-failure", default=None)
    auto_remove = Arg(bool, "Whether it goes when it ends", default=None)
    cleanup = Arg(bool, "Whether a container that could not be started is removed", default=False)
    published_ports = Arg(
        list, "Ports of the host that lead to it, as 8080:80, 127.0.0.1:53:53/udp, 7000-7005:7000-7005",
        default=None, of=str, aliases=("ports",),
    )  # fmt: skip
    exposed_ports = Arg(list, "Ports that it says it listens on", default=None, of=str, aliases=("exposed", "expose"))
    volumes = Arg(
        list, "Volumes and folders of the host in it, as data:/var/lib/data or /srv:/srv:ro", default=None, of=str
    )
    mounts = Arg(list, "The same in more words", default=None, of=MOUNT)
    tmpfs = Arg(list, "Paths that are kept in memory, as /run:size=64m", default=None, of=str)
    volumes_from = Arg(list, "Containers whose volumes it gets too", default=None, of=str)
    keep_volumes = Arg(bool, "Whether its volumes without a name stay when it is removed", default=True)
    read_only = Arg(bool, "Whether its own file system cannot be written to", default=None)
    storage_opts = Arg(dict, "Options of the storage driver", default=None)
    networks = Arg(list, "The networks it is on; the first is the one it begins with", default=None, of=NETWORK)
    network_mode = Arg(str, "bridge, host, none, container:NAME, or a network's name", default=None)
    networks_cli_compatible = Arg(bool, "Whether it is on the given networks only, and not on bridge too", default=True)
    purge_networks = Arg(bool, "Whether it is taken off networks that are not given", default=False)
    links = Arg(list, "Containers that it finds by name, as db:database", default=None, of=str)
    dns_servers = Arg(list, "Its name servers", default=None, of=str)
    dns_opts = Arg(list, "Options of its resolver", default=None, of=str)
    dns_search_domains = Arg(list, "The domains it looks names up in", default=None, of=str)
    etc_hosts = Arg(dict, "Names for its /etc/hosts, as {name: address}", default=None)
    privileged = Arg(bool, "Whether it may do everything the host may", default=None)
    capabilities = Arg(list, "Capabilities that it gets", default=None, of=str, aliases=("cap_add",))
    cap_drop = Arg(list, "Capabilities that it loses", default=None, of=str)
    security_opts = Arg(list, "Security options", default=None, of=str)
    devices = Arg(list, "Devices of the host in it, as /dev/sda:/dev/xvda:rwm", default=None, of=str)
    groups = Arg(list, "Further groups of its user", default=None, of=str, aliases=("group_add",))
    sysctls = Arg(dict, "Kernel parameters of its own", default=None)
    pid_mode = Arg(str, "Whose processes it sees: host, or container:NAME", default=None)
    ipc_mode = Arg(str, "Whose memory it shares", default=None)
    uts = Arg(str, "host: it has the host's name", default=None)
    userns_mode = Arg(str, "The user namespace", default=None)
    cgroupns_mode = Arg(str, "The control group namespace", default=None, choices=("host", "private"))
    cgroup_parent = Arg(str, "The control group above it", default=None)
    runtime = Arg(str, "The runtime that runs it", default=None)
    platform = Arg(str, "The platform of the image", default=None)
    init = Arg(bool, "Whether a small init in it collects ended processes", default=None)
    log_driver = Arg(str, "Where its output goes", default=None)
    log_options = Arg(dict, "Options of that", default=None, aliases=("log_opt",))
    paused = Arg(bool, "Whether it is paused", default=None)
    detach = Arg(bool, "Accepted as in Ansible; a container is always left to itself", default=True)
    image_name_mismatch = Arg(
        str, "Accepted as in Ansible; the image's id is what counts", default="recreate", choices=("ignore", "recreate")
    )
    container_default_behavior = Arg(
        str, "Accepted as in Ansible; what is not said is left alone", default="no_defaults",
        choices=("compatibility", "no_defaults"),
    )  # fmt: skip
