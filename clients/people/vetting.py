"""Vetting: what a person asks two duty coordinators for, and how their answers are taken.

    ask ─▶ both in: nothing yet ─▶ question ⇄ answer ─▶ certified by both ─▶ shelf ─▶ blank
                                                     └▶ declined by one

What a coordinator signs is blinded, so nothing of the certificate can be recognised later. An
answer counts only if every signature in it verifies; until they lie on the shelf and were read
back, the thread has the only copy and is left alone.
"""

from __future__ import annotations

from dataclasses import replace

from clients.errors import NotPossible, TooLong
from clients.invites_text import InviteCodes
from clients.people import seals
from clients.people.asking import Asked, asked_index, receipt_asked, root_asked, stamp_asked
from clients.people.person import THREADS, Place, class_of
from clients.people.shelves import has_room, new_shelf, new_slot, with_slot
from clients.people.state import State
from clients.people.work import Progress, work_for
from crypto.circle import Circle
from crypto.descriptors import NodeDescriptor
from crypto.drops import WriteSecret, address_of, reader_of
from crypto.errors import InvalidCertificate
from crypto.keys import Person
from crypto.labels import BLIND_COUNT, hashed, u8, u32
from crypto.messages.intake import (
    CERTIFIED,
    DECLINED,
    FAMILY,
    NOTHING_YET,
    QUESTION,
    WORDS_BYTES,
    In,
    Intake,
    Out,
)
from crypto.messages.shelf import ASKED, Shelf, Slot, Wish
from crypto.messages.shelf import CERTIFIED as SHELF_CERTIFIED
from crypto.messages.shelf import DECLINED as SHELF_DECLINED
from crypto.messages.tokens import Opening
from crypto.records import close_record
from crypto.sealing import seal

_WORK, _INVITE = 0, 1
ADMISSION_BYTES = 292
"""What admits an intake, filled with zeros: a stamp is the longest of them."""


def checked_words(words: str) -> str:
    """*words*, if they fit a thread. Raises TooLong."""
    try:
        if len(words.encode()) <= WORDS_BYTES:
            return words
    except UnicodeEncodeError:  # half a character, as broken keyboards send
        pass
    raise TooLong


def intake_body(
    circle: Circle,
    person: Person,
    *,
    role: int,
    language: str,
    words: str,
    wish: Wish,
    at_once: int,
    asked: int,
    invite: InviteCodes | None,
    terms: NodeDescriptor,
    progress: Progress | None = None,
) -> bytes:
    """The whole intake request: kind, admission, retry, period, two records, five drops.

    Raises TooLong; NotPossible for an offer with an invite: an offer always needs a person's eye.
    """
    if invite is not None and role != FAMILY:
        raise NotPossible
    checked_words(words)
    shelf = new_shelf(role=role, language=language, asked=asked, wish=wish, at_once=at_once)
    place = Place(person, 0)
    body = person.intake_retry + u32(person.period)
    for number in THREADS:
        code = b"" if invite is None else invite[number]
        body += intake_record(circle, place, number, shelf, words=words, code=code)
    body += drop(person.shelf_write, close_record(shelf, **seals.shelf(person)))
    body += thread_drops(place)
    if invite is None:
        nonce = work_for(
            body, challenge=terms.pow_challenge, bits=terms.pow_bits, progress=progress
        )
        return u8(_WORK) + _filled(terms.pow_challenge + nonce) + body
    admission = b"".join(hashed("klunak invite", code) for code in invite)
    return u8(_INVITE) + _filled(admission) + body


def advance(state: State) -> State:
    """What follows from the two *in* drops: certified, declined, or a coordinator who failed."""
    shelf = state.shelf
    if shelf is None or shelf.stage != ASKED or shelf.asking != state.place.asking:
        return state
    answers = state.ins
    if any(answer is not None and answer.kind == DECLINED for answer in answers):
        # An exchange that is refused takes nothing from the slots that are there.
        stage = SHELF_DECLINED if shelf.exchanged is None else SHELF_CERTIFIED
        return replace(state, shelf=replace(shelf, stage=stage))
    certified = tuple(a for a in answers if a is not None and a.kind == CERTIFIED)
    if len(certified) != len(THREADS):
        return state
    if shelf.exchanged is not None and not has_room(shelf):
        return state  # until there is room, the thread keeps the only copy
    try:
        slots = _certified_slots(state.circle, state.place, shelf, certified)
    except InvalidCertificate:
        return replace(state, coordinator_failed=True)
    for slot in slots:
        shelf = with_slot(shelf, slot)
    return replace(state, shelf=replace(shelf, stage=SHELF_CERTIFIED))


