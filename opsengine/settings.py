"""
Which settings there are: the name of Ansible's environment variable, the place in ansible.cfg, and the kind.

docs/configuration.md says what each does, and why those that Ansible has besides have no effect.
https://docs.ansible.com/ansible-core/2.19/reference_appendices/config.html
"""

from __future__ import annotations

TEXT, NUMBER, TRUTH, PATH, PATHS = "text", "number", "yes or no", "path", "paths"

SETTINGS: dict[str, tuple[str, str, str]] = {
    # Hosts and their variables
    "ANSIBLE_INVENTORY": ("defaults", "inventory", PATHS),
    "ANSIBLE_INVENTORY_ENABLED": ("inventory", "enable_plugins", TEXT),
    "ANSIBLE_INVENTORY_IGNORE": ("inventory", "ignore_extensions", TEXT),
    "ANSIBLE_INVENTORY_IGNORE_REGEX": ("inventory", "ignore_patterns", TEXT),
    "ANSIBLE_INVENTORY_EXPORT": ("inventory", "export", TRUTH),
    "ANSIBLE_INVENTORY_USE_EXTRA_VARS": ("inventory_plugins", "use_extra_vars", TRUTH),
    "ANSIBLE_HOST_PATTERN_MISMATCH": ("inventory", "host_pattern_mismatch", TEXT),
    "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS": ("defaults", "force_valid_group_names", TEXT),
    "ANSIBLE_HASH_BEHAVIOUR": ("defaults", "hash_behaviour", TEXT),
    "ANSIBLE_PRECEDENCE": ("defaults", "precedence", TEXT),
    "ANSIBLE_VARS_ENABLED": ("defaults", "vars_plugins_enabled", TEXT),
    "ANSIBLE_YAML_FILENAME_EXT": ("defaults", "yaml_valid_extensions", TEXT),
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY": ("defaults", "duplicate_dict_key", TEXT),
    "ANSIBLE_PLAYBOOK_DIR": ("defaults", "playbook_dir", PATH),
    # Playbooks
    "ANSIBLE_ROLES_PATH": ("defaults", "roles_path", PATHS),
    "ANSIBLE_HOME": ("defaults", "home", PATH),
    "ANSIBLE_GATHERING": ("defaults", "gathering", TEXT),
    "ANSIBLE_STRATEGY": ("defaults", "strategy", TEXT),
    "ANSIBLE_FORKS": ("defaults", "forks", NUMBER),
    "ANSIBLE_ANY_ERRORS_FATAL": ("defaults", "any_errors_fatal", TRUTH),
    "ANSIBLE_FORCE_HANDLERS": ("defaults", "force_handlers", TRUTH),
    "ANSIBLE_ERROR_ON_MISSING_HANDLER": ("defaults", "error_on_missing_handler", TRUTH),
    "ANSIBLE_NO_LOG": ("defaults", "no_log", TRUTH),
    "ANSIBLE_TASK_TIMEOUT": ("defaults", "task_timeout", NUMBER),
    "ANSIBLE_POLL_INTERVAL": ("defaults", "poll_interval", NUMBER),
    "ANSIBLE_JINJA2_EXTENSIONS": ("defaults", "jinja2_extensions", TEXT),
    "ANSIBLE_RUN_TAGS": ("tags", "run", TEXT),
    "ANSIBLE_SKIP_TAGS": ("tags", "skip", TEXT),
    "ANSIBLE_RETRY_FILES_ENABLED": ("defaults", "retry_files_enabled", TRUTH),
    "ANSIBLE_RETRY_FILES_SAVE_PATH": ("defaults", "retry_files_save_path", PATH),
    "ANSIBLE_CACHE_PLUGIN": ("defaults", "fact_caching", TEXT),
    "ANSIBLE_CACHE_PLUGIN_CONNECTION": ("defaults", "fact_caching_connection", PATH),
    "ANSIBLE_CACHE_PLUGIN_PREFIX": ("defaults", "fact_caching_prefix", TEXT),
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT": ("defaults", "fact_caching_timeout", NUMBER),
    # Reaching hosts
    "ANSIBLE_TRANSPORT": ("defaults", "transport", TEXT),
    "ANSIBLE_REMOTE_USER": ("defaults", "remote_user", TEXT),
    "ANSIBLE_REMOTE_PORT": ("defaults", "remote_port", NUMBER),
    "ANSIBLE_PRIVATE_KEY_FILE": ("defaults", "private_key_file", PATH),
    "ANSIBLE_HOST_KEY_CHECKING": ("defaults", "host_key_checking", TRUTH),
    "ANSIBLE_TIMEOUT": ("defaults", "timeout", NUMBER),
    "ANSIBLE_SSH_HOST_KEY_CHECKING": ("ssh_connection", "host_key_checking", TRUTH),
    "ANSIBLE_SSH_TIMEOUT": ("ssh_connection", "timeout", NUMBER),
    "ANSIBLE_SSH_ARGS": ("ssh_connection", "ssh_args", TEXT),
    "ANSIBLE_SSH_COMMON_ARGS": ("ssh_connection", "ssh_common_args", TEXT),
    "ANSIBLE_SSH_EXTRA_ARGS": ("ssh_connection", "ssh_extra_args", TEXT),
    "ANSIBLE_PYTHON_INTERPRETER": ("defaults", "interpreter_python", TEXT),
    "ANSIBLE_ASK_PASS": ("defaults", "ask_pass", TRUTH),
    "ANSIBLE_CONNECTION_PASSWORD_FILE": ("defaults", "connection_password_file", PATH),
    # Working as another user
    "ANSIBLE_BECOME": ("privilege_escalation", "become", TRUTH),
    "ANSIBLE_BECOME_METHOD": ("privilege_escalation", "become_method", TEXT),
    "ANSIBLE_BECOME_USER": ("privilege_escalation", "become_user", TEXT),
    "ANSIBLE_BECOME_EXE": ("privilege_escalation", "become_exe", TEXT),
    "ANSIBLE_BECOME_FLAGS": ("privilege_escalation", "become_flags", TEXT),
    "ANSIBLE_BECOME_ASK_PASS": ("privilege_escalation", "become_ask_pass", TRUTH),
    "ANSIBLE_BECOME_PASSWORD_FILE": ("defaults", "become_password_file", PATH),
    # Secrets
    "ANSIBLE_ASK_VAULT_PASS": ("defaults", "ask_vault_pass", TRUTH),
    "ANSIBLE_VAULT_PASSWORD_FILE": ("defaults", "vault_password_file", PATH),
    "ANSIBLE_VAULT_IDENTITY": ("defaults", "vault_identity", TEXT),
    "ANSIBLE_VAULT_IDENTITY_LIST": ("defaults", "vault_identity_list", TEXT),
    "ANSIBLE_VAULT_ENCRYPT_IDENTITY": ("defaults", "vault_encrypt_identity", TEXT),
    "ANSIBLE_VAULT_ENCRYPT_SALT": ("defaults", "vault_encrypt_salt", TEXT),
    "ANSIBLE_VAULT_ID_MATCH": ("defaults", "vault_id_match", TRUTH),
    "ANSIBLE_EDITOR": ("defaults", "editor", TEXT),
    # What is shown
    "ANSIBLE_VERBOSITY": ("defaults", "verbosity", NUMBER),
    "ANSIBLE_DIFF_ALWAYS": ("diff", "always", TRUTH),
    "ANSIBLE_DIFF_CONTEXT": ("diff", "context", NUMBER),
    "ANSIBLE_MAX_DIFF_SIZE": ("defaults", "max_diff_size", NUMBER),
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": ("defaults", "display_skipped_hosts", TRUTH),
    "ANSIBLE_DISPLAY_OK_HOSTS": ("defaults", "display_ok_hosts", TRUTH),
    "ANSIBLE_SHOW_CUSTOM_STATS": ("defaults", "show_custom_stats", TRUTH),
    "ANSIBLE_NOCOLOR": ("defaults", "nocolor", TRUTH),
    "ANSIBLE_FORCE_COLOR": ("defaults", "force_color", TRUTH),
    "ANSIBLE_LOG_PATH": ("defaults", "log_path", PATH),
    "ANSIBLE_LOG_VERBOSITY": ("defaults", "log_verbosity", NUMBER),
    # Commands
    "ANSIBLE_MODULE_NAME": ("defaults", "module_name", TEXT),
    "ANSIBLE_MODULE_ARGS": ("defaults", "module_args", TEXT),
}
"""Name -> (section of ansible.cfg, key there and in opsengine.toml, kind)."""

ALSO_AT: dict[str, tuple[str, str]] = {
    "ANSIBLE_INVENTORY_IGNORE": ("defaults", "inventory_ignore_extensions"),
    "ANSIBLE_INVENTORY_IGNORE_REGEX": ("defaults", "inventory_ignore_patterns"),
}
"""Second places in ansible.cfg, which yield to the first ones."""

OWN_KEYS: dict[tuple[str, str], str] = {
    ("diff", "always"): "diff",
    ("diff", "context"): "diff_context",
    ("inventory", "export"): "inventory_export",
    ("inventory_plugins", "use_extra_vars"): "inventory_use_extra_vars",
    ("ssh_connection", "host_key_checking"): "ssh_host_key_checking",
    ("ssh_connection", "timeout"): "ssh_timeout",
    ("tags", "run"): "tags",
    ("tags", "skip"): "skip_tags",
}
"""The keys of opsengine.toml that without their section would say nothing, or something else."""
