// What servers, hubs and buckets list, changed at random by a seed: whatever comes of it, every path lies below the
// source, and nothing is thrown but a refusal.
import { LeafsumError } from '../../../node/lib/errors.js'
import { parseHubTree } from '../../../node/lib/commands/hub_tree.js'
import { indexOf } from '../../../node/lib/stores/index_pages.js'
import { openNamed } from '../../../node/lib/stores/named_listing.js'
import { bucketOfUrl } from '../../../node/lib/stores/named.js'
import { serverListing } from '../../../node/lib/stores/server_listing.js'
import { StoreError } from '../../../node/lib/stores/store.js'

const url = new URL('http://host/run/')
const sha = '0123abcd'.repeat(8)
const oid = sha.slice(0, 40)

/** @type {Record<string, { seeds: string[], parse: (text: string) => any }>} parse: gives [path, size, kind] rows */
export const kParsers = {
  'an index page': {
    seeds: [
      '<html><head><title>Index of /run/</title></head><body><hr><pre><a href="../">../</a>\n<a href="d/">d/</a>  01-Jan-2026 00:00   -\n<a href="a%20b">a b</a>  01-Jan-2026 00:00   12\n</pre></body></html>',
      '<title>Index of /run</title><table><tr><td><a href="?C=N;O=D">Name</a></td></tr><tr><td><a href="/run/a&amp;b">a&amp;b</a></td><td>1.2K</td></tr></table>',
      '<title>Directory listing for /run/</title><ul><li><a href="http://host/run/x">x</a></li><li><a href="./y/">y/</a></li></ul>',
      '[{"name":"a","size":1,"is_dir":false,"is_symlink":false},{"name":"d/","size":0,"is_dir":true}]',
      '[{"name":"a","type":"file","size":3},{"name":"d","type":"directory"}]',
    ],
    parse: text =>
      (indexOf(text, url)?.entries ?? []).map(({ name, size = 0, isDirectory }) => [
        name,
        size,
        isDirectory ? 'd' : 'f',
      ]),
  },
  'a list of ours': {
    seeds: [
      '{"files":[{"path":"a","size":1,"kind":"file"},{"path":"d/e","size":0,"kind":"directory"},{"path":"l","size":0,"kind":"symlink"}]}',
    ],
    parse: text =>
      serverListing({
        base: url,
        requests: answering(at => (at.href.endsWith('index.json') ? text : '')),
        size: async () => 0,
      }),
  },
  'a list of a bucket': {
    seeds: [
      '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Contents><Key>run/a&amp;b</Key><Size>1</Size></Contents><Contents><Key>run/d/</Key><Size>0</Size></Contents></ListBucketResult>',
      '<ListBucketResult><Contents><Key>run/x&#46;y</Key><Size>7</Size></Contents><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>',
    ],
    parse: async text => {
      const named = bucketOfUrl('https://host/bucket/?list-type=2&prefix=run/')
      const { lister } = await openNamed(/** @type {any} */ (named), {})
      return lister?.({ base: url, requests: answering(() => text), size: async () => 0 })
    },
  },
  "a hub's tree": {
    seeds: [
      `[{"type":"file","path":"a","size":1,"oid":"${oid}"},{"type":"directory","path":"d","oid":"${oid}"},{"type":"file","path":"d/e","size":2,"oid":"${oid}","lfs":{"oid":"${sha}","size":2,"pointerSize":130},"xetHash":"${sha}"}]`,
    ],
    parse: text => [...parseHubTree(Buffer.from(text)).keys()].map(path => [path, 0, 'f']),
  },
}

/** Requests of which each is answered by this. @returns {any} */
const answering = (/** @type {(url: URL) => string} */ text) => ({
  whole: (/** @type {string | URL} */ at, /** @type {any} */ _, /** @type {(response: Response) => any} */ use) =>
    use(new Response(text(new URL(String(at), url)))),
})

const kPieces = [
  '../',
  '..',
  '/',
  '\\',
  '%2f',
  '%2e%2e',
  '%00',
  '\0',
  '&#46;',
  '&#x2f;',
  '&lt;',
  '"',
  "'",
  '<',
  '>',
  '?',
  '#',
  ':',
  '//',
  'http://evil/',
  'null',
  '-1',
  '1e99',
  '{',
  '}',
  '[',
  ']',
  ',',
  '<a ',
  'href="',
  '<Key>',
  '</Key>',
  '<Contents>',
  '</Contents>',
  '<Size>',
  '9'.repeat(20),
  '\ud800',
  '\u202e',
  '\ufeff',
  'constructor',
  '__proto__',
  '"path":',
  '"name":',
]

/** xorshift32: a number below n. */
export function randomOf(/** @type {number} */ seed) {
  let state = (seed + 1) * 0x9e3779b1 || 1
  return (/** @type {number} */ n) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % n
  }
}

/** @param {string} text @param {(n: number) => number} below */
export function mutated(text, below) {
  let out = text
  for (let n = 1 + below(6); n > 0; n--) {
    const at = below(out.length + 1)
    const length = below(Math.min(40, out.length - at + 1))
    const piece = kPieces[below(kPieces.length)]
    const from = below(out.length + 1)
    const how = below(5)
    if (how === 0) out = out.slice(0, at) + piece + out.slice(at)
    else if (how === 1) out = out.slice(0, at) + out.slice(at + length)
    else if (how === 2) out = out.slice(0, at) + out.slice(from, from + length) + out.slice(at)
    else if (how === 3) out = out.slice(0, at) + piece + out.slice(at + length)
    else out = out.slice(0, at) + String.fromCharCode(below(256)) + out.slice(at + 1)
  }
  return out
}

/**
 * @param {string} name  of a parser
 * @param {number} seed
 * @returns {Promise<'listed' | 'refused'>}
 */
export async function fuzzOnce(name, seed) {
  const { seeds, parse } = kParsers[name]
  const below = randomOf(seed)
  const text = mutated(seeds[below(seeds.length)], below)
  const tell = (/** @type {unknown} */ what) => new Error(`${name}, seed ${seed}: ${what}: ${JSON.stringify(text)}`)
  let rows
  try {
    rows = (await parse(text)) ?? []
  } catch (error) {
    if (error instanceof StoreError || error instanceof LeafsumError) return 'refused'
    throw tell(/** @type {Error} */ (error).stack)
  }
  const seen = new Set()
  for (const [path, size, kind] of rows) {
    const parts = String(path).split('/')
    if (
      typeof path !== 'string' ||
      parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0'))
    )
      throw tell(`the path ${JSON.stringify(path)}`)
    if (!Number.isSafeInteger(size) || size < 0) throw tell(`the size ${size}`)
    if (!['f', 'd', 'l'].includes(kind)) throw tell(`the kind ${kind}`)
    if (seen.has(path) && name !== 'an index page') throw tell(`${path} twice`)
    seen.add(path)
  }
  return 'listed'
}
