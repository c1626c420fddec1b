"""The only writes to drafts and terms. One verb each, with a named author."""

from governance.terms.actions.afterwards import add_translation, deprecate, withdraw
from governance.terms.actions.drafts import check_place, create_draft, freeze_draft, revise_draft
from governance.terms.actions.publishing import add_missing_renditions, publish

__all__ = [
    "add_missing_renditions",
    "add_translation",
    "check_place",
    "create_draft",
    "deprecate",
    "freeze_draft",
    "publish",
    "revise_draft",
    "withdraw",
]
