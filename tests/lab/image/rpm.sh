#!/bin/sh
# Turns the system it runs in into one of the RPM family: dnf, yum and rpm with a database of its own, an os-release that
# says so, no apt and no dpkg, and repositories of small packages below /srv/rpm. The files of the system stay Debian's.
#
#   lab     enabled:  lib 1.0 and 1.1; tool 1.0 and 1.1 of epoch 2, needs lib, recommends docs; docs; broken, whose need
#                     nothing meets; the group Tools of tool and docs
#   extra   disabled: tool 1.2; hidden
#   streams enabled: the module app with the streams 1, the default, and 2, each with the profile common
#   signed  enabled, its packages checked with /srv/rpm/KEY: sealed
set -eu

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes dnf rpm python3-dnf createrepo-c > /dev/null

mkdir -p /etc/rpm /etc/yum.repos.d /etc/dnf/vars /var/lib/rpm
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros # Debian's rpm keeps it in ~/.rpmdb
rpmdb --initdb
echo 9 > /etc/dnf/vars/releasever
printf '[main]\ngpgcheck=0\nreposdir=/etc/yum.repos.d\nmetadata_expire=1\n' > /etc/dnf/dnf.conf
ln -sf "$(command -v dnf)" /usr/bin/yum

add_package() { # repository, name, version, further lines of the description
    specification="/tmp/$2.spec"
    cat > "$specification" <<END
Name: $2
Version: $3
Release: 1.el9
Summary: $2 for tests
License: none
BuildArch: noarch
AutoReqProv: no
$4
%description
A package for tests.
%install
mkdir -p %{buildroot}/usr/bin
printf '#!/bin/sh\necho $2 $3\n' > %{buildroot}/usr/bin/$2
chmod 755 %{buildroot}/usr/bin/$2
%files
/usr/bin/$2
END
    rpmbuild --quiet --define "_topdir /tmp/rpmbuild" --define "_rpmdir /srv/rpm/$1" --define "_build_id_links none" \
        --define "_build_name_fmt %%{NAME}-%%{VERSION}.rpm" --target noarch -bb "$specification" > /tmp/rpmbuild.log 2>&1 ||
        { cat /tmp/rpmbuild.log >&2; return 1; }
}
for version in 1.0 1.1; do
    add_package lab lib $version ''
    add_package lab tool $version "$(printf 'Epoch: 2\nRequires: lib\nRecommends: docs')"
done
add_package lab docs 1.0 ''
add_package lab broken 1.0 'Requires: nosuch'
add_package extra tool 1.2 "$(printf 'Epoch: 2\nRequires: lib\nRecommends: docs')"
add_package extra hidden 1.0 ''
add_package signed sealed 1.0 ''
for stream in 1 2; do
    add_package streams app $stream.0 "ModularityLabel: app:$stream:1:c0"
done

export GNUPGHOME=/tmp/gnupg
mkdir -m 700 $GNUPGHOME
gpg --batch --quiet --passphrase '' --quick-generate-key 'RPM <rpm@example.org>' rsa2048 sign never
gpg --armor --export rpm@example.org > /srv/rpm/KEY
rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_name rpm@example.org' --addsign /srv/rpm/signed/*.rpm > /dev/null
gpgconf --kill gpg-agent

cat > /tmp/comps.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps><group><id>tools</id><name>Tools</name><description>For tests</description><default>false</default>
<uservisible>true</uservisible><packagelist><packagereq type="mandatory">tool</packagereq>
<packagereq type="default">docs</packagereq></packagelist></group></comps>
END
cat > /tmp/modules.yaml <<'END'
---
document: modulemd-defaults
version: 1
data: {module: app, stream: "1", profiles: {"1": [common], "2": [common]}}
END
for stream in 1 2; do
    cat >> /tmp/modules.yaml <<END
---
document: modulemd
version: 2
data:
  name: app
  stream: "$stream"
  version: 1
  context: c0
  arch: noarch
  summary: For tests
  description: For tests
  license: {module: [none]}
  dependencies: [{buildrequires: {}, requires: {}}]
  profiles: {common: {rpms: [app]}}
  artifacts: {rpms: [app-0:$stream.0-1.el9.noarch]}
END
done
for repository in lab extra streams signed; do
    groups=''
    [ $repository != lab ] || groups='--groupfile /tmp/comps.xml'
    createrepo_c --quiet $groups /srv/rpm/$repository
    [ $repository != streams ] || modifyrepo_c --mdtype=modules /tmp/modules.yaml /srv/rpm/streams/repodata > /dev/null
    printf '[%s]\nname=%s\nbaseurl=file:///srv/rpm/%s\nenabled=%s\ngpgcheck=%s\ngpgkey=file:///srv/rpm/KEY\n' $repository \
        $repository $repository "$([ $repository = extra ] && echo 0 || echo 1)" \
        "$([ $repository = signed ] && echo 1 || echo 0)" > /etc/yum.repos.d/$repository.repo
done

cat > /usr/lib/os-release <<'END'
NAME="Rocky Linux"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION="9.3 (Lab)"
VERSION_ID="9.3"
PRETTY_NAME="Rocky Linux 9.3 (Lab)"
PLATFORM_ID="platform:el9"
END
echo 'Rocky Linux release 9.3 (Lab)' > /etc/redhat-release
rm -rf /etc/debian_version /tmp/*
mkdir -p /opt/debian/bin
mv /usr/bin/apt* /usr/bin/dpkg* /opt/debian/bin
mv /var/lib/dpkg /opt/debian
