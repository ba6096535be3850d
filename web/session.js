/** What the page holds: what was chosen, what runs, and the parts that there is one of. */

import { byId, input, show } from './dom.js'
import { loadEngine } from './engine.js'
import { Treemap } from './map/treemap.js'
import { listenForProblems } from './problems.js'
import { hideResult } from './result.js'
import { plainText } from './text.js'
import { Tree } from './tree.js'

/**
 * @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore
 * @typedef {import('./url/address.js').UrlSource} UrlSource
 * @typedef {FilesStore | import('./archives.js').ArchiveSource | UrlSource} Source
 *
 * @typedef {object} Evidence what a checkpoint is compared with
 * @property {'lockfile' | 'fingerprint' | 'sums' | 'checkpoint'} kind
 * @property {File} [file] of a lockfile or sums; none of one that lies in an archive
 * @property {string} [inside] the file's path, where it is one of the checkpoint's own
 * @property {boolean} [cameWithSource] so that it proves little
 * @property {string} [liesAt] where in the checkpoint it lies, though it was chosen by itself
 * @property {string} [fingerprint]
 * @property {boolean} [cameWithLink] the fingerprint: whoever made the link chose the checkpoint too
 * @property {Source} [source] of a second checkpoint
 * @property {import('./engine.js').Facts} [facts] what was read in it
 * @property {string} [problem] why it is of no use
 *
 * @typedef {'signature' | 'model' | 'key'} VoucherKind  of a lockfile, of a model's files; the signer's public key
 *
 * @typedef {object} Voucher
 * @property {VoucherKind} kind
 * @property {File} [file] none of one that lies in an archive
 * @property {string} [inside]
 * @property {string} [liesAt]
 * @property {Told} [told]
 *
 * @typedef {object} Told what a Worker found in a signature or key
 * @property {string} [problem] why it is of no use
 * @property {string} [refusal] why a signature is not good
 * @property {string} [signedBy] of a good one: `key sha256:…`
 * @property {string} [id] of a key, the SHA-256 that names it
 * @property {string} [subject] name of the file that is signed
 * @property {number} [files] that are signed
 */

export const state = {
  /** @type {Source | null} */ checkpoint: null,
  /** @type {Evidence | null} */ evidence: null,
  /** @type {Partial<Record<VoucherKind, Voucher>>} signatures and the key, beside the evidence */ vouchers: {},
  /** @type {Promise<void> | undefined} settled when all of that was looked into */ inspected: undefined,
  /** the built-in sample is what was chosen */ isSample: false,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {Promise<void> | undefined} settled when that is over, and its answer shown */ ended: undefined,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
  /** @type {Promise<void> | undefined} settled when the structure stands, or cannot */ listed: undefined,
  /** @type {import('./engine.js').ListOutput['totals'] | null} */ totals: null,
  /** why the checkpoint is none that can be read; none where it is one */ problem: '',
}

export const engine = loadEngine()
export const tree = new Tree(byId('tree'), input('leaf-filter'))
const map = new Treemap(byId('map-cells'), branch => tree.reveal(branch))
tree.watch(planted => map.set(planted))
listenForProblems(tree)

/** Why a run is ended without a word: what it was of is no longer chosen. */
export const superseded = Symbol('superseded')

export async function idle() {
  while (state.running) await state.ended
}

export function clearResult() {
  hideResult()
  tree.setFindings([])
}

/** @param {string} text */
export function notice(text) {
  byId('notice').textContent = plainText(text, 600)
  show(byId('notice'), text !== '')
}
