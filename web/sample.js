/**
 * A checkpoint to try the page with: what was published, its lockfile, and what somebody made of it on the way. It lies
 * in the page as text (build.mjs) and goes the same way as any other.
 */

import { element } from './dom.js'
import { FilesStore } from '../node/lib/stores/files.js'
import { setCheckpoint, setEvidence } from './flow.js'
import { engine } from './session.js'

/**
 * @typedef {Record<string, string>} Packed base64 by path
 * @returns {{published: Packed, downloaded: Packed, lockfile: string}}
 */
const packed = () => JSON.parse(element('#sample', HTMLScriptElement).text)

/** @param {string} name @param {Packed} files */
function source(name, files) {
  const entries = Object.entries(files).map(
    ([path, base64]) =>
      /** @type {[string, File]} */ ([
        path,
        new File([Uint8Array.from(atob(base64), character => character.charCodeAt(0))], path),
      ]),
  )
  return new FilesStore(entries, { name })
}

/** What was downloaded, against the lockfile of what was published. */
export async function trySample() {
  await engine // the sample stands behind the script, too
  const { downloaded, lockfile } = packed()
  setCheckpoint(source('downloaded', downloaded), { isSample: true })
  const file = new File([lockfile], 'published.leafsum.json', { type: 'application/json' })
  return setEvidence({ kind: 'lockfile', file })
}

/** And against what was published itself, which shows the values. */
export function compareSample() {
  return setEvidence({ kind: 'checkpoint', source: source('published', packed().published) })
}
