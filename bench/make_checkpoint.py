"""A checkpoint of weights for benchmarks, saved by Orbax itself.

    python make_checkpoint.py OUT [--size-gb 1] [--across] [--plain]

Leaves are bfloat16 and float32 normals in layers, cut along their first axis into 4 chunks as over 4 devices.
With --plain every chunk is a file (zarr v2), else all are in an OCDBT store.
With --across one leaf of the whole size is cut along its last axis into 32 chunks: its rows interleave.
Needs orbax-checkpoint and jax (bench/requirements.txt).
"""

import argparse
import os

os.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=32'
os.environ['JAX_PLATFORMS'] = 'cpu'

import jax  # noqa: E402
import ml_dtypes  # noqa: E402
import numpy as np  # noqa: E402
import orbax.checkpoint as ocp  # noqa: E402
from jax.sharding import Mesh, NamedSharding, PartitionSpec  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out')
    parser.add_argument('--size-gb', type=float, default=1.0)
    parser.add_argument('--across', action='store_true')
    parser.add_argument('--plain', action='store_true')
    args = parser.parse_args()

    rng = np.random.default_rng(1)
    devices = np.array(jax.devices())

    def place(array, axis, count):
        spec = PartitionSpec(*(['x' if i == axis else None for i in range(array.ndim)]))
        return jax.device_put(array, NamedSharding(Mesh(devices[:count], ('x',)), spec))

    def weights(shape, dtype):
        return (rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)).astype(dtype)

    size = int(args.size_gb * 1e9)
    if args.across:
        rows = size // (16384 * 4)
        tree = {'across': place(weights((rows, 16384), np.float32), 1, 32)}
    else:
        tree, layer, width = {}, 0, 2048
        while size > 0:
            dtype = np.float32 if layer % 4 == 3 else ml_dtypes.bfloat16
            kernel = weights((4 * width, width), dtype)
            tree[f'layer_{layer}'] = {'kernel': place(kernel, 0, 4), 'bias': place(weights((width,), dtype), 0, 4)}
            size -= kernel.nbytes
            layer += 1
    ocp.Checkpointer(ocp.PyTreeCheckpointHandler(use_ocdbt=not args.plain)).save(os.path.abspath(args.out), tree)


main()
