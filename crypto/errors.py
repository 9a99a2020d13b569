"""What can be wrong with bytes.

CryptoError
├── MalformedMessage        the bytes are not in the format; safe to describe
│   ├── WrongLength         wrong_length
│   ├── UnknownVersion      unknown_version
│   ├── NotCanonical        not_canonical
│   └── WrongShape          wrong_shape
├── CannotOpen              cannot_open: in the format, and does not open; never described further
├── InvalidSignature        invalid_signature: a document or a challenge not signed by that key
├── InvalidCertificate      invalid_certificate: a certificate, stamp or receipt that does not count
├── InvalidKey              invalid_key: a certifying key that may not be used
└── ListError               what was typed is not a list
    ├── WrongNumberOfLines  wrong_number_of_lines
    ├── RepeatedGood        repeated_good
    ├── UnknownGood         unknown_good
    └── WrongQuantity       wrong_quantity

Every error has a stable ``code``, shared with the web client and named by each refusal in
``vectors/``. No message repeats what was typed or carries a key.
"""


class CryptoError(Exception):
    """The root of everything this package raises."""

    code = "crypto_error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class MalformedMessage(CryptoError):
    """The bytes are not in the format."""

    code = "malformed_message"


class WrongLength(MalformedMessage):
    """More or fewer bytes than the format has."""

    code = "wrong_length"


class UnknownVersion(MalformedMessage):
    """A version this program does not know; never guessed at."""

    code = "unknown_version"


class NotCanonical(MalformedMessage):
    """The same value has another, canonical encoding."""

    code = "not_canonical"


class WrongShape(MalformedMessage):
    """Well encoded, and not the fields, types or sizes that stand here."""

    code = "wrong_shape"


class CannotOpen(CryptoError):
    """Wrong key, altered, or made for another purpose: deliberately one answer."""

    code = "cannot_open"


class InvalidSignature(CryptoError):
    """Not signed by the key that was asked for, or altered."""

    code = "invalid_signature"


class InvalidCertificate(CryptoError):
    """Not signed by the duty coordinators of its class, period and circle, or altered."""

    code = "invalid_certificate"


class InvalidKey(CryptoError):
    """A certifying key of the wrong size or exponent, or without its challenge signatures."""

    code = "invalid_key"


class ListError(CryptoError):
    """What was typed is not a list. `line_number` counts from 1 where one line is to blame."""

    code = "list_error"
    line_number: int | None = None


class WrongNumberOfLines(ListError):
    """A list has nine lines."""

    code = "wrong_number_of_lines"


class RepeatedGood(ListError):
    """The same good stands on two lines."""

    code = "repeated_good"


class UnknownGood(ListError):
    """A line names nothing in the table of goods."""

    code = "unknown_good"


class WrongQuantity(ListError):
    """A quantity is a whole number from 1 to 8."""

    code = "wrong_quantity"
