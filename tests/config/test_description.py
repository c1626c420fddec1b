"""The OpenAPI description says all of the API, and what it says of itself holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

pytestmark = pytest.mark.django_db

# What programs call the operations: changing a name breaks the clients that were made from it.
OPERATIONS = {
    "grant_applications_answer",
    "grant_applications_confirm",
    "grant_applications_decide",
    "grant_applications_interest",
    "grant_applications_remark",
    "grant_applications_review",
    "grant_awards_accept",
    "grant_awards_check",
    "grant_awards_countersign",
    "grant_awards_decline",
    "grant_awards_offer",
    "grant_awards_payee",
    "grant_awards_returns_create",
    "grant_awards_returns_lines",
    "grant_awards_terminate",
    "grant_awards_terminate_confirm",
    "grant_awards_terminate_withdraw",
    "grant_bank_files_create",
    "grant_bank_files_retrieve",
    "grant_milestones_amend",
    "grant_milestones_amendment_answer",
    "grant_milestones_evidence",
    "grant_milestones_extend",
    "grant_milestones_pay",
    "grant_milestones_verdict",
    "grant_payments_approve",
    "grant_payments_cancel",
    "grant_payments_change",
    "grant_payments_fail",
    "grant_payments_retrieve",
    "grant_payments_reversal_lines",
    "grant_payments_reverse",
    "grant_payments_reverse_confirm",
    "grant_payments_reverse_withdraw",
    "grant_payments_transfer",
    "grant_rounds_apply",
    "grant_rounds_fund_close",
    "grant_rounds_reviewers_create",
    "grant_rounds_reviewers_end",
    "grant_rounds_vote",
    "my_grants_account",
    "my_grants_ask_members",
    "my_grants_correct",
    "my_grants_files_create",
    "my_grants_files_destroy",
    "my_grants_import",
    "my_grants_list",
    "my_grants_retrieve",
    "my_grants_submit",
    "my_grants_team_retrieve",
    "my_grants_team_update",
    "my_grants_update",
    "my_grants_withdraw",
    "grant_accounts_list",
    "grant_applications_list",
    "grant_awards_list",
    "grant_awards_retrieve",
    "grant_funds_list",
    "grant_milestones_list",
    "grant_movements_list",
    "grant_paid_list",
    "grant_payments_list",
    "grant_reviews_list",
    "my_grants_share",
    "grant_projects_list",
    "grant_projects_retrieve",
    "grant_projects_sponsor",
    "grant_rounds_list",
    "grant_rounds_retrieve",
    "refunds_approve",
    "refunds_create",
    "cases_settle",
    "cases_ask",
    "cases_retrieve",
    "cases_list",
    "books_entries_list",
    "books_entries_retrieve",
    "books_months_list",
    "books_months_create",
    "books_statements",
    "books_vouchers_list",
    "books_vouchers_create",
    "books_vouchers_withdraw_create",
    "books_vouchers_retrieve",
    "books_vouchers_update",
    "books_entries_undo_create",
    "books_vouchers_approve_create",
    "books_vouchers_reject_create",
    "dues_plans_list",
    "my_dues",
    "my_dues_cancel",
    "my_dues_resume",
    "my_dues_change",
    "my_dues_change_preview",
    "my_dues_waiver",
    "my_dues_pot",
    "my_dues_gift",
    "ledger_digests_list",
    "ledger_summary",
    "leaving_retrieve",
    "me_retrieve",
    "me_awaiting_retrieve",
    "me_everything_retrieve",
    "me_invitation_create",
    "me_invitation_destroy",
    "desk_list",
    "desk_claim",
    "desk_release",
    "desk_hand_over",
    "desk_colleagues",
    "desk_away_list",
    "desk_away_create",
    "desk_away_destroy",
    "me_invitation_retrieve",
    "me_leaving_code_create",
    "me_leaving_create",
    "me_leaving_retrieve",
    "me_mail_create",
    "me_mail_retrieve",
    "me_roles_resign_create",
    "members_summary_retrieve",
    "polls_list",
    "polls_retrieve",
    "polls_cast_create",
    "polls_faults_list",
    "polls_faults_create",
    "polls_faults_confirm_create",
    "polls_issue_create",
    "polls_objection_create",
    "proposals_list",
    "proposals_create",
    "proposals_retrieve",
    "proposals_update",
    "proposals_comments_list",
    "proposals_comments_create",
    "proposals_support_create",
    "proposals_support_destroy",
    "proposals_withdraw_create",
    "decision_rules_list",
    "offices_list",
    "proposal_kinds_list",
    "proposals_path_list",
    "proposals_candidates_list",
    "proposals_candidates_create",
    "proposals_candidates_nominate_create",
    "proposals_candidates_decline_create",
    "proposals_candidates_step_back_create",
    "proposals_interests_create",
    "proposals_advice_create",
    "flags_list",
    "flags_settle_create",
    "proposals_amendments_list",
    "proposals_amendments_create",
    "proposals_amendments_retrieve",
    "proposals_amendments_support_create",
    "proposals_amendments_support_destroy",
    "proposals_amendments_decide_create",
    "proposals_comments_retrieve",
    "proposals_comments_update",
    "proposals_comments_history_list",
    "proposals_comments_reaction_create",
    "proposals_comments_reaction_destroy",
    "proposals_comments_flag_create",
    "proposals_comments_hide_create",
    "proposals_drafts_list",
    "proposals_drafts_create",
    "proposals_drafts_retrieve",
    "proposals_drafts_update",
    "proposals_drafts_destroy",
    "proposals_drafts_publish_create",
    "proposals_drafts_invite_create",
    "proposals_drafts_join_create",
    "proposals_echo_create",
    "proposals_echo_destroy",
    "proposals_flag_create",
    "proposals_hide_create",
    "proposals_similar_list",
    "movement_retrieve",
    "movement_proffer_create",
    "movement_proffer_destroy",
    "movement_asks_create",
    "movement_asks_destroy",
    "acceptances_list",
    "organisations_create",
    "organisations_retrieve",
    "proposals_follow_create",
    "proposals_follow_destroy",
    "me_follows_list",
    "me_mentions_list",
    "participation_retrieve",
    "proposals_texts_list",
    "record_entries_list",
    "record_entries_retrieve",
    "terms_list",
    "terms_retrieve",
    "terms_versions_retrieve",
    "terms_compare",
}


@pytest.fixture
def description(client: Client) -> dict[str, Any]:
    served: dict[str, Any] = json.loads(client.get("/api/v1/schema/").content)
    return served


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []


def test_operations_keep_their_names(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(description)]
    assert len(names) == len(set(names))
    assert set(names) >= OPERATIONS
    assert [name for name in set(names) - OPERATIONS if not name.startswith("documents_")] == []


def test_every_way_to_say_no_is_described(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        answers = operation["responses"]
        assert all(answer["description"] for answer in answers.values()), path
        if not path.startswith("/api/"):
            continue
        expected = {"406", "429"}
        expected |= {"304"} if method == "get" else {"409"}
        expected |= {"401"} if any(operation["security"]) else set()
        expected |= {"403"} if {} not in operation["security"] else set()
        expected |= {"404"} if "{" in path else set()
        expected |= {"400", "415"} if "requestBody" in operation else set()
        assert expected <= set(answers), (path, method)
        for code, answer in answers.items():
            if code >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, (path, code)
        assert "Retry-After" in answers["429"]["headers"]
        if method == "get":
            assert "ETag" in answers["200"]["headers"]


def test_every_example_is_what_its_schema_says(description: dict[str, Any]) -> None:
    found = list(_examples(description))
    assert len(found) > 100
    for schema, example in found:
        whole = {**schema, "components": description["components"]}
        Draft202012Validator(whole).validate(example)


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every example beside a schema, anywhere."""
    if isinstance(node, dict):
        if "schema" in node:
            if "example" in node:
                yield node["schema"], node["example"]
            for example in node.get("examples", {}).values():
                yield node["schema"], example["value"]
        for inner in node.values():
            yield from _examples(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _examples(inner)


def test_filters_name_what_they_take(description: dict[str, Any]) -> None:
    asked = {
        parameter["name"]: parameter["schema"]
        for parameter in description["paths"]["/api/v1/terms/"]["get"]["parameters"]
    }
    assert set(asked["status"]["enum"]) == {
        *("active", "superseded", "deprecated", "withdrawn", ""),
    }
    assert {"track", "profile"} < set(asked["action"]["enum"])
    assert {"health"} < set(asked["data"]["enum"])
    kinds = description["paths"]["/api/v1/record/entries/"]["get"]["parameters"]
    [types] = [kind["schema"]["enum"] for kind in kinds if kind["name"] == "type"]
    assert {"term.published", "term.status"} < set(types)


@pytest.mark.parametrize("size", ["0", "-1", "x", "", "1.5", "²", "9" * 400])
def test_a_page_size_that_is_no_number_is_refused(client: Client, size: str) -> None:
    answer = client.get("/api/v1/terms/", {"page_size": size})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "page_size"


def test_whoever_has_an_answer_of_the_api_is_told_so(client: Client) -> None:
    for path in ("/api/v1/", "/api/v1/terms/", "/api/v1/record/entries/", "/api/v1/polls/"):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, path
