"""Puts the component's core, which is built elsewhere, into the package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Before anything is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Takes it from SCIM_CONNECTOR_CORE or target/; a source distribution has it already."""
        here = Path(self.root)
        inside = here / "src/scim_connector/core.wasm"
        given = os.environ.get("SCIM_CONNECTOR_CORE")
        built = Path(given) if given else here.parents[1] / "target/scim-connector.core.wasm"
        if built.is_file():
            shutil.copyfile(built, inside)
        elif given or not inside.is_file():
            raise FileNotFoundError(f"{built}: build the component first (cargo xtask component)")
