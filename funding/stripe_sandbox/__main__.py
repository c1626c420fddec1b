"""``python -m funding.stripe_sandbox``: serve until told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from funding.stripe_sandbox.account import RETRY_AFTER
from funding.stripe_sandbox.server import Sandbox


def main() -> int:
    """Serve until SIGTERM or Ctrl-C. Answers the exit status: 1 where the port is busy."""
    options = _options()
    options.store.parent.mkdir(parents=True, exist_ok=True)
    # Blocked before any thread starts, so that none of them takes the signal meant for us.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        sandbox = Sandbox(
            port=options.port,
            store=options.store,
            api_key=options.api_key,
            webhook_url=options.webhook,
            webhook_secret=options.webhook_secret,
            webhook_events=options.webhook_event,
            public_origin=options.public_origin,
            retry_after=options.retry_after,
            tick=options.tick,
        )
    except OSError as problem:
        sys.stderr.write(f"The Stripe sandbox cannot listen on port {options.port}: {problem}\n")
        return 1
    with sandbox:
        sys.stdout.write(f"Stripe sandbox on {sandbox.url} (no real money moves)\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m funding.stripe_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, help="SQLite file, made if missing")
    parser.add_argument("--api-key", required=True, help="the only key that is let in (sk_test_…)")
    parser.add_argument("--webhook", help="where events are posted: http:// on this machine")
    parser.add_argument("--webhook-secret", default="", help="signs what is posted (whsec_…)")
    parser.add_argument(
        "--webhook-event",
        action="append",
        default=[],
        metavar="TYPE",
        help="an event type the webhook takes; repeat it; none means all",
    )
    parser.add_argument(
        "--public-origin", help="how a browser reaches the page, if not by http://127.0.0.1:PORT"
    )
    parser.add_argument(
        "--retry-after",
        type=_seconds,
        default=RETRY_AFTER,
        metavar="S,S,…",
        help="seconds between the tries of a delivery",
    )
    parser.add_argument(
        "--tick", type=float, default=30, help="seconds between looks at what has come due"
    )
    return parser.parse_args()


def _seconds(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(",") if part)


if __name__ == "__main__":
    sys.exit(main())
