#!/bin/sh
# Runs inside the new root file system while it is built: users, sshd, units, and what tests want at hand.
set -eu

add_user() { # name: its password is its name
    useradd --create-home --shell /bin/bash "$1"
    echo "$1:$1" | chpasswd
}
add_user ops
add_user deploy
add_user plain
echo root:root | chpasswd
echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops
echo 'deploy ALL=(ALL) ALL' > /etc/sudoers.d/deploy
chmod 440 /etc/sudoers.d/ops /etc/sudoers.d/deploy

# The lab's public key is no part of the image: lab-init writes it at boot, outside every home folder, so that the
# users' own authorized_keys stay free for the tests.
cat > /etc/ssh/sshd_config.d/lab.conf <<'END'
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_authorized_keys
PermitRootLogin yes
PasswordAuthentication yes
UseDNS no
MaxSessions 200
MaxStartups 200:30:400
END

# Every host has its own identity: host keys and machine id are made at its first boot.
rm -f /etc/ssh/ssh_host_*
: > /etc/machine-id
cat > /etc/systemd/system/lab-host-keys.service <<'END'
[Unit]
Description=SSH host keys of this lab host
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
ExecStart=/usr/bin/ssh-keygen -q -t ecdsa -N "" -f /etc/ssh/ssh_host_ecdsa_key

[Install]
WantedBy=multi-user.target
END
systemctl enable lab-host-keys.service ssh.service cron.service rsyslog.service

# Units for hardware, terminals and mounts that a container does not have, and jobs that would disturb a test.
for unit in getty.target console-getty.service systemd-udevd.service systemd-udevd-control.socket \
    systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-modules-load.service \
    systemd-remount-fs.service systemd-firstboot.service sys-kernel-config.mount sys-kernel-debug.mount \
    sys-kernel-tracing.mount dev-hugepages.mount e2scrub_reap.service e2scrub_all.timer \
    apt-daily.timer apt-daily-upgrade.timer; do
    ln -sf /dev/null "/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
sed -i 's/^module(load="imklog"/#&/' /etc/rsyslog.conf

# A root file system of busybox alone: `docker import` makes a small image of it without any registry.
root=$(mktemp -d)
mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/proc" "$root/root" "$root/sys" "$root/tmp" "$root/var"
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
mkdir -p /usr/local/share/lab
tar -C "$root" -cf /usr/local/share/lab/busybox.tar .
rm -rf "$root"

# Docker is not installed, but its packages wait in apt's cache: installing it takes seconds and no network.
apt-get clean
apt-get install --yes --download-only docker.io
