"""What can go wrong between a client, its node and its own disk.

ClientError
├── NodeUnreachable       nobody answered, or not in time; trying again later is safe
├── NoAddress             it is no address of a node, or no proxy of this machine
├── SocksNeeded           an onion address, and no Tor to reach it by
├── NotBehindTor          neither on this machine nor behind Tor
├── NodeRefused           the node said no: ``code`` and ``status`` say how
├── NodeMisbehaves        the answer is not what the protocol allows; not to be trusted further
│   └── CircleSubstituted another circle, or an epoch that no matcher of this circle published
├── VisitContended        another phone with the same list keeps writing
├── NotPossible           what was decided does not fit where things stand; nothing was sent
│   ├── WrongRole         the list already asks, and this wants to give, or the reverse
│   ├── MatchChanged      the match that was decided about is over
│   ├── NotToday          the node keeps no more claims of this card for now
│   ├── NotYet            the matcher has still to hear that the last parcel is over
│   ├── SlotUnclear       two quarters have a slot of this number
│   ├── TooLong           the words do not fit
│   ├── WishRefused       what is asked for or offered names nothing, or too much
│   └── NoPeriod          the circle has no certifying keys for today
├── InviteTextError       what was typed is not an invite
├── DeskError             what a coordinator asked for cannot be done
│   ├── NotOnDuty         this keyring is no coordinator of the circle, or has no key for the duty
│   ├── NoSuchIntake      no readable record of that id waits here
│   └── TooManyInvites    more than the circle allows
├── KeyringError          what a coordinator or a matcher keeps cannot be used
│   ├── WrongPassphrase   or a damaged file: deliberately one answer
│   ├── KeyringExposed    others can read the file
│   ├── KeyringExists     a keyring is never overwritten
│   └── KeyringBusy       another program is writing it
└── BenchError            a measurement could not be made

The docstring of an error is what a person reads. No error repeats what was sent or typed.
"""

from __future__ import annotations


class ClientError(Exception):
    """The root of everything this package raises."""


class NodeUnreachable(ClientError):
    """The node could not be reached. Nothing is lost; try again in a while."""


class NoAddress(ClientError):
    """This is not an address of a node (it looks like http://127.0.0.1:8750), or not a Tor of this
    machine (127.0.0.1:9050)."""


class SocksNeeded(ClientError):
    """An onion address needs Tor. Start Tor and say where it is: --socks 127.0.0.1:9050."""


class NotBehindTor(ClientError):
    """This node is not behind Tor: it and your provider would see where you are. (--clearnet)"""


class NodeRefused(ClientError):
    """The node refused."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class NodeMisbehaves(ClientError):
    """The node answered something that the protocol does not allow. Stop, and ask its operator."""


class CircleSubstituted(NodeMisbehaves):
    """The node shows another circle or a forged epoch. Use another node, and tell a coordinator."""


class VisitContended(ClientError):
    """Another phone with the same list is busy. Try again in a moment."""


class NotPossible(ClientError):
    """This cannot be done where things stand. Nothing was sent."""


class WrongRole(NotPossible):
    """This list is used for the other side. Ask and give with two different lists."""


class MatchChanged(NotPossible):
    """What you decided about has changed meanwhile. Look again, then decide."""


class NotToday(NotPossible):
    """Nothing was shown: this card was here too often today. Come again tomorrow."""


class NotYet(NotPossible):
    """The parcel before is still being closed. Come back after the next round."""


class SlotUnclear(NotPossible):
    """Two slots bear this number. Write the quarter before it, as `visit` shows it."""


class TooLong(NotPossible):
    """This is too long to be sent. Shorten it."""


class WishRefused(NotPossible):
    """Choose a region, at least one way, and what is needed."""


class NoPeriod(NotPossible):
    """The circle cannot certify anybody today. Fetch the circle again, or ask a coordinator."""


class InviteTextError(ClientError):
    """This is not an invite. An invite has 26 letters and digits; look at the slip again."""


class DeskError(ClientError):
    """This cannot be done at this desk."""


class NotOnDuty(DeskError):
    """The keyring belongs to no coordinator of this circle, or has no key for this duty."""


class NoSuchIntake(DeskError):
    """Nobody readable waits under this id. Look at the inbox again."""


class TooManyInvites(DeskError):
    """The circle allows fewer invites."""


class KeyringError(ClientError):
    """The keyring cannot be used."""


class WrongPassphrase(KeyringError):
    """The keyring does not open: the passphrase is wrong, or the file is damaged."""


class KeyringExposed(KeyringError):
    """Others may read the keyring. Make it yours alone (chmod 600) and change its passphrase."""


class KeyringExists(KeyringError):
    """There is a keyring already; it is not overwritten."""


class KeyringBusy(KeyringError):
    """Another program is writing this keyring. Try again in a moment."""


class BenchError(ClientError):
    """A measurement could not be made; a figure would be made up."""