def open_questions(state: State) -> tuple[tuple[int, str], ...]:
    """Number and words of every coordinator that waits for an answer.

    Asked of *out*, not of the shelf: an answer that a node has lost is asked for again.
    """
    if state.shelf is None or state.shelf.stage != ASKED:
        return ()
    return tuple(
        (number, question.words)
        for number, question in enumerate(state.ins)
        if question is not None
        and question.kind == QUESTION
        and _answered_turn(state.outs[number]) < question.turn
    )


def answer(state: State, words: str) -> State:
    """*words* for every coordinator that has asked. Raises NotPossible, TooLong."""
    shelf = state.shelf
    checked_words(words)
    if shelf is None or shelf.stage != ASKED:
        raise NotPossible
    outs, answered = list(state.outs), list(shelf.answered)
    asked = [n for n, question in enumerate(state.ins) if _is_question(question)]
    if not asked:
        raise NotPossible
    for number in asked:
        question = state.ins[number]
        assert question is not None
        outs[number] = Out(turn=question.turn, words=words)
        answered[number] = question.turn
    return replace(state, outs=tuple(outs), shelf=replace(shelf, answered=tuple(answered)))


def _is_question(message: In | None) -> bool:
    return message is not None and message.kind == QUESTION


def _answered_turn(out: Out | None) -> int:
    return 0 if out is None else out.turn


def intake_record(
    circle: Circle,
    place: Place,
    number: int,
    shelf: Shelf,
    *,
    words: str = "",
    code: bytes = b"",
    opening: Opening | None = None,
) -> bytes:
    """coordinator u8 ‖ record: what coordinator *number* (0, 1) is asked about ``place.asking``."""
    thread = place.thread(number)
    asked = [_asked_of(circle, each, number, shelf.role) for each in _places_asked(place, shelf)]
    intake = Intake(
        role=shelf.role,
        language=shelf.language,
        words=words,
        thread_key=thread.key,
        out_read=reader_of(thread.out_write),
        in_write=thread.in_write,
        blinded_roots=tuple(root.blinded for root, _ in asked),
        blinded_extras=tuple(extra.blinded for _, extra in asked if extra is not None),
        invite_code=code,
        opening=opening,
    )
    duty = circle.duty(place.period, class_of(shelf.role))[number]
    info = seals.intake_info(place.person, number)
    return u8(duty) + seal(intake, recipient=circle.sealing_keys[duty], info=info)


def thread_drops(place: Place) -> bytes:
    """4 × (A ‖ record): in 0, out 0, in 1, out 1, with nothing said in them."""
    nothing_yet = In(kind=NOTHING_YET, turn=0, words="", signed_roots=(), signed_extras=())
    nothing_said = Out(turn=0, words="")
    drops = b""
    for number in THREADS:
        thread = place.thread(number)
        told = close_record(nothing_yet, **seals.thread_in(place, number))
        said = close_record(nothing_said, **seals.thread_out(place, number))
        drops += drop(thread.in_write, told) + drop(thread.out_write, said)
    return drops


def drop(write_secret: WriteSecret, record: bytes) -> bytes:
    """A ‖ record."""
    return address_of(write_secret) + record


def _filled(admission: bytes) -> bytes:
    return admission.ljust(ADMISSION_BYTES, b"\0")


def _places_asked(place: Place, shelf: Shelf) -> list[Place]:
    """Three pseudonyms for an intake, one for an exchange."""
    first = asked_index(shelf.asking)
    count = BLIND_COUNT if shelf.exchanged is None else 1
    return [Place(place.person, first + each) for each in range(count)]


def _asked_of(circle: Circle, place: Place, number: int, role: int) -> tuple[Asked, Asked | None]:
    """What coordinator *number* is asked to sign for one pseudonym: a root, maybe an extra."""
    root = root_asked(circle, place, role, number)
    if number == 0:
        return root, stamp_asked(circle, place, role)
    return root, receipt_asked(circle, place) if role == FAMILY else None


def _certified_slots(
    circle: Circle, place: Place, shelf: Shelf, answers: tuple[In, ...]
) -> tuple[Slot, ...]:
    """All slots asked for, every signature verified. Raises InvalidCertificate."""
    slots = []
    places = _places_asked(place, shelf)
    for at, each in enumerate(places):
        roots: list[bytes] = []
        extras: list[bytes] = []
        for number, message in enumerate(answers):
            root, extra = _asked_of(circle, each, number, shelf.role)
            roots.append(root.unblinded(_signed(message.signed_roots, at, len(places))))
            if extra is not None:
                extras.append(extra.unblinded(_signed(message.signed_extras, at, len(places))))
        stamp, *receipts = extras
        receipt = receipts[0] if receipts else None
        slots.append(new_slot(each.index, (roots[0], roots[1]), stamp, receipt))
    return tuple(slots)


def _signed(signed: tuple[bytes, ...], at: int, count: int) -> bytes:
    if len(signed) != count:
        raise InvalidCertificate
    return signed[at]
