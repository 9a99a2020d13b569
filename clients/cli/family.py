"""`klunak family`: ask for a parcel, wait, say where to, confirm.

    new ─▶ ask ─▶ visit … ─▶ code, or show-address ─▶ visit … ─▶ received ─▶ another

Every command asks for the nine lines and keeps nothing. Each may be repeated: what was done is not
done twice.
"""

from __future__ import annotations

import typer

from clients.cli import family_asking, family_parcel, lists

family_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, which hold secrets
    help="Ask for a food parcel, and receive it. Your only key is a grocery list of nine lines; "
    "every command asks you to type it, and this machine keeps nothing.",
)

family_app.command("new")(lists.new)
family_app.command("stores")(family_asking.stores)
family_app.command("ask")(family_asking.ask)
family_app.command("visit")(family_asking.visit)
family_app.command("answer")(family_asking.answer)
family_app.command("show-address")(family_parcel.show_address)
family_app.command("code-failed")(family_parcel.code_failed)
family_app.command("received")(family_parcel.received)
family_app.command("say")(family_parcel.say_to_donor)
family_app.command("decline")(family_parcel.decline)
family_app.command("withdraw")(family_parcel.withdraw)
family_app.command("another")(family_asking.another)
