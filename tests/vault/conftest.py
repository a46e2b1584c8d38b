"""A vault in a folder of its own."""

from __future__ import annotations

import pytest

from sayso.ids import SpeakerId, new_id
from sayso.vault import Vault


@pytest.fixture
def speaker(vault: Vault) -> SpeakerId:
    speaker = SpeakerId(new_id("speaker"))
    vault.create_subject(speaker)
    return speaker


@pytest.fixture
def other(vault: Vault) -> SpeakerId:
    other = SpeakerId(new_id("speaker"))
    vault.create_subject(other)
    return other
