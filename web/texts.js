/** What the page says. Every sentence of the scripts stands here; what never changes stands in index.html. */

import { count, formatBytes, formatCount } from './text.js'

export const texts = {
  // What was dropped or chosen
  emptyDirectory: 'That directory has no files.',
  tooMany: 'That is more than two checkpoints. Drop one, or two to compare them.',
  unreadable: (/** @type {string} */ why) => `What was dropped could not be read: ${why}`,
  packed: (/** @type {string} */ name) =>
    `“${name}” is packed in a form that this page does not read: it reads tar, tar.gz, tar.zst and zip. Unpack it, ` +
    'then drop the directory that comes out.',
  secondEvidence: (/** @type {string} */ used, /** @type {string} */ left) =>
    `One thing at a time is compared with: “${used}” is used, “${left}” is not.`,
  badFingerprint: (/** @type {number} */ digits) =>
    `A fingerprint is “leafsum1:” and 64 hexadecimal digits in lower case; this one has ${formatCount(digits)}.`,
  naming: (/** @type {number} */ files) => `Reading names: ${count(files, 'file')} so far…`,
  looseFiles: 'dropped files',

  // The two cards
  filesAndBytes: (/** @type {number} */ files, /** @type {number} */ bytes) =>
    `${count(files, 'file')}, ${formatBytes(bytes)}`,
  archive: (/** @type {number} */ bytes) => `Archive of ${formatBytes(bytes)}`,
  inArchive: (/** @type {number} */ files, /** @type {number} */ bytes) =>
    `, in it ${count(files, 'file')}, ${formatBytes(bytes)}`,
  onHost: (/** @type {string} */ host) => `On ${host}, and wherever that sends your browser on to`,
  givenByLink: 'Given by this link',
  confirmed: 'Given by this link, and confirmed by you',
  huge: (/** @type {number} */ bytes) =>
    `${formatBytes(bytes)} are much to read: this takes minutes. It can be paused and cancelled at any time.`,
  steps: (/** @type {string[]} */ names) => {
    const shown = names.length > 6 ? [...names.slice(0, 3), '…', ...names.slice(-2)] : names
    return `It holds ${count(names.length, 'step')}: ${shown.join(', ')}. The newest is read unless you name another.`
  },
  sampleCheckpoint: 'The sample: somebody changed the values on the way, and left all metadata as it was.',
  sampleLockfile: 'Made by whoever published the sample, before it was changed.',
  readingStructure: 'Reading its structure…',
  readingArchive: 'Reading what lies in it…',
  noLeaves: 'No leaves were found in it.',
  tree: (/** @type {number | undefined} */ step, /** @type {string} */ held, /** @type {string} */ parameters) =>
    `${step === undefined ? '' : `Step ${step}: `}${held}, ${parameters}`,
  leavesIn: (/** @type {number} */ leaves, /** @type {number} */ items) =>
    `${count(leaves, 'leaf', 'leaves')} in ${count(items, 'item')}`,
  leavesTitle: (/** @type {number} */ leaves) => `Leaves (${formatCount(leaves)})`,
  kinds: {
    none: 'Compared with',
    lockfile: 'Compared with lockfile',
    fingerprint: 'Compared with fingerprint',
    sums: 'Compared with SHA256SUMS',
    checkpoint: 'Compared with checkpoint',
  },
  cameWith: {
    lockfile:
      'This lockfile came with the checkpoint. Whoever changed the one could have changed the other, so the best ' +
      'answer is UNTRUSTED.',
    sums:
      'These sums came with the checkpoint. Whoever changed the one could have changed the other, so the best answer ' +
      'is UNTRUSTED.',
  },
  cameWithLink:
    'This fingerprint was given by this link. Whoever made the link chose checkpoint and fingerprint, so the best ' +
    'answer is UNTRUSTED until you confirm that you have it from elsewhere.',
  readingEvidence: 'Reading it…',
  lockfileFacts: (/** @type {number | undefined} */ step, /** @type {number} */ leaves) =>
    `${step === undefined ? '' : `Step ${step}: `}${count(leaves, 'leaf', 'leaves')}`,
  sumsFacts: (/** @type {number} */ files) => `Digests of ${count(files, 'file')}`,
  fingerprintFacts: 'One line that stands for the values of all leaves',
  badEvidence: (/** @type {string} */ why) => `It cannot be compared with: ${why}`,
  inside: 'Inside the checkpoint there is one that came with it: ',
  use: 'Use ',

  // The actions
  badStep: 'A step is a whole number.',
  hints: {
    running: 'It can be paused and cancelled at any time.',
    nothing: 'Choose a checkpoint to begin.',
    noCheckpoint:
      'This cannot be read as a checkpoint. Drop the directory that was given to the save, or an archive of it: it ' +
      'holds _METADATA or manifest.ocdbt, or the steps that do.',
    unread: 'Nothing was asked of any server yet. Press “Read it” above.',
    noneThere:
      'No checkpoint could be read there. Give the address of the directory that was given to the save: it holds ' +
      '_METADATA or manifest.ocdbt, or the steps that do. A server must also allow this page to read it (CORS).',
    evidenceOnly: 'Now drop or choose the checkpoint. It is compared as soon as it is here.',
    checkpointOnly:
      'It is verified as soon as there is something to compare it with. Check only looks for damage; Make a lockfile ' +
      'writes down the digest of every leaf.',
    two: 'Compare tells which leaves of the two differ, and by how much.',
    verify: 'Verify reads every byte that a leaf depends on and compares it with the evidence.',
    refused: 'Drop or choose other evidence, or check the checkpoint without any.',
  },
  verify: { first: 'Verify', again: 'Verify again' },
  diff: { first: 'Compare the two', again: 'Compare again' },
  refused: (/** @type {string} */ why) => `Nothing was judged: ${why}`,
  bug: (/** @type {string} */ why) => `Leafsum itself failed, which says nothing about the checkpoint: ${why}`,
  outOfMemory:
    'The browser has no memory left for this, which says nothing about the checkpoint. Close other tabs, choose 1 ' +
    'worker under Options and run it again, or use the command line.',
  noWorker: 'a worker could not be started',
  cancelled: 'Cancelled.',

  // While it runs
  doing: {
    verify: 'Verifying…',
    check: 'Checking the structure…',
    lock: 'Hashing every leaf…',
    diff: 'Comparing…',
  },
  paused: 'Paused: no new reads are started.',
  pause: { off: 'Pause', on: 'Go on' },
  structureFirst: 'Reading the structure',
  percent: (/** @type {number} */ n) => `${n} percent`,
  progress: (
    /** @type {{leavesDone: number, leavesTotal: number, bytesDone: number, bytesTotal: number}} */ {
      leavesDone,
      leavesTotal,
      bytesDone,
      bytesTotal,
    },
  ) =>
    `${formatCount(leavesDone)} of ${count(leavesTotal, 'leaf', 'leaves')}` +
    ` · ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
  left: (/** @type {number} */ seconds) =>
    seconds < 90 ? ` · about ${Math.ceil(seconds)} s left` : ` · about ${Math.ceil(seconds / 60)} min left`,

  // What to take away
  copied: 'Copied.',
  notCopied: 'The browser did not allow it; save the report instead.',
}

/**
 * What each answer asks for next, what it proves, and what it does not.
 * @type {Record<string, {next: string, proves: string[]}>}
 */
export const answers = {
  VERIFIED: {
    next: 'This is the checkpoint that was locked. Nothing needs to be done.',
    proves: [
      'Every leaf has the path, dtype, shape and values that the evidence gives.',
      'Every byte that a leaf depends on was read, in this tab, just now.',
    ],
  },
  EQUAL: {
    next: 'The two hold the same values. Nothing needs to be done.',
    proves: ['Both have the same leaves, with the same dtypes, shapes and values.'],
  },
  MATCHES: { next: 'Nothing needs to be done.', proves: ['It would restore into the template as it is.'] },
  LOCKED: {
    next: 'Save the lockfile. Hand it out, or its fingerprint, by another way than the checkpoint itself.',
    proves: ['The lockfile describes what lies here now: a digest of the values of each leaf.'],
  },
  SOUND: {
    next: 'To know whether the values are the right ones, drop its lockfile or paste its fingerprint.',
    proves: ['The structure is whole: checksums, references and chunks are in order, and each chunk can be decoded.'],
  },
  MISMATCH: {
    next: 'Do not load it. Fetch it again from its origin, or compare it with a copy that you trust.',
    proves: ['What lies here is not what the evidence describes, or it is damaged. The findings name each place.'],
  },
  differ: {
    next: 'The two do not hold the same values. Where they should, trust the one whose lockfile you have.',
    proves: ['The leaves that are named differ between the two.'],
  },
  INCOMPLETE: {
    next: 'Nothing that was read differs, but the answer is not whole. See below what is missing, then verify again.',
    proves: ['The leaves that are counted as equal are equal.'],
  },
  UNTRUSTED: {
    next: 'Get the lockfile or its fingerprint from a place that whoever wrote these files cannot write to.',
    proves: [
      'Nothing was damaged by accident since the lockfile was made. Whether somebody changed both, nobody can say.',
    ],
  },
  unsigned: {
    next: 'Get the signature, and the key, from whoever should have signed. Until then take it for unsigned.',
    proves: ['What was signed, or by whom, is not what you asked for. Nothing that was read differs otherwise.'],
  },
  'NO-EVIDENCE': {
    next: 'Drop its lockfile or SHA256SUMS, paste its fingerprint, or drop a second checkpoint.',
    proves: ['Only that its structure could be read.'],
  },
}

/** What no answer proves; the first where values were compared with nothing. */
export const neverProven = {
  values: 'Whether the values are the right ones: they were compared with nothing.',
  who: 'Who made the checkpoint or the lockfile.',
  signer: 'Whose key it is that signed: compare its SHA-256 with one that you have from elsewhere.',
  others: ['Custom metadata, sharding and times: no digest covers them.', 'That a model is safe to use, or any good.'],
}

export const proven = {
  signed: (/** @type {string} */ signer) => `It was signed by the owner of ${signer}.`,
}

/** Signatures and keys. */
export const voucherTexts = {
  kinds: { signature: 'Signature of the lockfile', model: 'Signature of the model', key: 'Public key' },
  the: { signature: 'the signature of the lockfile', model: 'the signature of the model', key: 'the public key' },
  remove: 'Remove',
  reading: 'Reading it…',
  notGood: (/** @type {string} */ why) => `Not good: ${why}`,
  keyHash: (/** @type {string} */ id) => `sha256:${id}`,
  over: 'Over ',
  files: (/** @type {number} */ n) => count(n, 'file'),
  checked: { good: '. Good: signed by the key below.', not: '. Not checked yet.' },
  missing: {
    key: 'A signature is good by somebody’s key alone: now drop the public key (PEM) of whoever should have signed.',
    signature:
      'A key vouches for nothing by itself: now drop what it signed, a lockfile with its signature, or model.sig.',
    lockfileSignature:
      'The key asks for a signature: now drop that of the lockfile, a file .sigstore.json. Verified without it, the ' +
      'answer is UNTRUSTED.',
    lockfile: 'Now drop the lockfile that this is the signature of.',
  },
}

/** The three numbers of an answer, and the names of its parts. */
export const figures = {
  equal: (/** @type {number} */ n) => (n === 1 ? 'leaf equal' : 'leaves equal'),
  unequal: (/** @type {number} */ n) => (n === 1 ? 'leaf not equal' : 'leaves not equal'),
  notRead: 'not read',
  leaves: (/** @type {number} */ n) => (n === 1 ? 'leaf' : 'leaves'),
  errors: (/** @type {number} */ n) => (n === 1 ? 'error' : 'errors'),
  warnings: (/** @type {number} */ n) => (n === 1 ? 'warning' : 'warnings'),
  bytesRead: 'read',
  exitCode: (/** @type {number} */ n) => `exit code ${n}`,
  step: (/** @type {number} */ n) => `step ${n}`,
  lockedStep: (/** @type {number} */ n) => `lockfile of step ${n}`,
}

/** One sentence on the bytes of the directory: what was read, and what nobody vouches for. */
export const coverageText = {
  leaf: (/** @type {string} */ bytes) => `${bytes} of leaf data`,
  structural: (/** @type {string} */ bytes) => `${bytes} of structure`,
  small: (/** @type {string} */ bytes) => `${bytes} of structure and the small values in it`,
  unread: (/** @type {string} */ bytes) => `${bytes} not read`,
  ignored: (/** @type {string} */ bytes) => `${bytes} ignored`,
  unreachable: (/** @type {string} */ bytes) => `${bytes} that no leaf refers to`,
  nobody: ' Nobody vouches for the rest.',
  whole: (/** @type {string} */ total, /** @type {string} */ parts) => `Of ${total} in the checkpoint: ${parts}.`,
}

/** Findings and differences. */
export const findingTexts = {
  title: (/** @type {number} */ shown, /** @type {number} */ all) =>
    all > shown ? `Findings (${formatCount(shown)} of ${formatCount(all)})` : `Findings (${formatCount(all)})`,
  places: (/** @type {number} */ n) => count(n, 'place'),
  severities: /** @type {Record<string, string>} */ ({
    error: 'error',
    gap: 'not read',
    trust: 'trust',
    warning: 'warning',
    info: 'note',
  }),
  more: 'How it comes about, and what to do',
  expected: 'expected',
  actual: 'actual',
  wholeItem: '(the whole item)',
  inItem: (/** @type {string} */ item) => `item ${item}`,
  atByte: (/** @type {number} */ offset) => ` at byte ${formatCount(offset)}`,
  differences: (/** @type {number} */ n) => `${count(n, 'leaf', 'leaves')} ${n === 1 ? 'differs' : 'differ'}`,
  equal: (/** @type {number} */ n) => `${count(n, 'leaf is', 'leaves are')} equal`,
  first: 'the first',
  second: 'the second',
  onlyIn: (/** @type {string} */ name) => `only in ${name}`,
  otherType: 'dtype or shape differs, or it could not be read',
  elements: (/** @type {number} */ n, /** @type {number} */ of) =>
    n === of
      ? `all ${count(n, 'element')} ${n === 1 ? 'differs' : 'differ'}`
      : `${formatCount(n)} of ${count(of, 'element')} ${n === 1 ? 'differs' : 'differ'}`,
  firstAt: (/** @type {string} */ at) => `first at [${at}]`,
  apart: (/** @type {number | string} */ n) => `at most ${n} apart`,
  relative: (/** @type {number | string} */ n) => ` (relative ${n})`,
  showMore: (/** @type {number} */ n, /** @type {number} */ rest) =>
    `Show ${count(n, 'more', 'more')} of ${count(rest, 'other', 'others')}`,
}

/** The tree of leaves. */
export const treeTexts = {
  node: '(the node itself)',
  leaves: (/** @type {number} */ n) => count(n, 'leaf', 'leaves'),
  marked: (/** @type {number} */ n) => `${count(n, 'leaf', 'leaves')} with findings`,
  found: (/** @type {number} */ n) => (n === 0 ? 'No leaf fits this.' : `${count(n, 'leaf', 'leaves')} found.`),
  times: (/** @type {number} */ n) => ` × ${formatCount(n)},`,
  problems: (/** @type {number} */ n) => (n > 0 ? `${count(n, 'leaf', 'leaves')} with findings` : ''),
  problemAt: (/** @type {number} */ at, /** @type {number} */ n) => `${formatCount(at)} of ${formatCount(n)}`,
  label: 'Leaves of the checkpoint',
}

/** The treemap. */
export const mapTexts = {
  states: {
    equal: 'equal',
    consistent: 'consistent, not trusted',
    differs: 'different or damaged',
    missing: 'missing',
    extra: 'added',
    unread: 'not read',
    warning: 'with a warning',
    unknown: 'not compared',
  },
  others: (/** @type {number} */ n) => `${formatCount(n)} smaller`,
  leavesIn: (/** @type {number} */ n) => `, ${count(n, 'leaf', 'leaves')}`,
  cell: (
    /** @type {string} */ name,
    /** @type {string} */ what,
    /** @type {string} */ bytes,
    /** @type {number} */ share,
    /** @type {string} */ state,
  ) => `${name}${what}, ${bytes}, ${share < 0.01 ? 'less than 1' : Math.round(share * 100)} %, ${state}`,
  counted: (/** @type {number} */ n, /** @type {string} */ state) => `${formatCount(n)} ${state}`,
  words: (/** @type {string} */ counts) => `Areas are bytes. Leaves: ${counts}. The largest is `,
  largest: (/** @type {string} */ bytes) => `, ${bytes}.`,
}

/** A look inside one leaf. */
export const panelTexts = {
  dtype: 'dtype',
  shape: 'Shape',
  content: 'Content',
  stored: 'Stored',
  chunks: 'Chunks',
  format: 'Format',
  grid: (/** @type {string} */ shape, /** @type {number} */ n) => `${count(n, 'chunk')} of ${shape}`,
  reading: 'Reading…',
  gone: 'the checkpoint was removed',
  notShown: (/** @type {string} */ why) => `Not shown: ${why}`,
  claims: {
    vouched: 'These values match the lockfile.',
    differs: 'This leaf is not what the lockfile describes: do not trust these values.',
    alone: 'Nothing vouches for these values: they were compared with no lockfile.',
  },
  whole: {
    vouched: 'The whole leaf matches the lockfile.',
    differs: 'The whole leaf is not what the lockfile describes: these numbers are of what lies here.',
  },
  map: (/** @type {string} */ shape) => `Map of the ${shape} values above`,
  key: 'Orange is above 0, blue below, white 0, grey no number.',
  ask: (/** @type {string} */ bytes) => `Read all ${bytes}`,
  histogram: (/** @type {number} */ n, /** @type {string} */ low, /** @type {string} */ high) =>
    `Histogram of ${count(n, 'bin')} from ${low} to ${high}`,
  stats: {
    count: 'Elements',
    nan: 'NaN',
    inf: 'Infinite',
    zeros: 'Zeros',
    min: 'Least',
    max: 'Greatest',
    mean: 'Mean',
    std: 'Deviation',
  },
}
