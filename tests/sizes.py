"""What the bodies of people's requests may be long, and no other (protocol.md, section 7)."""

SIZES = {
    "/intake": 29_163,
    "/cards": 25_096,
    "/visit/look": 384,
    "/visit/meet": 224,
    "/visit/leave": 33_280,
}
