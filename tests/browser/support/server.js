// A static server that sends no policy of its own and remembers what it was asked for.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/**
 * @param {Record<string, string>} mounts directory by path prefix, such as `/some/where/`
 * @returns {Promise<{origin: string, requests: string[], close: () => Promise<void>}>}
 */
export async function serve(mounts) {
  const requests = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    requests.push(request.url)
    const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' }
    const mount = Object.keys(mounts).find(prefix => pathname.startsWith(prefix))
    try {
      const path = normalize(pathname.slice(mount.length) || 'index.html')
      const body = await readFile(join(mounts[mount], path.endsWith('/') ? `${path}index.html` : path))
      response.writeHead(200, { ...headers, 'content-type': types[/\.\w+$/.exec(path)?.[0]] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404, headers).end()
    }
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () => new Promise(resolve => {
      server.closeAllConnections()
      server.close(resolve)
    }),
  }
}
