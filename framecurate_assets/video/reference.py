"""Which stored frames other frames are decoded from, told by the first bytes of their packets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

_LENGTH_SIZE_POSITION = {"h264": 4, "hevc": 21}
_START_CODE = b"\x00\x00\x01"


def is_reference(packet: Packet[Any], context: VideoCodecContext) -> bool:
    """Whether other frames may be decoded from this one; true where nothing says otherwise.

    FFmpeg marks disposable packets only where the container does, which few files do. In H.264 and HEVC the
    first slice of the frame tells. Sources: ITU-T H.264, 7.4.1 (nal_ref_idc); ITU-T H.265, table 7-1 (the
    even types below 16).
    """
    if packet.is_disposable:
        return False
    if context.name == "h264":
        slices = (header for header in _unit_headers(packet, context) if 1 <= header & 0x1F <= 5)
        return next((header & 0x60 != 0 for header in slices), True)
    if context.name == "hevc":
        types = (header >> 1 & 0x3F for header in _unit_headers(packet, context))
        return next((kind >= 16 or kind % 2 == 1 for kind in types if kind < 32), True)
    return True


def _unit_headers(packet: Packet[Any], context: VideoCodecContext) -> Iterator[int]:
    """The first byte of each unit of the frame, in order."""
    extradata = context.extradata or b""
    position = 0
    length_size_at = _LENGTH_SIZE_POSITION[context.name]
    if extradata[:1] == b"\x01" and len(extradata) > length_size_at:
        # avcC and hvcC configuration records start with a 1: each unit follows its length.
        size = (extradata[length_size_at] & 3) + 1
        # Of a frame's many bytes a few are read: they need not be copied.
        units = memoryview(packet)
        while position + size < len(units):
            yield units[position + size]
            position += size + int.from_bytes(units[position : position + size], "big")
    else:
        content = bytes(packet)
        while (position := content.find(_START_CODE, position) + len(_START_CODE)) > 2:
            yield content[position] if position < len(content) else 0
