/** The address of a checkpoint, and a link to this page that names it: looked at before anything is asked. */

import { messageOf } from '../../node/lib/errors.js'
import { archiveOfUrl } from '../../node/lib/stores/archive/names.js'
import { kNamed, namedAddress } from '../../node/lib/stores/named.js'
import { addressOf } from '../../node/lib/stores/url_address.js'
import { urlTexts as texts } from './texts.js'

/** A checkpoint on a server. Only a Worker opens it. */
export class UrlSource {
  /** @param {string} address @param {string} name @param {string} host that is asked first */
  constructor(address, name, host) {
    this.address = address
    this.name = name
    this.host = host
  }

  /**
   * As a Worker opens it; there are no files of the user's.
   * @returns {import('../../node/lib/stores/store.js').StoreSpec}
   */
  spec() {
    return { kind: 'url', url: this.address, files: [] }
  }
}

// A page of the hub about a repository, as it is copied from the browser's address bar
const hubPage =
  /^https:\/\/huggingface\.co\/((?:datasets\/|spaces\/)?[^/?#]+\/[^/?#]+)(?:\/tree\/([^/?#]+)(\/[^?#]*)?)?\/?$/

/**
 * @param {string} text
 * @returns {{ source?: UrlSource, problem?: string }} neither where there is nothing yet
 */
export function sourceAt(text) {
  const typed = text.trim()
  if (!typed) return {}
  const page = /^https:\/\/huggingface\.co\/(datasets|spaces|docs|models)\/?[^/]*$/.test(typed)
    ? null
    : hubPage.exec(typed)
  const address = page ? `hf://${page[1]}${page[2] ? `@${page[2]}` : ''}${page[3] ?? ''}` : typed
  if (/^http:/i.test(address)) return { problem: texts.onlyHttps }
  if (!/^(https|hf|gs|s3):\/\//i.test(address)) return { problem: texts.noAddress }
  try {
    const archive = archiveOfUrl(address)
    // Of an archive alone the address may have a query: a signature.
    const place = archive ? archive.archive.replace(/[?#].*$/s, '') : address
    const { base, name } = kNamed.test(place) ? namedAddress(place) : addressOf(place)
    return { source: new UrlSource(address, name || base.host, base.host) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/**
 * What a link to this page names.
 * @param {string} hash of its address
 * @returns {{ src: string, fingerprint: string }}
 */
export function readLink(hash) {
  const named = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'))
  return { src: named.get('src')?.trim() ?? '', fingerprint: named.get('fingerprint')?.trim() ?? '' }
}

/** @param {{ src?: string, fingerprint?: string }} named @returns {string} `#src=…&fingerprint=…`, or nothing */
export function linkTo(named) {
  const parts = Object.entries(named).filter(([, value]) => value)
  return parts.length > 0 ? `#${parts.map(([name, value]) => `${name}=${readable(value)}`).join('&')}` : ''
}

const readable = (/** @type {string} */ text) => encodeURIComponent(text).replaceAll(/%(3A|2F|40)/g, decodeURIComponent)
