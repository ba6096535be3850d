// One screen per code, for `explain CODE`: what it means, how it comes about, what to do next.
// At most 12 lines of at most 92 columns each. Here rather than in core.wasm, whose size is limited.

/** @type {Record<string, string>} by code, as core.wasm's codes() has them */
export const explanations = {
  'digest-mismatch': `\
The leaf's values are not the values that were locked: its digest over content differs.
Path, dtype and shape agree. Where the leaf is larger than 4 MiB and the lockfile has its
blocks, the message names the ranges of elements that differ, in C order.

Comes about when data files were replaced or edited, when a stored bit flipped, or when the
model was trained on and saved under the old name. Re-saving, re-chunking or re-compressing
does not cause it.

Do not load the checkpoint. Compare it with a copy you trust (\`leafsum diff A B --values\`)
and find out who wrote it last. If the change was meant, make a new lockfile.
`,
  'shape-mismatch': `\
The array has another shape than the one that was locked.

Comes about when the array's metadata (.zarray, zarr.json) was edited or replaced, or when
another model lies under this name. A transposed or reshaped array can hold the same bytes:
the message says if so.

Do not load the checkpoint. \`leafsum ls SRC --spec LEAF\` shows the array's metadata as
stored; compare it with a copy you trust.
`,
  'dtype-mismatch': `\
The leaf has another element type than the one that was locked.

Comes about when the checkpoint was saved with a cast (float32 to bfloat16), when the
array's metadata was edited so that the same bytes are read as other numbers, or when an
empty node took a leaf's place. Byte order does not count: >f4 and <f4 are both float32.

If a cast was meant, lock the new checkpoint. If not, do not load it.
`,
  'missing-leaf': `\
A leaf that was locked, or that _METADATA lists, is not there.

Comes about when part of a checkpoint was copied or saved, when a layer was renamed (then
there is an extra-leaf too), when the locked step was deleted, or when _METADATA was edited.
It is only said where the whole tree was read.

Look for the name with \`leafsum ls SRC\`. \`leafsum diff --rename\` pairs renamed leaves. Where
leaving leaves out is intended (say, no optimizer state), \`--allow-missing\` turns this into
a warning.
`,
  'extra-leaf': `\
The checkpoint has a leaf that the lockfile does not know.

Comes about when the model gained parameters after it was locked, when a layer was renamed
(then there is a missing-leaf too), or when somebody added data. Nobody vouches for it, and
restore would return it.

If it belongs there, lock the checkpoint anew. \`--allow-extra\` turns this into a warning.
`,
  'missing-chunk': `\
A chunk of an array is not stored, and the checkpoint does not allow that. Orbax marks
checkpoints that store every chunk (store_array_data_equal_to_fill_value).

Comes about when a key or file was lost or deleted, or when a save or copy stopped half way.
Older Orbax versions restore zeros there, without an error.

Copy the checkpoint again from its origin, or take an earlier step.
`,
  'missing-file': `\
A file that the checkpoint refers to does not exist.

Comes about when a copy or download was incomplete, or when a data file was deleted.
TensorStore reads a missing data file as empty values, so the error seen elsewhere may speak
of compression instead.

Copy the named file again from its origin. As a warning: no leaf depends on the file
(array_metadatas), but a restore may refuse the checkpoint without it (_METADATA).
`,
  truncated: `\
A file or value ends before the data in it does.

Comes about when a copy or download broke off, when a disk was full, or when a reference
points past the end of a file.

Compare the file's size with its origin and copy it again. Expected and actual are in bytes.
`,
  checksum: `\
A checksum that the format itself carries does not match its data: OCDBT manifests and nodes
and zarr's crc32c codec have CRC-32C, compressed frames may have their own.

Comes about when stored bytes were altered: bad storage, a faulty transfer, or a clumsy
edit. A careful edit fixes the checksum too, so its absence proves nothing; only digests do.

Copy the named file again from its origin. As a warning: no leaf depends on these bytes.
`,
  invalid: `\
Something contradicts its format: the message names the rule, the place and what was found.

Comes about when bytes were altered or mixed from two saves, when a writer has a bug, or
when a file was made to confuse its reader. Nothing was guessed: what depends on it counts
as not read.

Copy the checkpoint again from its origin. If it is fresh from the writer and restores
elsewhere, please report it with the message.
`,
  'name-collision': `\
Two leaves share one name. Orbax joins a key path with dots and does not escape them, so
{"a.b": x} and {"a": {"b": y}} are stored as one array: one of the two was lost when the
checkpoint was saved.

Comes about when a key holds a dot. Orbax saves such a tree without any error and returns
one array twice. Equal key paths (which no tree can have; a msgpack map can) are named so
too, and then there is no fingerprint.

Rename one of the keys and save again; the lost array cannot be recovered from this
checkpoint.
`,
  'hostile-path': `\
A name in the checkpoint would lead out of its directory: it holds '..', a root, a drive, a
scheme or a backslash. It was not followed.

No writer makes such names by itself. Some Orbax versions restore files from outside the
directory when they meet one, so treat the checkpoint as an attack until it is explained.

Do not load it. As a warning: the name is harmless here, because the store is OCDBT and
makes no path of it.
`,
  uncommitted: `\
The checkpoint is unfinished: its name says that the save was still going on, or processes'
parts were never merged into one manifest.

Comes about when a save was interrupted, is still running, or when a temporary directory was
copied.

Wait for the save to end, or take an earlier step (\`--step N\`). As a warning: another step
in this root is unfinished, or the commit timestamp is missing.
`,
  'reader-divergence': `\
A program that reads this directory would restore something else than what was hashed. Orbax's
entry points, Flax and TensorStore do not all look at the same files.

Comes about with a second checkpoint inside the first, two sources for one leaf, an entry of
_METADATA that hides another, an item handler of another kind, or an interrupted deletion.

Remove what the finding names, or finish what was interrupted. \`leafsum check --readers SRC\`
lists what every reader would take. Do not load the checkpoint until then: which weights you
get depends on how you load them.
`,
  unsupported: `\
Something legal that this version cannot read: a codec, a data type, a format version, a
msgpack extension. What depends on it was not read, so the result cannot be better than
INCOMPLETE.

Comes about with newer writers, or with features that Orbax does not use by default.

Look for a newer version of leafsum. Everything else in the report still holds.
`,
  limit: `\
Reading on would need more memory, space or nesting than allowed, so it was not done.

Comes about with very large chunks or trees, and with files made to exhaust their reader (a
small file that claims to unpack to terabytes).

If you trust the source, raise the limit that the message names (\`--max-memory\`,
\`--max-fill\`).
`,
  unreadable: `\
The host could not read a file: no permission, an I/O error, a refused or broken connection.
This says nothing about its content.

Comes about with access rights, failing disks, expired credentials or a server that ignores
ranges.

Read the named file by other means, fix what stops it and run again.
`,
  'changed-during-read': `\
A file changed while it was read: its size, time or ETag is not what it was at the start.
Two halves of two versions prove nothing, so it counts as not read.

Comes about when a save is still running or somebody synchronises the directory.

Wait until nobody writes there and run again.
`,
  skipped: `\
Something was left out on purpose: by --sample, by --include or --exclude of a list, digest or
lock, or because a digest that was asked for (SHA-256) is not in the lockfile. A comparison
with --include or --exclude is of the leaves that are left, and its headline says so.

What was read is right as far as it goes; the whole was not shown, so the result is
INCOMPLETE.

Run without the filter for a whole answer. For SHA-256, lock with \`--algorithm
blake3,sha256\`.
`,
  'newer-step': `\
The directory has a newer step than the one that was compared, and
\`CheckpointManager.latest_step()\` restores the newest one.

Comes about when training went on after the lockfile was made, or when somebody put a step
beside the locked one.

Lock the newer step too, or say which step is meant: with \`--step N\` the verdict speaks of
that step alone. \`--all-steps\` compares every step.
`,
  signature: `\
The signature that was asked for is missing, does not fit, or is not by a key or signer that
you named.

Comes about when the lockfile was edited after signing (even white space counts), when it
was signed with another key, when the bundle belongs to another file, or when the
certificate was not valid at that time. Keys come from you, never from the bundle.

Get the lockfile and its .sigstore.json again from the signer, and check that --key is
theirs. Until then equality only means: consistent with a lockfile of unknown origin.
`,
  'unclaimed-key': `\
The store, _strings.json or a msgpack tree holds something that belongs to no leaf. Restore
does not see it, and no digest covers it.

Comes about when _METADATA lost an entry, when a save was made over an older one, or when
data was hidden in a checkpoint.

\`leafsum ls SRC --keys\` lists it. Save again to be rid of it.
`,
  'zero-fill-allowed': `\
Chunks are not stored, and the checkpoint allows that: they read as the fill value (mostly
zeros). Deleting a chunk from such a checkpoint makes no error on restore, only other
values.

Comes about with checkpoints by Orbax before 0.10 and with stores by other writers.

Harmless where a digest matches. Without a lockfile, save again with a newer Orbax to have
every chunk stored.
`,
  'value-type-mismatch': `\
The kind of value that _METADATA records (jax.Array, scalar, string, None …) is not what was
locked, or not what is stored: the message says which. Content is judged apart from this.

Comes about when the same weights were saved from other Python types or by another Orbax
version: a jax.Array, np.ndarray or scalar, or another empty node. Where it contradicts what
is stored, _METADATA was edited: turning a leaf into None is how it is made to vanish at
restore while its data stay.

Compare _METADATA with a copy you trust. If only the Python type matters: run with --strict.
`,
  'structure-mismatch': `\
What surrounds the values is not what was locked: key types (list or dict), the PRNG of a key,
an empty node on one side only, another kind of value. That is an error: the values are equal,
and a restore gives another tree. As a warning: two records of one save disagree (write_shape,
array_metadatas/, _sharding, times, a merged store and its processes' databases, ranges of two
values), or a tree without _METADATA has dropped an empty node.

Comes about when the same weights were saved from another tree, when _METADATA or a side file
was edited after the save, or when a checkpoint was put together from several saves.

Compare _METADATA and array_metadatas/ with a copy you trust. If the other tree is meant:
--allow-structure makes it a warning, and a new lockfile records it.
`,
  'statistics-mismatch': `\
Sums that the OCDBT tree keeps about its parts (number of keys, bytes, generations) are not
what the parts add up to. No value depends on them.

Comes about with a writer's bug or an edited tree: replacing a subtree by hand rarely fixes
its sums.

Trust digests, not sums. Without a lockfile, take it as a hint that the tree was edited.
`,
  symlink: `\
A symbolic link lies in the checkpoint that was not followed: it leads out of the source, to
nothing, or into a directory that contains it. Readers follow it, so what they restore was
not looked at. Links inside the source and to the blobs of a hub cache are followed as files.

Comes about where a step or an item lies on another disk, and with hand-made copies.

Run with --follow-links if what it leads to belongs to the checkpoint, or replace the link by
a copy. A link that leads to nothing can be deleted.
`,
  'unknown-file': `\
A file or directory that is no part of any checkpoint format known here. It was not read,
and no digest covers it.

Comes about with READMEs, notes, lockfiles and left-overs, or with formats not known to this
version. With --sums it is an error: a file that no line names may change what is read.

Nothing, if you know what it is. Never run or unpickle a file because the checkpoint beside
it verified.
`,
  'trailing-bytes': `\
Bytes follow a value that is already complete. The reader ignores them, and no digest covers
them.

Comes about with a writer's bug, or when somebody hides data behind a compressed chunk.

The leaf's content is not affected. Save again to be rid of them.
`,
  'duplicate-member': `\
A JSON file has the same member twice in one object. Parsers differ on which one counts, so
two programs can see two different checkpoints in it. Here the last one counts, as in
Python.

No JSON library writes this by itself: the file was made or edited by hand.

Look at the named file. Do not load the checkpoint unless you know who wrote it so, and why.
`,
  're-encoded': `\
The leaf's content is equal, but it is stored in other bytes than when it was locked: other
chunks, another compression, zarr 3 for zarr 2.

Comes about when a checkpoint was converted or saved again. It is a note, not a fault.

Nothing. A new lockfile makes the next verification faster, because equal bytes need no
decoding.
`,
  'companion-file': `\
Files that people and tools keep beside a checkpoint, and that no reader opens: a README, a
licence, Git's files, the cache of a hub's client, lockfiles and signatures, markers of a
finished save. No digest covers them. One note counts them all.

Nothing.
`,
  'item-renamed': `\
Lockfile and source have one item each, under different names. They were compared with each
other; findings carry the source's name.

Comes about when a checkpoint was saved flat and later below \`default\` or \`state\`, or the
other way round. The name of a single item is not part of the fingerprint. It is a note, not
a fault.

Nothing.
`,
}
