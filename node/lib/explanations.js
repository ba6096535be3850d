// One screen per code, for `explain CODE`: what it means, how it comes about, what to do next.
// At most 12 lines of at most 92 columns each. Here rather than in core.wasm, whose size is limited.

/** @type {Record<string, string>} by code, as core.wasm's codes() has them */
export const explanations = {
  'digest-mismatch': `\
The leaf's values are not the values that were locked: its digest over content differs.
Path, dtype and shape agree. If the leaf is larger than 4 MiB and the lockfile has its
blocks, the message names the ranges of elements that differ, in C order.

This happens when data files were replaced or edited, when a stored bit flipped, or when the
model was trained on and saved under the old name. Re-saving, re-chunking or re-compressing
does not cause it.

Do not load the checkpoint. Compare it with a copy you trust (\`leafsum diff A B --values\`)
and find out who wrote it last. If the change was intended, make a new lockfile.
`,
  'shape-mismatch': `\
The array's shape is not the one that was locked.

This happens when the array's metadata (.zarray, zarr.json) was edited or replaced, or when
another model lies under this name. A transposed or reshaped array can hold the same bytes;
if so, the message says it.

Do not load the checkpoint. \`leafsum ls SRC --spec LEAF\` shows the array's metadata as
stored; compare it with a copy you trust.
`,
  'dtype-mismatch': `\
The leaf's element type is not the one that was locked.

This happens when the checkpoint was saved with a cast (float32 to bfloat16), when the
array's metadata was edited so that the same bytes are read as other numbers, or when an
empty node took a leaf's place. Byte order does not count: >f4 and <f4 are both float32.

If the cast was intended, lock the new checkpoint. If not, do not load it.
`,
  'missing-leaf': `\
A leaf that was locked, or that _METADATA lists, is missing.

This happens when part of a checkpoint was copied or saved, when a layer was renamed (then
there is an extra-leaf too), when the locked step was deleted, or when _METADATA was edited.
It is reported only if the whole tree was read.

Look for the name with \`leafsum ls SRC\`. \`leafsum diff --rename\` pairs renamed leaves. If
leaves were left out on purpose (say, no optimizer state), \`--allow-missing\` turns this into
a warning.
`,
  'extra-leaf': `\
The checkpoint has a leaf that the lockfile does not list.

This happens when the model gained parameters after it was locked, when a layer was renamed
(then there is a missing-leaf too), or when somebody added data. No evidence covers the
leaf, but restore would return it.

If the leaf belongs there, lock the checkpoint again. \`--allow-extra\` turns this into a
warning.
`,
  'missing-chunk': `\
A chunk of an array is missing, and this checkpoint must have every chunk: Orbax has marked
it so (store_array_data_equal_to_fill_value).

This happens when a key or file was lost or deleted, or when a save or copy stopped half
way. Older Orbax versions restore zeros in its place, without an error.

Copy the checkpoint again from its origin, or take an earlier step.
`,
  'missing-file': `\
A file that the checkpoint refers to does not exist.

This happens when a copy or download was incomplete, or when a data file was deleted.
TensorStore reads a missing data file as empty values, so other programs may report a
compression error instead.

Copy the named file again from its origin. As a warning it means: no leaf depends on the
file, but a restore may need it.
`,
  truncated: `\
A file or value ends before the data in it does.

This happens when a copy or download broke off, when a disk was full, or when a reference
points past the end of a file.

Compare the file's size with its origin and copy it again. Expected and actual are in bytes.
`,
  checksum: `\
A checksum that the format itself carries does not match its data: OCDBT manifests and nodes
and zarr's crc32c codec have CRC-32C, and compressed frames may have their own.

This happens when stored bytes were altered: bad storage, a faulty transfer, or a clumsy
edit. A careful edit fixes the checksum too, so a matching checksum proves nothing; only
digests do.

Copy the named file again from its origin. As a warning it means: no leaf depends on these
bytes.
`,
  invalid: `\
Something breaks the rules of its format. The message names the rule, the place and what was
found.

This happens when bytes were altered or mixed from two saves, when a writer has a bug, or
when a file was made to confuse its reader. Nothing was guessed: whatever depends on it
counts as not read.

Copy the checkpoint again from its origin. If it comes straight from its writer and restores
elsewhere, please report it with the message.
`,
  'name-collision': `\
Two leaves share one name. Orbax joins a key path with dots and does not escape them, so
{"a.b": x} and {"a": {"b": y}} are stored as one array. One of the two was lost when the
checkpoint was saved.

This happens when a key holds a dot. Orbax saves such a tree without any error and returns
one array twice. Equal key paths, which a msgpack map can have, are reported as this too;
the checkpoint then has no fingerprint.

Rename one of the keys and save again; the lost array cannot be recovered from this
checkpoint.
`,
  'hostile-path': `\
A name in the checkpoint would lead out of its directory: it has '..', a root, a drive, a
scheme or a backslash. Leafsum did not follow it.

No writer makes such names on its own. Some Orbax versions restore files from outside the
directory when they meet one, so treat the checkpoint as an attack until you can explain the
name.

Do not load the checkpoint. As a warning it means: the name is harmless here, because an
OCDBT store does not use it as a path.
`,
  uncommitted: `\
The checkpoint is unfinished: its name says that the save was still going on, or the parts
of its processes were never merged into one manifest.

This happens when a save was interrupted or is still running, or when a temporary directory
was copied.

Wait for the save to end, or take an earlier step (\`--step N\`). As a warning it means:
another step in this root is unfinished, or the commit timestamp is missing.
`,
  'reader-divergence': `\
A program that reads this directory would restore something other than what was hashed.
Orbax's entry points, Flax and TensorStore do not all look at the same files.

This happens with a second checkpoint inside the first, two sources for one leaf, an entry
of _METADATA that hides another, an item handler of another kind, or an interrupted
deletion.

Remove what the finding names, or finish what was interrupted; \`leafsum check --readers SRC\`
lists what every reader would take. Until then do not load the checkpoint: which weights you
get depends on how you load them.
`,
  unsupported: `\
The checkpoint has something legal that this version of leafsum cannot read: a codec, a data
type, a format version, a msgpack extension. Whatever depends on it was not read, so the
result is INCOMPLETE at best.

This happens with newer writers, or with features that Orbax does not use by default.

Look for a newer version of leafsum. Everything else in the report still holds.
`,
  limit: `\
Reading on would take more memory, space or nesting than is allowed, so leafsum stopped
there.

This happens with very large chunks or trees, and with files made to exhaust their reader (a
small file that claims to unpack to terabytes).

If you trust the source, raise the limit that the message names (\`--max-memory\`,
\`--max-fill\`).
`,
  unreadable: `\
The host could not read a file: no permission, an I/O error, a refused or broken connection.
This says nothing about its content.

This happens with wrong access rights, failing disks, expired credentials, or a server that
ignores ranges.

Try to read the named file with another program, fix the cause, and run leafsum again.
`,
  'changed-during-read': `\
A file changed while it was read: its size, time or ETag is not what it was at the start.
Halves of two versions prove nothing, so the file counts as not read.

This happens when a save is still running, or while somebody synchronises the directory.

Wait until nothing writes to the directory, and run leafsum again.
`,
  skipped: `\
Something was left out on purpose: by --sample, by --include or --exclude in ls, digest or
lock, by the signer of a model (the ignore_paths of --bundle), or because the lockfile lacks a
digest that was asked for (SHA-256). A comparison with
--include or --exclude is about the remaining leaves, and its headline says so.

What was read is right, but the whole was not shown, so the result is INCOMPLETE.

For a complete answer, run without the filter. For SHA-256, lock with
\`--algorithm blake3,sha256\`.
`,
  'newer-step': `\
The directory has a newer step than the one that was compared, and
\`CheckpointManager.latest_step()\` restores the newest one.

This happens when training went on after the lockfile was made, or when somebody put a step
beside the locked one.

Lock the newer step too, or name the step: with \`--step N\` the verdict is about that step
only. \`--all-steps\` compares every step.
`,
  signature: `\
The signature that was asked for is missing, does not fit, or is not by a key or signer that
you named.

The message begins with the reason. This happens when there is no signature beside the
lockfile, when the lockfile was edited after signing (even white space counts), when it was
signed with another key, when the bundle belongs to another file or name, or when a policy
does not allow it. Keys, authorities and identities come from you, never from the bundle.

Get the lockfile and its .sigstore.json again from the signer, and check that --key,
--cert-root or --certificate-identity is theirs. Until then, equality means only: consistent
with a lockfile of unknown origin.
`,
  'unclaimed-key': `\
The store, _strings.json or a msgpack tree holds something that belongs to no leaf. Restore
does not see it, and no digest covers it.

This happens when _METADATA lost an entry, when a save was made over an older one, or when
data was hidden in a checkpoint.

\`leafsum ls SRC --keys\` lists it. To be rid of it, save again.
`,
  'zero-fill-allowed': `\
Chunks are missing, and this checkpoint allows that: they read as the fill value (mostly
zeros). If somebody deletes a chunk from such a checkpoint, restore gives no error, only
other values.

This happens with checkpoints by Orbax before 0.10 and with stores by other writers.

If the leaf's digest matches, this is harmless. Without a lockfile, save again with a newer
Orbax, which stores every chunk.
`,
  'value-type-mismatch': `\
The kind of value that _METADATA records (jax.Array, scalar, string, None …) is not what was
locked, or not what is stored; the message says which. Content is judged separately.

This happens when the same weights were saved from other Python types or by another Orbax
version: a jax.Array, np.ndarray or scalar, or another empty node. If it contradicts what is
stored, _METADATA was edited: turning a leaf into None makes it vanish at restore while its
data stay.

Compare _METADATA with a copy you trust. If the Python type matters to you, run with
--strict.
`,
  'structure-mismatch': `\
The structure around the values is not what was locked: key types (list or dict), the PRNG
of a key, an empty node on one side only, another kind of value. That is an error: the
values are equal, but a restore gives another tree. As a warning it means: two records of
one save disagree (write_shape, array_metadatas/, _sharding, times, a merged store and the
databases of its processes, ranges of two values), or a tree without _METADATA has dropped
an empty node.

This happens when the same weights were saved from another tree, when _METADATA or a side
file was edited after the save, or when a checkpoint was put together from several saves.

Compare _METADATA and array_metadatas/ with a copy you trust. If the new tree is intended,
--allow-structure makes this a warning, and a new lockfile records the tree.
`,
  'statistics-mismatch': `\
The sums that the OCDBT tree keeps about its parts (keys, bytes, generations) do not match
the parts. No value depends on them.

This happens with a writer's bug or an edited tree: replacing a subtree by hand rarely fixes
its sums.

Trust digests, not sums. Without a lockfile, take this as a hint that the tree was edited.
`,
  symlink: `\
A symbolic link in the checkpoint was not followed: it leads out of the source, to nothing,
or into a directory that contains it. Readers follow it, so leafsum has not seen what they
restore. Links inside the source and to the blobs of a hub cache are followed as files.

This happens when a step or an item lies on another disk, and with hand-made copies. With
--bundle, a link in place of a signed file counts only if the signer allowed links.

If the target belongs to the checkpoint, run with --follow-links or replace the link by a
copy. A link that leads to nothing can be deleted.
`,
  'unknown-file': `\
This file or directory is not part of any checkpoint format that leafsum knows. It was not
read, and no digest covers it.

This happens with READMEs, notes, lockfiles and left-overs, or with formats that this
version does not know. With --sums and --bundle it is an error: a file that no line or
signature names may change what is read.

If you know what it is, do nothing. Never run or unpickle a file just because the checkpoint
beside it was verified.
`,
  'trailing-bytes': `\
Bytes follow a value that is already complete. The reader ignores them, and no digest covers
them.

This happens with a writer's bug, or when somebody hides data behind a compressed chunk.

The leaf's content is not affected. Save again to be rid of them.
`,
  'duplicate-member': `\
A JSON file has the same member twice in one object. Parsers differ on which one counts, so
two programs can see two different checkpoints. In leafsum the last one counts, as in
Python.

No JSON library writes this on its own: the file was made or edited by hand.

Look at the named file. Do not load the checkpoint unless you know who wrote it, and why.
`,
  're-encoded': `\
The leaf's content is equal, but its stored bytes are not those that were locked: other
chunks, another compression, zarr 3 in place of zarr 2.

This happens when a checkpoint was converted or saved again. It is a note, not a fault.

There is nothing to do. A new lockfile makes the next verification faster, because equal
bytes need no decoding.
`,
  'companion-file': `\
People and tools keep such files beside a checkpoint, and no reader opens them: a README, a
licence, Git's files, the cache of a hub's client, lockfiles and signatures, markers of a
finished save. No digest covers them. One note counts them all.

There is nothing to do.
`,
  'item-renamed': `\
Lockfile and source have one item each, under different names. The two were compared with
each other; findings carry the source's name.

This happens when a checkpoint was saved flat and later below \`default\` or \`state\`, or the
other way round. The name of a single item is not part of the fingerprint. It is a note, not
a fault.

There is nothing to do.
`,
}
