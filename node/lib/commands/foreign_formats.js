// What people name in place of a checkpoint: how each is told, by a file's name or by its first bytes, and what to do.

const kName = 'name the Orbax or Flax checkpoint'
const kMade = `${kName} that it was made from`

/**
 * The first that fits counts.
 * @type {{ like: string, instead: string, name?: RegExp, head?: RegExp }[]}
 *   name: of a file, without its directories; head: the first bytes as Latin-1
 */
export const kForeign = [
  // First: its header's length may begin like msgpack.
  { like: 'safetensors', instead: kMade, name: /\.safetensors$/i, head: /^[^]{5}\0\0\0\{/ },
  { like: 'GGUF', instead: kMade, name: /\.gguf$/i, head: /^GGUF/ },
  { like: 'PyTorch', instead: kName, name: /^pytorch_model.*\.bin$|\.(pt|pth|ckpt|distcp)$/i },
  {
    like: 'a zip archive (a .npz, or what torch.save writes)',
    instead: `${kName}; an archive of one must be unpacked`,
    head: /^PK\x03\x04/,
  },
  {
    like: 'a Python pickle',
    instead: `${kName}; a pickle runs code when it is loaded`,
    head: /^\x80[\x02-\x05][\x63\x7d\x28\x5d\x58\x8a\x8c\x95]/,
  },
  { like: 'HDF5 (Keras)', instead: kName, name: /\.(h5|hdf5|keras)$/i, head: /^\x89HDF\r\n/ },
  { like: 'TensorFlow', instead: kName, name: /^saved_model\.pb$|\.data-\d{5}-of-\d{5}$/ },
  { like: 'ONNX', instead: kMade, name: /\.onnx$/i },
  { like: 'NumPy', instead: kName, name: /\.(npz|npy)$/i, head: /^\x93NUMPY/ },
  {
    like: 'an archive',
    instead: 'unpack it and name what was in it',
    name: /\.(tar|tgz|zip|tar\.(gz|zst))$/i,
    head: /^\x1f\x8b/,
  },
  { like: 'a Git LFS pointer', instead: 'run git lfs pull', head: /^version https:\/\/git/ },
  { like: 'JSON', instead: "name the checkpoint's directory", head: /^\s*[{[]/ },
  { like: 'an HTML or XML page', instead: 'download the file again', head: /^\s*</ },
]
