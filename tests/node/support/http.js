// A web server on this machine over a directory: ranges, HEAD, tags; what it was asked is kept.
import fs from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 *
 * @param {import('node:test').TestContext} t
 * @param {string} root
 * @param {(request: Request, response: Response) => boolean} [first] answers in place of the server where it returns
 * true
 */
export async function serve(t, root, first = () => false) {
  /** @type {{ method?: string, url?: string, headers: http.IncomingHttpHeaders }[]} */
  const asked = []
  const server = http.createServer((request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers })
    if (!first(request, response)) answer(root, request, response)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return { url: `http://127.0.0.1:${port}/`, asked }
}

function answer(/** @type {string} */ root, /** @type {Request} */ request, /** @type {Response} */ response) {
  const name = decodeURIComponent(request.url ?? '/')
  const file = join(root, name)
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat?.isDirectory() && !name.endsWith('/'))
    return void response.writeHead(301, { location: `${request.url}/` }).end()
  if (stat?.isDirectory())
    return void response.writeHead(200, { 'content-type': 'text/html' }).end('<ul>a listing for people</ul>')
  if (!stat) return void response.writeHead(404).end('not here')
  const bytes = fs.readFileSync(file)
  const headers = { etag: `"${stat.mtimeMs}-${stat.size}"`, 'accept-ranges': 'bytes' }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  if (!range)
    return void response
      .writeHead(200, { ...headers, 'content-length': bytes.length })
      .end(request.method === 'HEAD' ? undefined : bytes)
  const begin = Number(range[1])
  const end = Math.min(Number(range[2]) + 1, bytes.length)
  if (begin >= bytes.length) return void response.writeHead(416, headers).end()
  response.writeHead(206, {
    ...headers,
    'content-length': end - begin,
    'content-range': `bytes ${begin}-${end - 1}/${bytes.length}`,
  })
  response.end(bytes.subarray(begin, end))
}
