/** What the page holds: what was chosen, what runs, and the parts that there is one of. */

import { byId, input, show } from './dom.js'
import { loadEngine } from './engine.js'
import { hideResult } from './result.js'
import { plainText } from './text.js'
import { createTree } from './tree.js'

/**
 * @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore
 * @typedef {{file: File, inside: string | null, cameWithSource: boolean}} ChosenLockfile inside: its path, where it is
 *   one of the checkpoint's own files
 */

export const state = {
  /** @type {FilesStore | null} */ checkpoint: null,
  /** @type {FilesStore | null} the second checkpoint of a comparison */ second: null,
  /** @type {ChosenLockfile | null} */ lockfile: null,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
}

export const engine = loadEngine()
export const tree = createTree(byId('tree'), input('leaf-filter'))

export function clearResult() {
  hideResult()
  tree.setFindings([])
}

/** @param {string} text */
export function notice(text) {
  byId('notice').textContent = plainText(text, 600)
  show(byId('notice'), text !== '')
}
