"""
The hosts: who they are, which groups they are in, and which variables belong to them.

Reads Ansible's inventories (INI, YAML, TOML, scripts, host lists, folders of these) and chooses hosts by Ansible's
patterns. Variables are kept as they were written: rendering them is not this package's work.
https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html
"""
