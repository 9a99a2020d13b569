"""A round's optimum by other means: the witness that the solve is exact.

It shares nothing with ``types`` and ``solve`` but the definition of eligibility: one variable per
request and offer that fit, no types, no cells, no lots; HiGHS instead of OR-Tools; the three
figures by three kinds of linear programme in a row, each fixing what the one before found. Every
such set is a face of the matching polytope, so its corners, and with them the figures, are whole.

HiGHS runs in a process of its own (``python -m matching.oracle``), because OR-Tools carries another
``libhighs.so.1`` and one process cannot hold both. The problems travel as JSON without any id.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Container, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from matching.cards import CardId, Offer, Request, Way, fits
from matching.catalogue import Catalogue
from matching.errors import SolveError
from matching.optimum import Optimum, achieved
from matching.priority import CLASSES, priority

if TYPE_CHECKING:
    from matching.plan import Plan

CHILD_SECONDS_MAX = 600


class Edge(NamedTuple):
    """A request that an offer fits, by its least exposed way: the others are dominated."""

    request: int
    offer: int
    priority: int
    exposure: int
    chosen: bool


class Problem(NamedTuple):
    """Cards, and the requests somebody chose to serve: exposure is counted for these.

    Among equals the lot decides who is served, and the least exposure differs from lot to lot.
    Without a choice it is the least over all that are optimal.
    """

    requests: Sequence[Request]
    offers: Sequence[Offer]
    chosen: Container[CardId] | None = None


def optimum(
    requests: Sequence[Request],
    offers: Sequence[Offer],
    catalogue: Catalogue,
    *,
    chosen: Container[CardId] | None = None,
) -> Optimum:
    """The best that any pairing of these cards achieves; agains and reservations do not count."""
    return optima([Problem(requests, offers, chosen)], catalogue)[0]


def optima(problems: Iterable[Problem], catalogue: Catalogue) -> list[Optimum]:
    """The same for many problems with one start of HiGHS."""
    edges = [_edges(problem, catalogue) for problem in problems]
    child = subprocess.run(  # our own module, no shell, nothing from outside
        [sys.executable, "-m", "matching.oracle"],
        input=json.dumps(edges),
        capture_output=True,
        text=True,
        timeout=CHILD_SECONDS_MAX,
        check=False,
    )
    if child.returncode:
        raise SolveError(f"HiGHS ended with {child.returncode}: {child.stderr[-500:]}")
    return [
        Optimum(served, tuple(by_priority), exposure)
        for served, by_priority, exposure in json.loads(child.stdout)
    ]


def verify(
    plan: Plan, requests: Sequence[Request], offers: Sequence[Offer], catalogue: Catalogue
) -> Optimum:
    """Return the optimum *plan* reaches, or raise ``SolveError`` with what is wrong with it."""
    request_of = {card.id: card for card in requests}
    offer_of = {card.id: card for card in offers}
    matched: set[CardId] = set()
    reunited: set[CardId] = set()
    solved: list[tuple[Request, Way]] = []
    for pair in plan.pairs:
        request, offer = request_of[pair.request], offer_of[pair.offer]
        way = Way(pair.mode, pair.region, pair.store)
        if way not in fits(request, offer, catalogue):
            raise SolveError("a pair does not fit by the way it names")
        if matched & {pair.request, pair.offer}:
            raise SolveError("a card is in two pairs")
        matched |= {pair.request, pair.offer}
        if pair.again:
            reunited |= {pair.request, pair.offer}
        else:
            solved.append((request, way))
    if matched & plan.kept:
        raise SolveError("a card kept for somebody was paired")
    aside = reunited | plan.kept
    best = optimum(
        [card for card in requests if card.id not in aside],
        [card for card in offers if card.id not in aside],
        catalogue,
        chosen={request.id for request, _ in solved},
    )
    if not achieved(solved) == plan.claim == best:
        raise SolveError(f"achieved {achieved(solved)}, claimed {plan.claim}, possible {best}")
    return best


def _edges(problem: Problem, catalogue: Catalogue) -> list[Edge]:
    chosen = problem.chosen
    return [
        Edge(
            request=one,
            offer=other,
            priority=priority(request),
            exposure=min(way.mode for way in ways),
            chosen=chosen is None or request.id in chosen,
        )
        for one, request in enumerate(problem.requests)
        for other, offer in enumerate(problem.offers)
        if (ways := fits(request, offer, catalogue))
    ]


def _solve(edges: list[Edge]) -> tuple[int, list[int], int]:
    """In the child: most served, then most of each class from the highest, then least exposure."""
    if not edges:
        return 0, [0] * CLASSES, 0
    # a development dependency, and only ever in this process
    highspy: Any = import_module("highspy")

    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    for _ in edges:
        model.addVar(0.0, 1.0)
    for side in 0, 1:  # of an edge: the request, the offer
        rows: dict[int, list[int]] = {}
        for column, edge in enumerate(edges):
            rows.setdefault(edge[side], []).append(column)
        for columns in rows.values():
            model.addRow(0.0, 1.0, len(columns), columns, [1.0] * len(columns))

    def least(costs: list[int]) -> int:
        """The least cost, which every later programme must keep."""
        columns = list(range(len(edges)))
        model.changeColsCost(len(columns), columns, [float(cost) for cost in costs])
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SolveError("HiGHS found no optimum")
        value: float = model.getInfo().objective_function_value
        whole = round(value)
        if abs(value - whole) > 1e-6:
            raise SolveError("HiGHS found a corner that is not whole")
        used = [(column, float(cost)) for column, cost in zip(columns, costs, strict=True) if cost]
        model.addRow(whole, whole, len(used), [at for at, _ in used], [cost for _, cost in used])
        return whole

    served = -least([-1] * len(edges))
    by_priority = [
        -least([-(edge.priority == level) for edge in edges]) for level in reversed(range(CLASSES))
    ]
    if least([-edge.chosen for edge in edges]) != -served:
        raise SolveError("those chosen are not among the best")
    return served, by_priority, least([edge.exposure for edge in edges])


if __name__ == "__main__":
    json.dump(
        [_solve([Edge(*edge) for edge in edges]) for edges in json.load(sys.stdin)], sys.stdout
    )
