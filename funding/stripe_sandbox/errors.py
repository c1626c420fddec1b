"""Refusals in Stripe's shape (docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than 200: HTTP status, Stripe's error type and code, and the parameter."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param

    def body(self) -> dict[str, Any]:
        """The JSON that Stripe would answer with."""
        error = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def missing(kind: str, id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """No object of that kind has that identifier: 404 for an address, 400 for a parameter."""
    name = kind.rpartition(".")[2].replace("_", " ")
    return ApiError(f"No such {name}: '{id}'", status=status, code="resource_missing", param=param)
