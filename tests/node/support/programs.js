// Servers of others, as programs on this machine's loopback, ended with the test that started them.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { scratch } from './places.js'

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

/** Whether a program is there: nginx is for every run of the tests, the others for a campaign. */
const find = (/** @type {string} */ name) =>
  (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin')
    .map(place => join(place, name))
    .find(file => fs.existsSync(file))

/**
 * @param {import('node:test').TestContext} t
 * @param {string} root
 * @param {string} more of its configuration
 */
export async function nginxServer(t, root, more = '') {
  const program = find('nginx')
  if (!program) return undefined
  const [port, place] = [await freePort(), scratch(t)]
  const kTemporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  fs.writeFileSync(
    join(place, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${place}/pid; error_log ${place}/errors;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http { access_log off; ${kTemporary.map(name => `${name}_temp_path ${place}/${name};`).join(' ')}
server { listen 127.0.0.1:${port}; root ${root}; autoindex on; ${more} } }`,
  )
  return startServer(t, port, program, ['-p', place, '-e', join(place, 'errors'), '-c', join(place, 'nginx.conf')])
}

/** @param {import('node:test').TestContext} t @param {string} root */
export async function apacheServer(t, root) {
  const program = find('apache2')
  if (!program) return undefined
  const [port, place] = [await freePort(), scratch(t)]
  const modules = ['mpm_event', 'authz_core', 'dir', 'autoindex', 'mime']
  fs.writeFileSync(
    join(place, 'apache.conf'),
    `ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${place}/pid
ErrorLog ${place}/errors
${modules.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
DocumentRoot ${root}
<Directory />
Options +Indexes +FollowSymLinks
Require all granted
IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8
IndexIgnore .??* *~ *# RCS CVS *,v *,t
</Directory>
`,
  )
  return startServer(t, port, program, ['-X', '-f', join(place, 'apache.conf')])
}

/** @param {import('node:test').TestContext} t @param {string} root */
export async function caddyServer(t, root) {
  const program = find('caddy')
  if (!program) return undefined
  const port = await freePort()
  const args = ['file-server', '--root', root, '--listen', `127.0.0.1:${port}`, '--browse']
  return startServer(t, port, program, args, { env: { ...process.env, HOME: scratch(t) } })
}
