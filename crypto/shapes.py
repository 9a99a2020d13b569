"""What a field of a message may be: the small language in which messages are written down.

A message is a CBOR array whose elements stand in the order of its class's fields. Each field has
one shape, and a shape knows both ways: a value that does not fit is refused when it is written
and when it is read, with the same `WrongShape`. Order is the wire format: add nothing, move
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, cast, dataclass_transform

from crypto.errors import WrongShape

Wire = Any
"""What deterministic CBOR carries here: int, bool, bytes, str, None and lists of these."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one field is written to and read from the wire; both raise `WrongShape`."""

    write: Callable[[Any], Wire]
    read: Callable[[Wire], Any]


def _checked(accepts: Callable[[Any], bool], what: str) -> Shape:
    def check(value: Any) -> Any:
        if not accepts(value):
            raise WrongShape(what)
        return value

    return Shape(check, check)


def uint(maximum: int, *, minimum: int = 0) -> Shape:
    """A whole number from *minimum* to *maximum*; a bool is not a number.

    Written numbers may be members of an `IntEnum`, which reads better where they are chosen; what
    is read is always a plain number.
    """

    def accepts(value: Any) -> bool:
        return type(value) is not bool and minimum <= value <= maximum

    def write(value: Any) -> Wire:
        if not isinstance(value, int) or not accepts(value):
            raise WrongShape(f"a number from {minimum} to {maximum}")
        return int(value)

    def read(value: Wire) -> int:
        if type(value) is not int or not accepts(value):
            raise WrongShape(f"a number from {minimum} to {maximum}")
        return value

    return Shape(write, read)


U8, U16, U32 = uint(0xFF), uint(0xFFFF), uint(0xFFFF_FFFF)
FLAG = _checked(lambda v: type(v) is bool, "true or false")


def octets(length: int) -> Shape:
    """Exactly *length* bytes."""
    return _checked(lambda v: type(v) is bytes and len(v) == length, f"{length} bytes")


def octets_up_to(maximum: int) -> Shape:
    """At most *maximum* bytes."""
    return _checked(lambda v: type(v) is bytes and len(v) <= maximum, f"up to {maximum} bytes")


def text(maximum: int) -> Shape:
    """Text of at most *maximum* bytes in UTF-8."""

    def accepts(value: Any) -> bool:
        if type(value) is not str:
            return False
        try:
            return len(value.encode()) <= maximum
        except UnicodeEncodeError:  # a lone surrogate, as broken keyboards and hostile pages send
            return False

    return _checked(accepts, f"text of up to {maximum} bytes")


def one_of(*choices: str) -> Shape:
    """One of a few fixed words."""
    return _checked(lambda v: type(v) is str and v in choices, "a known word")


def several(shape: Shape, *, at_most: int, at_least: int = 0) -> Shape:
    """An array of *shape*, as a tuple in Python."""

    def each(
        apply: Callable[[Any], Any], values: Any, kind: type[list[Any]] | type[tuple[Any, ...]]
    ) -> list[Any]:
        if not isinstance(values, kind) or not at_least <= len(values) <= at_most:
            raise WrongShape(f"{at_least} to {at_most} elements")
        return [apply(value) for value in values]

    return Shape(
        lambda values: each(shape.write, values, tuple),
        lambda values: tuple(each(shape.read, values, list)),
    )


def exactly(count: int, shape: Shape) -> Shape:
    """An array of *count* elements."""
    return several(shape, at_least=count, at_most=count)


def none_or(count: int, shape: Shape) -> Shape:
    """An array of *count* elements or of none."""
    full = exactly(count, shape)
    return Shape(
        lambda values: [] if values == () else full.write(values),
        lambda values: () if values == [] else full.read(values),
    )


def optional(shape: Shape) -> Shape:
    """The shape or null."""
    return Shape(
        lambda value: None if value is None else shape.write(value),
        lambda value: None if value is None else shape.read(value),
    )


def part(message: type[Message]) -> Shape:
    """Another message inside this one."""

    def write(value: Any) -> Wire:
        if type(value) is not message:
            raise WrongShape(message.__name__)
        return value.to_wire()

    return Shape(write, message.from_wire)


def shaped(shape: Shape, **options: Any) -> Any:
    """A field of a message; *options* are those of `dataclasses.field`."""
    return field(metadata={"shape": shape}, repr=False, **options)


@dataclass_transform(frozen_default=True, field_specifiers=(shaped,))
class Message:
    """A frozen dataclass that can be written to and read from the wire.

    Its `repr` is the name of its class: messages carry secrets and people's words.
    """

    __slots__ = ()
    _shapes: ClassVar[dict[type, tuple[tuple[str, Shape], ...]]] = {}

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, repr=False)(cls)
        own = fields(cast(Any, cls))
        Message._shapes[cls] = tuple((f.name, f.metadata["shape"]) for f in own)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def to_wire(self) -> Wire:
        """The array of fields. Raises WrongShape."""
        return [shape.write(getattr(self, name)) for name, shape in Message._shapes[type(self)]]

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        """The message from its array. Raises WrongShape."""
        shapes = Message._shapes[cls]
        if type(wire) is not list or len(wire) != len(shapes):
            raise WrongShape(cls.__name__)
        pairs = zip(shapes, wire, strict=True)
        return cls(**{name: shape.read(value) for (name, shape), value in pairs})
