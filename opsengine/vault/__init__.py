"""Ansible Vault: files and single values that only a password opens."""
