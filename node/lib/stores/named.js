// Addresses of hubs and buckets: hf://org/repo[@revision]/path, gs://bucket/path, s3://bucket/path.
import { LeafsumError } from '../errors.js'
import { placesOfUrl } from './places.js'

export const kNamed = /^(hf|gs|s3):\/\//i

/**
 * @typedef {object} Named
 * @property {string} name  last component
 * @property {URL} base  where its files lie, without the revision's digest
 * @property {() => import('./places.js').Places} places
 * @property {{ prefix: string, root: URL, query?: [string, string][] } | undefined} bucket  query: of requests for its
 *   list alone
 * @property {{ kind: string, repository: string, revision: string, path: string, endpoint: URL } | undefined} hub
 *
 * @param {string} text
 * @param {Record<string, string | undefined>} [environment]
 * @returns {Named}
 */
export function namedAddress(text, environment = globalThis.process?.env ?? {}) {
  const [, scheme, rest] = /^([a-z0-9]+):\/\/([^?#]*)$/i.exec(text) ?? []
  const parts = (rest ?? '').replace(/\/+$/, '').split('/')
  if (!scheme || parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0')))
    throw usage(text, 'it has an empty part, or ?, #, . or .. in it')
  return scheme.toLowerCase() === 'hf' ? hub(text, parts, environment) : bucket(text, parts, scheme, environment)
}

const usage = (/** @type {string} */ text, /** @type {string} */ why) =>
  new LeafsumError('usage', `${JSON.stringify(text)} is no address of a hub or a bucket: ${why}`)

const joined = (/** @type {string[]} */ parts) => parts.map(part => `${encodeURIComponent(part)}/`).join('')

/** @param {string} text @param {string | undefined} given @param {string} normal */
function endpointOf(text, given, normal) {
  try {
    return new URL(`${(given || normal).replace(/\/+$/, '')}/`)
  } catch {
    throw usage(text, `${given} is not a URL: look at the environment`)
  }
}

/** @returns {Named} */
function hub(
  /** @type {string} */ text,
  /** @type {string[]} */ parts,
  /** @type {Record<string, string | undefined>} */ env,
) {
  const kinds = ['models', 'datasets', 'spaces']
  const kind = kinds.includes(parts[0]) ? /** @type {string} */ (parts.shift()) : 'models'
  const [owner, named = '', ...more] = parts
  const at = named.indexOf('@')
  let revision = at < 0 ? 'main' : decodeURIComponent(named.slice(at + 1))
  // Revisions of the hub itself have slashes: refs/pr/1, refs/convert/parquet.
  if (revision === 'refs' && more.length >= 2) revision = ['refs', ...more.splice(0, 2)].join('/')
  const name = at < 0 ? named : named.slice(0, at)
  if (!owner || !name || !revision) throw usage(text, 'hf://OWNER/REPOSITORY[@REVISION][/PATH] is wanted')
  const repository = `${owner}/${name}`
  const endpoint = endpointOf(text, env.HF_ENDPOINT, 'https://huggingface.co')
  const front = kind === 'models' ? [] : [kind]
  const base = new URL(joined([...front, owner, name, 'resolve', revision, ...more]), endpoint)
  const path = more.join('/')
  return {
    name: more.at(-1) ?? name,
    base,
    places: () => placesOfUrl(base),
    hub: { kind, repository, revision, path, endpoint },
    bucket: undefined,
  }
}

/** @returns {Named} */
function bucket(
  /** @type {string} */ text,
  /** @type {string[]} */ parts,
  /** @type {string} */ scheme,
  /** @type {Record<string, string | undefined>} */ env,
) {
  const [name, ...more] = parts
  if (!/^[a-z0-9][a-z0-9._-]{1,221}$/i.test(name)) throw usage(text, `${scheme}://BUCKET[/PATH] is wanted`)
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION
  const amazon = `s3${region ? `.${region}` : ''}.amazonaws.com`
  const given = scheme.toLowerCase() === 's3' ? env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL : undefined
  const google = 'https://storage.googleapis.com'
  // A certificate of *.s3.amazonaws.com holds for names without dots.
  const isVirtual = scheme.toLowerCase() === 's3' && !given && !name.includes('.')
  const endpoint = endpointOf(text, given, scheme.toLowerCase() === 'gs' ? google : `https://${amazon}`)
  const root = isVirtual ? new URL(`https://${name}.${amazon}/`) : new URL(joined([name]), endpoint)
  const base = new URL(joined(more), root)
  const prefix = more.map(part => `${part}/`).join('')
  // One bucket has several addresses.
  const others = [new URL(joined(parts), endpoint)]
  if (URL.canParse(`https://${name}.${endpoint.host}/`))
    others.push(new URL(joined(more), `https://${name}.${endpoint.host}/`))
  return {
    name: more.at(-1) ?? name,
    base,
    places: () => {
      const all = [base, ...others].map(placesOfUrl)
      return { own: all.flatMap(({ own }) => own), around: all.flatMap(({ around }) => around) }
    },
    bucket: { prefix, root },
    hub: undefined,
  }
}

const kAmazon = /^(?:.+\.)?s3(?:[.-](?!website)[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/i
const kPathStyle = /^(?:s3[.-]|storage\.googleapis\.com$)/i
const kGoogle = /^(?:.+\.)?storage\.googleapis\.com$/i
const kOfPages = ['list-type', 'prefix', 'continuation-token', 'start-after', 'delimiter', 'max-keys', 'encoding-type']

/**
 * A bucket by its own address: of Amazon or Google, or any by a request for its list (`?list-type=2&prefix=run/`),
 * which may be signed.
 * @param {string} text
 * @returns {Named | undefined} nothing where it is another server's
 */
export function bucketOfUrl(text) {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return undefined
  const { host, hostname, origin, pathname, searchParams } = new URL(text)
  const isAsked = searchParams.has('list-type') || searchParams.has('prefix')
  if (!isAsked && (searchParams.size > 0 || !(kAmazon.test(hostname) || kGoogle.test(hostname)))) return undefined
  const asked = (searchParams.get('prefix') ?? '').split('/')
  /** @type {string[]} */
  let parts
  try {
    parts = (isAsked ? asked : pathname.split('/').map(decodeURIComponent)).filter(Boolean)
  } catch {
    return undefined
  }
  if (parts.some(part => part === '.' || part === '..' || part.includes('\0')))
    throw new LeafsumError('usage', `${origin}: the prefix has an empty part, or . or .. in it`)
  const place = isAsked
    ? pathname.replace(/\/*$/, '/')
    : kPathStyle.test(hostname)
      ? `/${joined(parts.splice(0, 1))}`
      : '/'
  if (place === '/' && kPathStyle.test(hostname)) return undefined // of no bucket
  const root = new URL(place, origin)
  const base = new URL(joined(parts), root)
  return {
    name: parts.at(-1) ?? (place.split('/').at(-2) || host),
    base,
    places: () => placesOfUrl(base),
    bucket: {
      prefix: parts.map(part => `${part}/`).join(''),
      root,
      query: [...searchParams].filter(([name]) => !kOfPages.includes(name)),
    },
    hub: undefined,
  }
}

/** What an address of a hub or a bucket stands for; nothing for a web server's. */
export const namedBy = (/** @type {string} */ text) => (kNamed.test(text) ? namedAddress(text) : bucketOfUrl(text))
