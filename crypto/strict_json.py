"""JSON that has exactly one reading (protocol.md, section 4).

Two readers that understand one text differently can be told different things by one signature.
So a name that stands twice, an unknown name, a number that is no integer, upper-case hex and
padded or sloppy base64url are refused, and so is every text above ``DOCUMENT_BYTES``.

Nothing of what was read is repeated in an error, and no error of pydantic or json leaves here.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from crypto.errors import UnknownVersion, WrongShape

DOCUMENT_BYTES = 512 * 1_024
DOCUMENT_VERSION = 1
MAX_DEPTH = 32
"""Objects and arrays inside one another; far from where any parser's stack ends."""

# The integers that JavaScript holds exactly; the twin reads the same documents.
_LARGEST_INTEGER = 2**53 - 1

JsonDocument = Mapping[str, Any] | str | bytes
"""What a reader takes: the text as received, or the object somebody else has parsed already."""


class StrictModel(BaseModel):
    """A frozen JSON object whose names are exactly its fields, in the order they are written."""

    # Inputs stay out of pydantic's messages, in case one is ever printed on the way.
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


Model = TypeVar("Model", bound=StrictModel)


def read_object(document: JsonDocument) -> dict[str, Any]:
    """The JSON object *document* as a dict.

    An object already parsed is written and read again, so that there is one way in. Raises
    WrongShape for anything but one object of at most ``DOCUMENT_BYTES`` with unrepeated names,
    integers up to 2^53 - 1 and well-formed text.
    """
    try:
        text = document if isinstance(document, str | bytes) else json.dumps(dict(document))
        encoded = text.encode() if isinstance(text, str) else text
        if len(encoded) > DOCUMENT_BYTES:
            raise WrongShape("a document is too long")
        value = json.loads(
            encoded.decode(),
            object_pairs_hook=_unrepeated,
            parse_int=_exact_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        # An escaped half of a surrogate pair is no character; it cannot be written as UTF-8.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise WrongShape("not strict JSON") from None
    if not isinstance(value, dict):
        raise WrongShape("not a JSON object")
    if _is_deeper(value, MAX_DEPTH):
        raise WrongShape("nested too deeply")
    return value


def read_model(model: type[Model], document: JsonDocument) -> Model:
    """*document* as *model*; where the model has a version, it is looked at before all else.

    Raises UnknownVersion, or WrongShape for every other difference.
    """
    value = read_object(document)
    if "version" in model.model_fields:
        # The models have a default, for writing; a reader guesses none.
        version = value.get("version")
        if type(version) is not int:
            raise WrongShape("a version is an integer")
        if version != DOCUMENT_VERSION:
            raise UnknownVersion
    try:
        return model.model_validate(value)
    except ValidationError:
        raise WrongShape(f"not a {model.__name__}") from None


def build_model(model: type[Model], **fields: Any) -> Model:
    """A *model* of values from our own code. Raises WrongShape as ``read_model`` does."""
    try:
        return model(**fields)
    except ValidationError:
        raise WrongShape(f"not a {model.__name__}") from None


def write_text(value: StrictModel | Mapping[str, Any]) -> str:
    """The JSON text of *value*: names in the order of the fields, no spaces, not sorted."""
    plain = value.model_dump(mode="json") if isinstance(value, StrictModel) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def b64(data: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def hex_field(size: int) -> Any:
    """The annotation of a field of *size* bytes, lower-case hex in JSON."""
    return _encoded_bytes(size, _from_hex, bytes.hex)


def b64_field(size: int) -> Any:
    """The annotation of a field of *size* bytes, base64url without padding in JSON."""
    return _encoded_bytes(size, _from_b64, b64)


def _encoded_bytes(
    size: int, decode: Callable[[str], bytes], encode: Callable[[bytes], str]
) -> tuple[BeforeValidator, PlainSerializer]:
    def checked(value: object) -> bytes:
        # JSON has no bytes; they come from our own code, which builds models to write them.
        data = decode(value) if isinstance(value, str) else value
        if not isinstance(data, bytes) or len(data) != size:
            raise ValueError("wrong size or type")
        return data

    return BeforeValidator(checked), PlainSerializer(encode, return_type=str)


def _from_hex(text: str) -> bytes:
    # bytes.fromhex alone would take upper case and spaces.
    if re.fullmatch(r"(?:[0-9a-f]{2})*", text) is None:
        raise ValueError("not lower-case hex")
    return bytes.fromhex(text)


def _from_b64(text: str) -> bytes:
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None:
        raise ValueError("not base64url without padding")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The last character may carry bits that no byte takes; only zeros are canonical.
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _is_deeper(value: object, depth_left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth_left == 0 or any(_is_deeper(one, depth_left - 1) for one in inner)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _exact_integer(digits: str) -> int:
    number = int(digits)
    if abs(number) > _LARGEST_INTEGER:
        raise ValueError("an integer is too large")
    return number


def _refuse_number(_digits: str) -> NoReturn:
    raise ValueError("not an integer")


LISTED = BeforeValidator(_as_tuple)
"""Beside a tuple type: a JSON array, kept immutable."""

U8 = Annotated[int, Field(ge=0, le=2**8 - 1)]
U16 = Annotated[int, Field(ge=0, le=2**16 - 1)]
U32 = Annotated[int, Field(ge=0, le=2**32 - 1)]
