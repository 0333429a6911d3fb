from __future__ import annotations

from typing import Any

FILTERS: dict[str, Any] = {}
