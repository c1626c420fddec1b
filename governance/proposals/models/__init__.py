"""Proposals: their words, sponsors, talk and rules; what follows from them; who follows them."""

from governance.proposals.models.advice import AdvisoryNote, Interest
from governance.proposals.models.amendments import (
    Amendment,
    AmendmentQuerySet,
    AmendmentState,
    AmendmentSupport,
    Echo,
    SearchWord,
)
from governance.proposals.models.drafting import (
    CoAuthor,
    CoAuthorInvitation,
    Manuscript,
    ManuscriptSave,
)
from governance.proposals.models.elections import Nomination, NominationQuerySet, Reopening
from governance.proposals.models.following import (
    Follow,
    FollowQuerySet,
    Mention,
    MentionQuerySet,
    VoteNews,
)
from governance.proposals.models.movement import (
    Acceptance,
    AcceptanceQuerySet,
    Ask,
    AskQuerySet,
    Organisation,
    OrganisationQuerySet,
    Proffer,
    ProfferQuerySet,
)
from governance.proposals.models.offices import Seat, SeatQuerySet
from governance.proposals.models.proposals import (
    CancelledVote,
    Proposal,
    ProposalQuerySet,
    Reservation,
    Stage,
    Step,
    Support,
    SupportQuerySet,
    Wording,
)
from governance.proposals.models.ratification import Provisional, ProvisionalQuerySet
from governance.proposals.models.rules import AdoptedRule, AdoptedRuleQuerySet, Event, founding_on
from governance.proposals.models.talk import (
    Comment,
    CommentEdit,
    CommentQuerySet,
    Flag,
    FlagQuerySet,
    HiddenIdea,
    Reaction,
)

__all__ = [
    "Acceptance",
    "AcceptanceQuerySet",
    "AdoptedRule",
    "AdoptedRuleQuerySet",
    "AdvisoryNote",
    "Amendment",
    "AmendmentQuerySet",
    "AmendmentState",
    "AmendmentSupport",
    "Ask",
    "AskQuerySet",
    "CancelledVote",
    "CoAuthor",
    "CoAuthorInvitation",
    "Comment",
    "CommentEdit",
    "CommentQuerySet",
    "Echo",
    "Event",
    "Flag",
    "FlagQuerySet",
    "Follow",
    "FollowQuerySet",
    "HiddenIdea",
    "Interest",
    "Manuscript",
    "ManuscriptSave",
    "Mention",
    "MentionQuerySet",
    "Nomination",
    "NominationQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "Proffer",
    "ProfferQuerySet",
    "Proposal",
    "ProposalQuerySet",
    "Provisional",
    "ProvisionalQuerySet",
    "Reaction",
    "Reopening",
    "Reservation",
    "SearchWord",
    "Seat",
    "SeatQuerySet",
    "Stage",
    "Step",
    "Support",
    "SupportQuerySet",
    "VoteNews",
    "Wording",
    "founding_on",
]
