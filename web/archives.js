/** A checkpoint in an archive: a File here, and once a Worker has opened it, what lies in it. It is never unpacked. */

/**
 * @typedef {object} Opened what a Worker found in an archive; it goes back with every request, so that no archive is
 *   looked through twice
 * @property {string} name
 * @property {import('../node/lib/stores/archive/store.js').Contents} contents
 * @property {import('../node/lib/stores/store.js').ListingEntry[]} listing
 * @property {import('../node/lib/stores/store.js').Link[]} links
 * @property {import('../node/lib/stores/archive/indexing.js').Remark[]} remarks
 */

export class ArchiveSource {
  /** @type {Opened | undefined} */
  opened

  /** @param {File} archive */
  constructor(archive) {
    this.archive = archive
    this.name = archive.name
  }

  spec() {
    return { kind: 'archive', archive: this.archive, opened: this.opened }
  }
}

/** @param {import('./session.js').Source[]} sources of a request @param {import('./engine.js').Answer} answer */
export function keepOpened(sources, { opened = [] }) {
  for (const [n, source] of sources.entries()) if (source instanceof ArchiveSource) source.opened ??= opened[n]
}
