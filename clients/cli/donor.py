"""`klunak donor`: offer, accept, buy, and earn the next slot by a family's confirmation.

    new ─▶ offer ─▶ visit … ─▶ accept SLOT ─▶ (visit: where to ─▶ ordered SLOT) ─▶ … ─▶ close SLOT

Slots are numbered from 1, as `visit` shows them. Every command asks for the nine lines and keeps
nothing.
"""

from __future__ import annotations

import typer

from clients.cli import donor_offering, donor_slots, lists

donor_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, which hold secrets
    help="Give food parcels to people you will not know. Your only key is a grocery list of nine "
    "lines; every command asks you to type it, and this machine keeps nothing.",
)

donor_app.command("new")(lists.new)
donor_app.command("stores")(donor_offering.stores)
donor_app.command("offer")(donor_offering.offer)
donor_app.command("visit")(donor_offering.visit)
donor_app.command("answer")(donor_offering.answer)
donor_app.command("post")(donor_offering.post)
donor_app.command("accept")(donor_slots.accept)
donor_app.command("decline")(donor_slots.decline)
donor_app.command("ordered")(donor_slots.ordered)
donor_app.command("replace-code")(donor_slots.replace_code)
donor_app.command("say")(donor_slots.say_to_family)
donor_app.command("withdraw")(donor_slots.withdraw)
donor_app.command("close")(donor_slots.close)
