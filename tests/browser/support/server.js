// A static server that sends no policy of its own and remembers what it was asked for.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/**
 * @param {Record<string, string | {every: string}>} mounts by path prefix, such as `/some/where/`, the longest that
 * fits counts:
 *   a directory, or one file that is the answer to everything below
 * @returns {Promise<{origin: string, requests: string[], close: () => Promise<void>}>}
 */
export async function serve(mounts) {
  const requests = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    requests.push(request.url)
    const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' }
    const mount = Object.keys(mounts)
      .filter(prefix => pathname.startsWith(prefix))
      .sort((a, b) => b.length - a.length)[0]
    try {
      const { every } = mounts[mount]
      if (every) {
        // An EventSource wants its own type; everything else takes a script.
        const type = request.headers.accept === 'text/event-stream' ? 'text/event-stream' : types['.js']
        response.writeHead(200, { ...headers, 'content-type': type }).end(await readFile(every))
        return
      }
      const path = normalize(pathname.slice(mount.length) || 'index.html')
      const body = await readFile(join(mounts[mount], path.endsWith('/') ? `${path}index.html` : path))
      response
        .writeHead(200, { ...headers, 'content-type': types[/\.\w+$/.exec(path)?.[0]] ?? 'application/octet-stream' })
        .end(body)
    } catch {
      response.writeHead(404, headers).end()
    }
  })
  // WebSockets: the handshake is answered, no more.
  server.on('upgrade', (request, socket) => {
    requests.push(request.url)
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
