"""A rule said no.

Actions raise :class:`Refused`; pages show its sentence beside the form, the API answers 409 with
its code (RFC 9457 problem details).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refused(Exception):
    """A rule refused an action that was well formed.

    ``code`` is stable, in kebab case, and part of the API ("already-supported"). ``sentence`` is
    for a person, translated, and says what would work.
    """

    def __init__(self, code: str, sentence: StrOrPromise) -> None:
        super().__init__(code, sentence)
        self.code = code
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)
