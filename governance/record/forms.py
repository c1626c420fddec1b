"""What readers of the record fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.record import consistency
from governance.record.consistency import Growth, NoSuchCheckpoint
from governance.record.models import Checkpoint


class ChooseForm(forms.Form):
    """An earlier checkpoint of ours, by its number of entries; any of them, offered or not."""

    old = forms.RegexField(
        regex=r"\A(0|[1-9][0-9]{0,17})\Z",
        label=_("The record as it was"),
        widget=forms.Select,
        error_messages={
            "invalid": _("Choose one of the checkpoints, or give its number of entries.")
        },
    )
    new = forms.RegexField(
        regex=r"\A(0|[1-9][0-9]{0,17})\Z",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("Give the number of entries of the later checkpoint.")},
    )

    def __init__(self, *args: Any, offered: list[Checkpoint], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(one.size), _described(one)) for one in offered]
        asked = str(self.data.get("old", ""))
        if asked and asked not in dict(choices):
            choices.insert(0, (asked[:18], asked[:18]))
        select: Any = self.fields["old"].widget
        select.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            new = cleaned["new"]
            try:
                self.growth: Growth = consistency.between(
                    int(cleaned["old"]), int(new) if new else None
                )
            except NoSuchCheckpoint as error:
                self.add_error("old", str(error))
        return cleaned


class KeptForm(forms.Form):
    """A checkpoint that somebody kept."""

    checkpoint = forms.CharField(
        label=_("A checkpoint you kept"),
        help_text=_("All of it, from the record's name to the end of the signature."),
        max_length=consistency.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_checkpoint(self) -> str:
        """As it was published: browsers send other line ends, and people lose the last one."""
        text: str = self.cleaned_data["checkpoint"]
        return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _described(checkpoint: Checkpoint) -> str:
    return ngettext("%(at)s, %(size)s entry", "%(at)s, %(size)s entries", checkpoint.size) % {
        "at": date_format(checkpoint.at, "j F Y, H:i e"),
        "size": checkpoint.size,
    }
