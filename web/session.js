/** What the page holds: what was chosen, what runs, and the parts that there is one of. */

import { byId, input, show } from './dom.js'
import { loadEngine } from './engine.js'
import { hideResult } from './result.js'
import { plainText } from './text.js'
import { Tree } from './tree.js'

/**
 * @typedef {import('../node/lib/stores/files.js').FilesStore | import('./archives.js').ArchiveSource} Source
 *
 * @typedef {object} Evidence what a checkpoint is compared with
 * @property {'lockfile' | 'fingerprint' | 'sums' | 'checkpoint'} kind
 * @property {File} [file] of a lockfile or sums; none of one that lies in an archive
 * @property {string} [inside] the file's path, where it is one of the checkpoint's own
 * @property {boolean} [cameWithSource] so that it proves little
 * @property {string} [fingerprint]
 * @property {Source} [source] of a second checkpoint
 * @property {import('./engine.js').Facts} [facts] what was read in it
 * @property {string} [problem] why it is of no use
 * @property {Promise<void>} [inspected] settled when one of the two is known
 */

export const state = {
  /** @type {Source | null} */ checkpoint: null,
  /** @type {Evidence | null} */ evidence: null,
  /** the built-in sample is what was chosen */ isSample: false,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
  /** @type {Promise<void> | undefined} settled when the structure stands, or cannot */ listed: undefined,
  /** @type {import('./engine.js').ListOutput['totals'] | null} */ totals: null,
  /** why the checkpoint is none that can be read; none where it is one */ problem: '',
}

export const engine = loadEngine()
export const tree = new Tree(byId('tree'), input('leaf-filter'))

export function clearResult() {
  hideResult()
  tree.setFindings([])
}

/** @param {string} text */
export function notice(text) {
  byId('notice').textContent = plainText(text, 600)
  show(byId('notice'), text !== '')
}
