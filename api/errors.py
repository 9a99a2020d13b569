"""What the node refuses, each by a status and a stable code (protocol.md, section 7).

ApiError
├── Malformed              422 malformed            the bytes are not what the route takes
│   ├── WrongLength        422 wrong_length
│   └── a crypto error     422 its own code         unknown_version, wrong_shape, …
├── NotFound               404 not_found
│   └── UnknownBatch       404 unknown_batch
├── MethodNotAllowed       405 method_not_allowed
├── TooSlow                408 too_slow
├── TooLarge               413 too_large
├── WrongContentType       415 wrong_content_type
├── NotAuthorized          401 not_authorized       deliberately one answer for every reason
├── Refused                403                      well formed, and not admitted
│   ├── WrongOperator      403 wrong_operator
│   ├── WrongCircle        403 wrong_circle
│   ├── InvalidSignature   403 invalid_signature
│   ├── InvalidStamp       403 invalid_stamp
│   ├── UnknownInvite      403 unknown_invite
│   ├── WrongWork          403 wrong_work
│   ├── StalePeriod        403 stale_period
│   └── WrongCoordinators  403 wrong_coordinators
├── Conflict               409                      somebody, or the same one, was earlier
│   ├── StampSpent         409 stamp_spent
│   ├── InviteSpent        409 invite_spent
│   ├── WorkSpent          409 work_spent
│   ├── AddressTaken       409 address_taken
│   ├── EpochClosed        409 epoch_closed
│   ├── WrongEpoch         409 wrong_epoch
│   ├── EpochConflict      409 epoch_conflict
│   ├── RoundPending       409 round_pending
│   ├── CommitConflict     409 commit_conflict
│   ├── PartMissing        409 part_missing
│   ├── WrongCards         409 wrong_cards
│   ├── WrongNotices       409 wrong_notices
│   ├── WrongBatches       409 wrong_batches
│   └── OldCircle          409 old_circle
├── InviteLimit            429 invite_limit
├── Unavailable            503                      come again later; carries Retry-After
│   ├── Busy               503 busy
│   ├── NoEpoch            503 no_epoch
│   ├── IntakeFull         503 intake_full
│   └── NoStorage          503 no_storage           disk full or read-only, database away
└── Broken                 500 broken               our fault; says nothing else

A title is fixed text: nothing that was sent is ever repeated (`api.problems` writes it out).
SetupError is not for visitors: the node does not start with it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection
from http import HTTPStatus

log = logging.getLogger("klunak.node")


class SetupError(Exception):
    """The node cannot start as it is set up; the message says what to do."""


class ApiError(Exception):
    """The root of everything a route refuses; subclasses say only how."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "broken"
    title: str = "Something went wrong here, not at your side."
    retry_after_seconds: int | None = None
    ends_connection: bool = False
    """Whether the rest of the body is not waited for."""


class Malformed(ApiError):
    status, code, title = 422, "malformed", "The request is not in the format."


class WrongLength(Malformed):
    code, title = "wrong_length", "The body has a wrong length."


class NotFound(ApiError):
    status, code, title = 404, "not_found", "There is nothing here."


class MethodNotAllowed(ApiError):
    status, code, title = 405, "method_not_allowed", "This cannot be done here."
    ends_connection = True

    def __init__(self, allowed: Collection[str] = ()) -> None:
        super().__init__()
        self.allowed = allowed


class TooSlow(ApiError):
    status, code, title = 408, "too_slow", "The body took too long to arrive."
    ends_connection = True


class TooLarge(ApiError):
    status, code, title = 413, "too_large", "The body is too large."
    ends_connection = True


class WrongContentType(ApiError):
    status, code, title = 415, "wrong_content_type", "The body has a wrong content type."
    ends_connection = True


class NotAuthorized(ApiError):
    status, code, title = 401, "not_authorized", "This needs an operator's signature."


class Refused(ApiError):
    status = HTTPStatus.FORBIDDEN


class WrongOperator(Refused):
    code, title = "wrong_operator", "This is another operator's task."


class WrongCircle(Refused):
    code, title = "wrong_circle", "This belongs to another circle."


class InvalidSignature(Refused):
    code, title = "invalid_signature", "The document is not signed by one who may."


class InvalidStamp(Refused):
    code, title = "invalid_stamp", "The stamp does not count here."


class UnknownInvite(Refused):
    code, title = "unknown_invite", "The invite is not known here."


class WrongWork(Refused):
    code, title = "wrong_work", "The proof of work does not count now."


class StalePeriod(Refused):
    code, title = "stale_period", "The period is not the current one."


class WrongCoordinators(Refused):
    code, title = "wrong_coordinators", "These coordinators have no such duty."


class Conflict(ApiError):
    status = HTTPStatus.CONFLICT


class StampSpent(Conflict):
    code, title = "stamp_spent", "The stamp was spent on something else."


class InviteSpent(Conflict):
    code, title = "invite_spent", "The invite was spent on something else."


class WorkSpent(Conflict):
    code, title = "work_spent", "The proof of work was spent on something else."


class AddressTaken(Conflict):
    code, title = "address_taken", "An address is reserved already."


class EpochClosed(Conflict):
    code, title = "epoch_closed", "The epoch is not open; nothing was spent."


class WrongEpoch(Conflict):
    code, title = "wrong_epoch", "This is not the turn of that epoch."


class EpochConflict(Conflict):
    code, title = "epoch_conflict", "The epoch is open under another descriptor."


class RoundPending(Conflict):
    code, title = "round_pending", "The round of the closed epoch is not committed."


class CommitConflict(Conflict):
    code, title = "commit_conflict", "The round is committed under another header."


class PartMissing(Conflict):
    code, title = "part_missing", "A part is missing or has another digest."


class WrongCards(Conflict):
    code, title = "wrong_cards", "The cards are not exactly the frozen ones, rising."


class WrongNotices(Conflict):
    code, title = "wrong_notices", "The notices are not rising, as many, and at fresh addresses."


class WrongBatches(Conflict):
    code, title = "wrong_batches", "Not the same number of batches for every coordinator."


class OldCircle(Conflict):
    code, title = "old_circle", "The circle document is not a later one."


class UnknownBatch(NotFound):
    code, title = "unknown_batch", "There is no such batch for you."


class InviteLimit(ApiError):
    status, code, title = 429, "invite_limit", "No more invites today."


class Unavailable(ApiError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_seconds = 60


class Busy(Unavailable):
    code, title = "busy", "Too much at once; please try again in a moment."
    retry_after_seconds = 2


class NoEpoch(Unavailable):
    code, title = "no_epoch", "The first epoch has not begun."


class IntakeFull(Unavailable):
    code, title = "intake_full", "The intake is full; please come again tomorrow."
    retry_after_seconds = 3_600


class NoStorage(Unavailable):
    code, title = "no_storage", "The node cannot store anything at the moment."


class Broken(ApiError):
    """Anything unforeseen; the log has its type and place, nobody has its words."""


def log_without_words(error: BaseException, where: str) -> None:
    """Write type and place of *error* to the log, never its message: that may repeat somebody."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    path = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    log.error("%s: %s at %s", where, type(error).__name__, path)
