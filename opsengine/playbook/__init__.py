"""Playbooks: YAML text becomes plays, blocks, tasks and roles, each knowing its file and line. Runs nothing."""
