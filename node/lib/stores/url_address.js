// What the address of a checkpoint may be, looked at before anything is asked.
import { LeafsumError } from '../errors.js'
import { placesOfUrl } from './places.js'

/**
 * @typedef {{ headers?: Record<string, string>, timeout?: number, absent?: number | number[] }} UrlOptions
 * @typedef {ReturnType<typeof addressOf>} Address
 *
 * @param {string | URL} url http or https
 * @param {UrlOptions} [options]
 */
export function addressOf(url, options) {
  let base
  try {
    base = new URL(url)
  } catch {
    throw new LeafsumError('usage', `${url}: not a URL`)
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw new LeafsumError('usage', `${base.protocol} is not possible: http and https are`)
  // fetch has no use for them.
  if (base.username || base.password)
    throw new LeafsumError(
      'usage',
      "a URL with a user's name or password is not possible: send them in a header (Authorization)",
    )
  if (base.search || base.hash)
    throw new LeafsumError(
      'usage',
      'a URL of a directory has neither ? nor #: of an archive, and of the list of a bucket, it may have',
    )
  try {
    new Headers(options?.headers)
  } catch {
    throw new LeafsumError('usage', 'headers: a name or a value has a character that none can have')
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const absent = options?.absent === undefined ? [] : [options.absent].flat()
  const wrong = absent.find(status => !canBeAbsent(status))
  if (wrong !== undefined)
    throw new LeafsumError('usage', `absent: ${wrong}: a status from 400 to 499 is wanted, neither 416 nor 429`)
  return {
    base,
    /** @type {UrlOptions & { absent: number[], file?: URL }}  file: the only one there is */
    options: { ...options, absent },
    name: decoded(base.pathname.split('/').at(-2) ?? ''),
    places: () => placesOfUrl(base),
    hubDirectory: /** @type {string | undefined} */ (undefined),
    lister: /** @type {import('./server_listing.js').Lister | undefined} */ (undefined),
  }
}

/** Successes are files; 416, 429 and failures of the server say something else, which has its own answer. */
const canBeAbsent = (/** @type {number} */ status) =>
  Number.isInteger(status) && status >= 400 && status < 500 && status !== 416 && status !== 429

function decoded(/** @type {string} */ text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a "%" that begins no escape, which servers take as it is
  }
}
