"""The three ways a parcel goes, by their words on the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """What is wanted; each way in a region where nobody else asks."""

    region: str
    mode: str
    need: str = ""
    where_to: str = ""

    @property
    def wanted(self) -> tuple[str, str, str]:
        """As a visitor chooses it."""
        return self.region, self.mode, self.need


VOUCHER = Way("Minsk city", "E-voucher")
LOCKER = Way("Brest region", "Parcel locker", "Diet and hygiene", "Locker, name, phone")
DELIVERY = Way("Vitebsk region", "Delivery to the door", "Diet and hygiene", "Name, phone, address")

CODE, OTHER_CODE = "MARK-7731-0094", "MARK-0002-1188"
TERMS = "Alena, Zhudro 42, +375 29 000-00-00"
ORDERED, THANKS = "No. 5512-0877 on Thursday", "thanks-marked-9f31"
VOUCHED = "Anna-marked speaks for me"
"""What is typed on the way, and told from everything else wherever it is found."""
