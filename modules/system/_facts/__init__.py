"""Facts of a host, by subset: each file gathers some, named as Ansible names them without `ansible_`."""
