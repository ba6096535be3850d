"""Writes tests/vectors/fill_values.json: fill values of zarr arrays and the bytes that a reader makes of them.

The bytes are those that TensorStore returns for an array without chunks. Where a number is exact in float32,
ml_dtypes (numpy for float16) must make the same of it; for other numbers the two differ in how often they round,
and TensorStore is what Orbax restores with.

    pip install numpy ml_dtypes==0.6.0 tensorstore==0.1.86
    python tests/campaigns/make_fill_vectors.py > tests/vectors/fill_values.json
"""

import json
import math
import random
import sys

import ml_dtypes
import numpy as np
import tensorstore as ts

FLOATS = [
    'float16',
    'bfloat16',
    'float32',
    'float64',
    'float8_e3m4',
    'float8_e4m3b11fnuz',
    'float8_e4m3fn',
    'float8_e4m3fnuz',
    'float8_e5m2',
    'float8_e5m2fnuz',
    'float4_e2m1fn',
]
ZARR2_NAMES = {'float16': '<f2', 'float32': '<f4', 'float64': '<f8'}
MASKS = {'int2': 3, 'int4': 15, 'float4_e2m1fn': 15}
TIES = 40


def numpy_type(name):
    return getattr(ml_dtypes, name, None) or np.dtype(name).type


def document(zarr, name, fill_text):
    if zarr == 2:
        d = {
            'zarr_format': 2,
            'shape': [1],
            'chunks': [1],
            'dtype': name,
            'compressor': None,
            'filters': None,
            'order': 'C',
        }
    else:
        d = {
            'zarr_format': 3,
            'node_type': 'array',
            'shape': [1],
            'data_type': name,
            'chunk_grid': {'name': 'regular', 'configuration': {'chunk_shape': [1]}},
            'chunk_key_encoding': {'name': 'default'},
            'codecs': [{'name': 'bytes', 'configuration': {'endian': 'little'}}],
        }
    return json.dumps(d)[:-1] + ', "fill_value": ' + fill_text + '}'


def read(zarr, name, fill_text):
    """The content of the one element, or None where TensorStore refuses the document."""
    context = ts.Context()
    store = ts.KvStore.open({'driver': 'memory'}, context=context).result()
    store.write('.zarray' if zarr == 2 else 'zarr.json', document(zarr, name, fill_text)).result()
    spec = {'driver': 'zarr' if zarr == 2 else 'zarr3', 'kvstore': {'driver': 'memory'}}
    try:
        array = ts.open(spec, open=True, context=context).result()
    except (ValueError, OverflowError):
        return None
    data = array.read().result().tobytes()
    mask = MASKS.get(name, 255)
    return bytes(b & mask for b in data) if mask != 255 else data


def interesting_numbers(name, rng):
    """Ties between neighbours and what lies just beside them, zeros, and what overflows or underflows."""
    kind = numpy_type(name)
    size = np.dtype(kind).itemsize
    codes = 8 if name == 'float4_e2m1fn' else 1 << (8 * size - 1)
    integer = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}[size]
    numbers = [0.0, -0.0, 1.0, -1.0, 0.3, 1e300, -1e300, 1e-300, -1e-300, 65519.0, 65520.0, 448.0, 464.0, 465.0, 6.5]
    while len(numbers) < TIES:
        code = rng.randrange(codes - 1)
        low, high = (float(np.array([c], integer).view(kind)[0]) for c in (code, code + 1))
        if not (math.isfinite(low) and math.isfinite(high)):
            continue
        tie = low + (high - low) / 2
        with np.errstate(all='ignore'):
            beside = float(np.nextafter(np.float32(tie), np.float32(math.inf)))
        numbers += [
            rng.choice((1, -1)) * x
            for x in (tie, beside, math.nextafter(tie, math.inf), math.nextafter(tie, 0), tie * (1 + 2**-30))
            if math.isfinite(x)
        ]
    return numbers


def cross_check(name, number, content):
    with np.errstate(all='ignore'):
        if float(np.float32(number)) != number and name not in ('float32', 'float64', 'bfloat16'):
            return
        mine = np.array([number], np.float64).astype(numpy_type(name)).tobytes()
    if mine != content:
        sys.exit(f'ml_dtypes and TensorStore disagree about {name} {number!r}: {mine.hex()} {content.hex()}')


def main():
    rng = random.Random(5)
    rows = []

    def add(zarr, name, text):
        content = read(zarr, name, text)
        rows.append([zarr, name, text, content.hex() if content is not None else None])
        return content

    for name in FLOATS:
        for number in interesting_numbers(name, rng):
            content = add(3, name, json.dumps(number))
            cross_check(name, number, content)
        for text in (
            '"NaN"',
            '"Infinity"',
            '"-Infinity"',
            '"0x1"',
            '"0x80"',
            '"0X1"',
            '"0x"',
            '"nan"',
            'true',
            'null',
            '"0x12345678901234567"',
            '"1.5"',
            '[0]',
            '16777217',
            '-0',
        ):
            add(3, name, text)
        for text in (
            '"NaN"',
            '"Infinity"',
            '"-Infinity"',
            '"AA=="',
            '"nan"',
            'null',
            '1.5',
            '-0.0',
            '"1.5"',
            '"-2e1"',
            '"x"',
            'true',
            '[0]',
            '123456789012345678901234567890',
        ):
            add(2, ZARR2_NAMES.get(name, name), text)
    for text in ('0', '-0.0', '"NaN"', '"Infinity"', '"0x7f"', '"0x1"'):
        add(3, 'float8_e8m0fnu', text)
    add(2, 'float8_e8m0fnu', 'null')

    for bits in (2, 4, 8, 16, 32, 64):
        for name, low, high in (
            (f'int{bits}', -(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
            (f'uint{bits}', 0, 2**bits - 1),
        ):
            if name in ('uint2', 'uint4'):
                continue
            zarr2 = name if bits < 8 else f"{'|' if bits == 8 else '<'}{name[0]}{bits // 8}"
            for text in (
                str(low),
                str(high),
                str(low - 1),
                str(high + 1),
                '1',
                '1.0',
                '1.5',
                '"1"',
                'true',
                'null',
                '1e0',
                '127',
                '-128',
                '128',
                '-129',
                '1e300',
            ):
                add(3, name, text)
                add(2, zarr2, text)
    for zarr, name in ((3, 'bool'), (2, '|b1')):
        for text in ('true', 'false', '0', '1', '"true"', 'null'):
            add(zarr, name, text)
    for zarr, name in ((3, 'complex64'), (2, '<c8'), (2, '>c8'), (3, 'complex128'), (2, '<c16')):
        if zarr == 3:  # in zarr v2 it would be a number in C's hex notation, which we do not take
            add(zarr, name, '["0x3f800000", 0]')
        for text in (
            '[1, -2]',
            '[1.5, "NaN"]',
            '["-Infinity", -0.0]',
            '1',
            '"NaN"',
            '[1]',
            '[1, 2, 3]',
            'null',
            '"AACAPwAAAEA="',
            '"AAAAAAAA8D8AAAAAAAAAQA=="',
            '"AAA="',
        ):
            add(zarr, name, text)

    print('{"columns":["zarr_format","data type","fill_value, JSON text","content in hex, null where refused"],')
    print('"rows":[')
    print(',\n'.join(json.dumps(row, separators=(',', ':')) for row in rows))
    print(']}')


if __name__ == '__main__':
    main()
