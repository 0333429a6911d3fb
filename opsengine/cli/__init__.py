"""What people type. Reads options, calls the packages below, and turns errors into messages and exit codes."""
