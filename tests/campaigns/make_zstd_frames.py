"""Makes thousands of zstd frames of all kinds, for zstd_frames.sh.

    python make_zstd_frames.py OUT [--frames 10000]      # needs zstandard and numpy

OUT holds of each: le32 length of the frame, le32 length of the content, le32 CRC-32 of the content, the frame.
"""

import argparse
import struct
import zlib

import numpy as np
import zstandard

KINDS = ("bf16", "f32", "int8", "sparse", "text", "run", "random", "two", "flat", "mixed")


def content(random, kind, size):
    normal = random.standard_normal(size // 2 + 1, dtype=np.float32) * np.float32(0.02)
    if kind == "bf16":
        return (normal.view(np.uint32) >> 16).astype(np.uint16).tobytes()[:size]
    if kind == "f32":
        return normal.tobytes()[:size]
    if kind == "int8":
        return np.clip(np.round(normal * 500), -127, 127).astype(np.int8).tobytes()[:size]
    if kind == "sparse":
        return (random.integers(0, 256, size, dtype=np.uint8) * (random.random(size) < 0.1)).astype(np.uint8).tobytes()
    if kind == "text":
        words = [b"layer", b"kernel", b"bias", b"step", b"scale", b"{", b"}", b":", b"0.125", b"params", b"\n"]
        return b" ".join(words[i] for i in random.integers(0, len(words), size // 4 + 1))[:size]
    if kind == "run":
        return bytes([int(random.integers(256))]) * size
    if kind == "random":
        return random.integers(0, 256, size, dtype=np.uint8).tobytes()
    if kind == "two":  # codes of one bit
        return random.integers(65, 67, size, dtype=np.uint8).tobytes()
    if kind == "flat":  # codes of one length
        return random.integers(0, 2 ** int(random.integers(2, 8)), size, dtype=np.uint8).tobytes()
    parts, left = [], size
    while left > 0:
        n = min(left, int(random.integers(1, 60000)))
        parts.append(content(random, KINDS[int(random.integers(len(KINDS) - 1))], n))
        left -= n
    return b"".join(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--frames", type=int, default=10000)
    args = parser.parse_args()
    random = np.random.default_rng(11)
    with open(args.out, "wb") as out:
        for i in range(args.frames):
            # Sizes of all magnitudes, most of them small; some of several blocks.
            size = int(2 ** random.uniform(0, 19 if i % 20 == 0 else 15))
            data = content(random, KINDS[i % len(KINDS)], size)
            parameters = zstandard.ZstdCompressionParameters.from_level(
                int(random.choice([-5, -1, 1, 1, 1, 2, 3, 5, 9, 15, 19])),
                window_log=int(random.integers(10, 22)),
                write_content_size=bool(random.random() < 0.7),
                write_checksum=bool(random.random() < 0.2),
            )
            stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj(
                size=len(data) if random.random() < 0.5 else -1
            )
            frame, at = b"", 0
            while at < len(data):
                n = int(random.integers(1, len(data) + 1)) if random.random() < 0.3 else len(data)
                frame += stream.compress(data[at : at + n])
                if random.random() < 0.3:
                    frame += stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
                at += n
            frame += stream.flush()
            out.write(struct.pack("<III", len(frame), len(data), zlib.crc32(data)) + frame)


main()
