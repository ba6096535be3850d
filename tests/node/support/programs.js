// Servers of others, as programs on this machine's loopback, ended with the test that started them.
import { spawn } from 'node:child_process'
import net from 'node:net'

/** A port that is free now. */
export async function freePort() {
  const server = net.createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  await new Promise(resolve => server.close(resolve))
  return port
}

/**
 * Starts a program and waits until it listens.
 * @param {import('node:test').TestContext} t
 * @param {number} port
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export async function startServer(t, port, program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'ignore', ...options })
  let ended = ''
  child.on('error', error => (ended = error.message))
  child.on('exit', code => (ended = `it ended with ${code}`))
  t.after(() => child.kill('SIGKILL'))
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    if (ended) throw new Error(`${program}: ${ended}`)
    if (await listens(port)) return `http://127.0.0.1:${port}/`
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`${program} does not listen`)
}

const listens = (/** @type {number} */ port) =>
  new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** Python's own server, which knows no ranges. @param {import('node:test').TestContext} t @param {string} root */
export async function pythonServer(t, root) {
  const port = await freePort()
  const args = ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', root]
  return startServer(t, port, 'python3', args)
}
