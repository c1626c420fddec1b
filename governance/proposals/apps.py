from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from governance.terms import page_parts
from governance.voting import option_names
from members import awaiting, desk, digest, leaving, mail_kinds


class ProposalsConfig(AppConfig):
    name = "governance.proposals"

    def ready(self) -> None:
        """Every app's ``proposal_kinds`` module registers the kinds of proposals it brings."""
        autodiscover_modules("proposal_kinds")
        # These need the tables, which are not there before every app's models are.
        from governance.proposals import acceptance_ways, actions, following_part, news
        from governance.proposals.desk import SOURCE, places
        from governance.proposals.elections import names_of_candidates
        from governance.proposals.movement_page import part_of_page
        from governance.proposals.option_texts import texts_of_options
        from governance.proposals.talk_part import PART
        from governance.proposals.talk_waiting import talk_waiting
        from governance.proposals.waiting import proposals_followed, proposals_waiting
        from governance.proposals.well_known import WELL_KNOWN
        from governance.voting import option_texts

        option_names.register(names_of_candidates)
        option_texts.register(texts_of_options)
        desk.register(SOURCE)
        desk.register_places("proposals", places)
        awaiting.register("proposals", proposals_waiting)
        awaiting.register("talk", talk_waiting)
        awaiting.register_followed("proposals", proposals_followed)
        leaving.register(PART)
        leaving.register(following_part.PART)
        page_parts.register("movement", part_of_page)
        acceptance_ways.register(WELL_KNOWN)
        digest.register("mentions", _("You were mentioned"), news.mentions)
        digest.register("votes", _("Votes"), news.votes)
        digest.register("followed", _("What you follow"), news.followed)
        digest.register("ideas", _("New proposals"), news.new_ideas)
        digest.register("accepted", _("Accepted by organisations"), news.accepted)
        mail_kinds.register(
            "proposals",
            _("Proposals of yours, and those you sponsor"),
            _("When one moves on, or a text that carries your name has changed."),
            optional=True,
        )
        mail_kinds.register(
            actions.MENTIONS,
            _("Mentions"),
            _("When somebody names you, with an @, in a talk you take part in."),
            optional=True,
        )
        mail_kinds.register(
            actions.VOTE_OPENED,
            _("Votes that open"),
            _("When a vote opens in which you can take part."),
            optional=True,
        )
        mail_kinds.register(
            actions.VOTE_RESULT,
            _("Results of votes"),
            _("When a vote on a proposal that you follow is over, and what came of it."),
            optional=True,
        )
