"""What the options of a round's vote are hashes of: each project as it was sent."""

from __future__ import annotations

from funding.grants.models import ApplicationVersion
from governance.voting.models import Poll


def texts_of_projects(poll: Poll) -> dict[str, str]:
    """The canonical JSON of each, by option; none for polls that are not about a grant round."""
    wanted = {option["textSha256"] for option in poll.options}
    versions = ApplicationVersion.objects.filter(
        application__round__poll=poll, sha256__in=wanted, erased_at=None
    )
    return {
        str(version.application_id): version.asked.canonical(
            application=str(version.application_id), number=version.number
        ).decode()
        for version in versions
    }
