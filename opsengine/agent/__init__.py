"""What runs on a target, and the controller's end of its protocol (docs/protocol.md). Knows nothing of playbooks."""
