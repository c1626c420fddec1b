"""Turn what people send about a vote into values. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.voting.faults import FAULTS, LONGEST_SENTENCE
from governance.voting.models import Objection


class FaultForm(forms.Form):
    """What is wrong with an open vote, from the short list, and in a sentence."""

    fault = forms.ChoiceField(label=_("What is wrong"), widget=forms.RadioSelect)
    sentence = forms.CharField(
        label=_("Say it in one sentence"),
        help_text=_("Everybody can read it on this vote's page if it is cancelled. Name nobody."),
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fault"].choices = [  # type: ignore[attr-defined]
            (code, gettext(words)) for code, words in FAULTS.items()
        ]


class ObjectionForm(forms.Form):
    """What is wrong with what we say of somebody's ballot: of what fits, one."""

    kind = forms.ChoiceField(label=_("What is wrong"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, took_ballot: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = Objection.Kind
        fitting = (kinds.TOOK_NONE, kinds.RECEIPT_MISSING) if took_ballot else (kinds.TOOK_ONE,)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in fitting
        ]
