// Requests to where a server sends us on, in Node: never to an address of a private network, which the server could not
// reach itself. It is looked at where the connection is made: what a name stands for may change in between. A browser
// follows by itself and shows nothing of it.
import { StoreError } from './store.js'

const builtin = (/** @type {string} */ name) =>
  /** @type {any} */ (globalThis.process)?.getBuiltinModule?.(`node:${name}`)

// RFC 6890 and its registries: nothing there is the internet.
/** @type {[string, number, 'ipv4' | 'ipv6'][]} */
const kPrivate = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]
/** @type {any} */
let blocked

/** Whether an address belongs to a private network, to this machine, or to nobody. @param {string} address */
export function isPrivate(address) {
  const { BlockList, isIP } = builtin('net')
  if (!blocked) {
    blocked = new BlockList()
    for (const one of kPrivate) blocked.addSubnet(...one)
  }
  const plain = address.replace(/%.*$/, '')
  const kind = isIP(plain)
  if (kind === 0) return true
  if (kind === 4) return blocked.check(plain, 'ipv4')
  // The IPv4 address in one that is mapped (::ffff:0:0/96) or translated (64:ff9b::/96)
  const inside = /^\[(?:::ffff|64:ff9b:):(?:([0-9a-f]+):)?([0-9a-f]+)\]$/.exec(new URL(`http://[${plain}]`).hostname)
  if (!inside) return blocked.check(plain, 'ipv6')
  const [high, low] = [inside[1] ?? '0', inside[2]].map(hex => Number.parseInt(hex, 16))
  return blocked.check([high >> 8, high & 255, low >> 8, low & 255].join('.'), 'ipv4')
}

const hostOf = (/** @type {URL} */ url) => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** Whether the user's own server lies in a private network: then it may send on to one. */
async function isAtHome(/** @type {URL} */ base) {
  if (builtin('net').isIP(hostOf(base))) return isPrivate(hostOf(base))
  const found = await builtin('dns')
    .promises.lookup(hostOf(base), { all: true })
    .catch(() => [])
  return found.some((/** @type {{ address: string }} */ { address }) => isPrivate(address))
}

const refused = () =>
  new StoreError('unreadable', 'refused: the server sends on to an address of a private network, or of this machine')

export class OtherOrigins {
  #base
  /** @type {Map<string, any>} */
  #agents = new Map()
  /** @type {Promise<boolean> | undefined} */
  #atHome

  constructor(/** @type {URL} */ base) {
    this.#base = base
  }

  /**
   * @param {URL} to of another origin than the user's
   * @param {{ method: string, headers: Record<string, string>, signal: AbortSignal }} request
   * @returns {Promise<Response>}
   */
  async fetch(to, { method, headers, signal }) {
    if (to.protocol !== 'https:' && to.protocol !== 'http:')
      throw new StoreError('unreadable', `refused: the server sends on to an address of ${to.protocol}`)
    if (this.#base.protocol === 'https:' && to.protocol === 'http:')
      throw new StoreError('unreadable', 'refused: the server sends on from https to http')
    const http = builtin(to.protocol.slice(0, -1))
    if (!http) throw new StoreError('unreadable', 'refused: the server sends on to another one')
    this.#atHome ??= isAtHome(this.#base)
    const free = await this.#atHome
    if (!free && builtin('net').isIP(hostOf(to)) && isPrivate(hostOf(to))) throw refused()
    return new Promise((resolve, reject) => {
      const request = http.request(to, { method, headers, signal, agent: this.#agentFor(http, to.protocol, free) })
      request.on('error', (/** @type {any} */ error) => reject(signal.aborted ? signal.reason : error))
      request.on('response', (/** @type {any} */ message) => {
        try {
          resolve(responseOf(message, method))
        } catch (error) {
          reject(error)
        }
      })
      request.end()
    })
  }

  #agentFor(/** @type {any} */ http, /** @type {string} */ protocol, /** @type {boolean} */ free) {
    let agent = this.#agents.get(protocol)
    if (!agent)
      this.#agents.set(protocol, (agent = new http.Agent({ keepAlive: true, ...(!free && { lookup: publicLookup }) })))
    return agent
  }
}

/** As `dns.lookup`, for connections: a name that has a private address beside others is refused whole. */
function publicLookup(
  /** @type {string} */ name,
  /** @type {any} */ options,
  /** @type {(error: unknown, address?: any, family?: number) => void} */ give,
) {
  builtin('dns').lookup(name, { ...options, all: true }, (/** @type {unknown} */ error, /** @type {any[]} */ found) => {
    if (error) return give(error)
    if (found.length === 0 || found.some(({ address }) => isPrivate(address))) return give(refused())
    if (options.all) give(null, found)
    else give(null, found[0].address, found[0].family)
  })
}

/** @returns {Response} */
function responseOf(/** @type {any} */ message, /** @type {string} */ method) {
  const headers = new Headers()
  for (let n = 0; n + 1 < message.rawHeaders.length; n += 2) {
    try {
      headers.append(message.rawHeaders[n], message.rawHeaders[n + 1])
    } catch {} // none that we look at
  }
  const status = message.statusCode
  const isEmpty = method === 'HEAD' || [204, 205, 304].includes(status) || status < 200
  if (isEmpty) message.resume()
  else if (/\S/.test(headers.get('content-encoding') ?? '') && headers.get('content-encoding') !== 'identity') {
    message.destroy()
    throw new StoreError('unreadable', 'the server compresses the file, which it was asked not to')
  }
  const body = isEmpty ? null : builtin('stream').Readable.toWeb(message)
  return new Response(body, { status: status >= 200 && status <= 599 ? status : 502, headers })
}
