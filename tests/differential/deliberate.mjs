// Where Leafsum means to differ from the reference readers; README.md has the reasons at length.

/**
 * The reason why a difference is meant to be, or undefined.
 * @param {string} about the difference as compare.mjs tells it
 * @param {any} facts the case and the variant
 * @returns {string | undefined}
 */
export function deliberate(about, facts) {
  return kRules.find(rule => rule.applies(about, facts))?.reason
}

/** Whether nothing else is refused. */
const onlyEmptyFills = (/** @type {any} */ items) =>
  Object.values(items).every(
    item =>
      !item.error &&
      item.leaves.every(
        (/** @type {any} */ leaf) => !leaf.error || /base64-encoded bytes, but received: ""/.test(leaf.error),
      ),
  )

/** @type {{ reason: string, applies: (about: string, facts: any) => boolean }[]} */
const kRules = [
  {
    // RFC 8878 §4.2.2: a Huffman stream that is not consumed exactly is corrupt. libzstd checks that in its portable
    // loop, which WebAssembly runs, and not in the fast one of 64-bit machines.
    reason: 'a damaged zstd frame is refused that the 64-bit libzstd decodes to other values',
    applies: (about, { damaged }) =>
      damaged && (/zstd frame is corrupt/.test(about) || /blosc: block \d+ is corrupt/.test(about)),
  },
  {
    reason: 'a bzip2 stream whose last bytes are cut off is refused; TensorStore takes it once all values are there',
    applies: (about, { damaged }) => damaged && /bz2 stream ends too early/.test(about),
  },
  {
    reason:
      'a member of _METADATA of the wrong type is invalid; Python takes any value for a flag and never looks at some members',
    applies: (about, { damaged, what }) =>
      damaged &&
      /^document_file: .*_METADATA: .*(skip_deserialize|use_zarr3|use_ocdbt|equal_to_fill_value|write_shape)/.test(
        what,
      ) &&
      /: expected /.test(about),
  },
  {
    reason:
      'a value type that no handler of Orbax knows is refused, as its readers refuse it; TensorStore alone reads the array',
    applies: (about, { damaged }) => damaged && /no type handler of Orbax knows this value type/.test(about),
  },
  {
    reason: 'entries of _METADATA or array_metadatas that no writer writes are refused, whatever Orbax makes of them',
    applies: (about, { damaged, what }) =>
      damaged && /(_METADATA|array_metadatas)/.test(what) && /error reader-divergence /.test(about),
  },
  {
    reason: 'an OCDBT database without _METADATA is a bare store: sound, with other key paths',
    applies: (about, { damaged, what }) =>
      damaged &&
      /(^|[ /])_METADATA (deleted|is a (link|directory|pipe).*)$/.test(what) &&
      /the reference says/.test(about),
  },
  {
    reason:
      'a NUL byte or a byte order mark is no JSON; the JSON library of TensorStore stops at the one and skips the other',
    applies: (about, { damaged }) => damaged && /not JSON: (a )?(NUL byte|byte order mark)/.test(about),
  },
  {
    reason: 'an empty fill value of raw bytes, as zarr-python 3 writes it, is NULs; TensorStore refuses it',
    applies: (about, { items }) =>
      /base64-encoded bytes, but received: ""/.test(about) ||
      (about === 'check is SOUND, the reference refuses something' && onlyEmptyFills(items)),
  },
  {
    reason: 'a key path that _METADATA has twice is no leaf',
    applies: (about, { damaged }) => damaged && /(name-collision|error extra-leaf) :/.test(about),
  },
  {
    reason: 'an item whose flags contradict the store is not read at all',
    applies: (about, { damaged }) =>
      damaged && /error invalid .*_METADATA says that (each array has a directory|the arrays are zarr)/.test(about),
  },
  {
    reason: 'an array beside the items is an item of its own and not in the lockfile; Orbax does not look there',
    applies: (about, { damaged, what }) => damaged && /^value_extra/.test(what) && /error extra-leaf x/.test(about),
  },
  {
    reason: 'an unfinished checkpoint is not read at all',
    applies: about => / is not read: error uncommitted /.test(about),
  },
  {
    reason: 'a warning names parameter names that would be hostile as paths; in OCDBT they are none',
    applies: about => /^(digest|check|verify.*): (VERIFIED.* )?warning hostile-path/.test(about),
  },
]
