// What goes wrong before or beside the checkpoint: a directory with every thing that is not what it should be, and
// servers that do not answer as they should. tests/node/broken_inputs.test.js has the table.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bin, fixtures } from './places.js'

/** @param {string} root an empty directory; everything in it has a name without a machine's path */
export function makeBroken(root) {
  const at = (/** @type {string} */ name) => join(root, name)
  const copy = (/** @type {string} */ from, /** @type {string} */ to) =>
    fs.cpSync(join(fixtures, from), at(to), { recursive: true })
  const write = (/** @type {Record<string, string | Uint8Array>} */ files) => {
    for (const [name, content] of Object.entries(files)) fs.writeFileSync(at(name), content)
  }
  for (const name of ['empty', 'weights', 'photos', 'closed'].map(at)) fs.mkdirSync(name)
  copy('seed000/artifacts/baseline_ckpt', 'ckpt')
  copy('seed000/artifacts/tampered_ckpt', 'other')
  copy('manager/zarr2_items/ckpt', 'run')
  for (const n of [1, 2]) {
    copy('seed000/artifacts/baseline_ckpt', `models/model_${n}`)
    fs.rmSync(at(`models/model_${n}/_CHECKPOINT_METADATA`)) // which would say that it is a step
  }
  for (const name of ['unreadable', 'torn', 'half.orbax-checkpoint-tmp-7'])
    copy('seed000/artifacts/baseline_ckpt', name)
  fs.truncateSync(at('torn/manifest.ocdbt'), 20)
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  const safetensors = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(header), 0, 0, 0, 0])
  write({
    'notes.txt': 'Learning rate 1e-4, 300 steps.\n',
    'model.safetensors': safetensors,
    'weights/model.safetensors': safetensors,
    'weights/config.json': '{}\n',
    'model.pt': Uint8Array.from([0x50, 0x4b, 3, 4, ...new Uint8Array(60)]),
    'model.tar': new Uint8Array(1024),
    'photos/1.jpg': Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]),
    'empty.json': '',
    'text.json': 'Learning rate 1e-4, 300 steps.\n',
    'picture.json': Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    'next.json': '{"leafsum":2,"items":{}}',
    'report.json': '{"leafsum_report":1,"command":"check","verdict":"SOUND"}',
  })
  for (const [source, lockfile] of [
    ['ckpt', 'ckpt.leafsum.json'],
    ['other', 'other.leafsum.json'],
    ['run', 'run.leafsum.json'],
  ])
    execFileSync(process.execPath, [bin, 'lock', source, '-q', '-o', lockfile], { cwd: root })
  const lockfile = fs.readFileSync(at('ckpt.leafsum.json'), 'utf8')
  write({
    'torn.json': lockfile.slice(0, -40),
    'edited.json': lockfile.replace('"shape":[4]', '"shape":[2,2]'),
    'ckpt/own.leafsum.json': lockfile,
    'locked.json': lockfile,
  })
  fs.symlinkSync('circle', at('circle'))
  execFileSync('mkfifo', [at('pipe')])
  fs.mkdirSync(at('fixed'))
  fs.copyFileSync(at('run.leafsum.json'), at('fixed/run.json'))
  fs.chmodSync(at('fixed'), 0o555)
  for (const name of ['closed', 'unreadable/manifest.ocdbt', 'locked.json']) fs.chmodSync(at(name), 0)
}

/** A server for each way not to answer. @param {import('node:test').TestContext} t */
export async function serveBroken(t) {
  const ways = /** @type {Record<string, (response: http.ServerResponse) => void>} */ ({
    'not-found': response => response.writeHead(404).end('not here'),
    forbidden: response => response.writeHead(403).end(),
    broken: response => response.writeHead(500).end(),
    resets: response => response.destroy(),
    // What a site of one page answers, whatever it is asked for
    'one-page': response => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Welcome'),
    circle: response => response.writeHead(302, { location: '/circle/again' }).end(),
  })
  const server = http.createServer((request, response) => ways[(request.url ?? '').split('/')[1]](response))
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

/** A user without root's privileges may not read what nobody may. */
const kPlainUser = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : []

/**
 * The program, by such a user.
 * @param {string[]} args
 * @param {{ cwd: string, stdout?: number, deaf?: boolean, script?: string }} how  deaf: nobody reads its output
 * @returns {Promise<{ status: number, stdout: string, stderr: string }>}
 */
export function run(args, { cwd, stdout, deaf, script = bin }) {
  const { NO_COLOR, FORCE_COLOR, ...env } = process.env
  const [program, ...rest] = [...kPlainUser, process.execPath, script, ...args]
  const child = spawn(program, rest, { cwd, env, stdio: ['ignore', stdout ?? 'pipe', 'pipe'] })
  if (deaf) child.stdout?.destroy()
  const told = { stdout: '', stderr: '' }
  for (const name of /** @type {('stdout' | 'stderr')[]} */ (['stdout', 'stderr']))
    child[name]?.setEncoding('utf8').on('data', text => (told[name] += text))
  return new Promise(resolve => child.on('close', status => resolve({ status: status ?? -1, ...told })))
}

/**
 * Many runs of the program in one process, which is soon done: their exit codes and what they wrote.
 * @param {string[][]} lines @param {string} cwd
 * @returns {Promise<{ status: number, stdout: string, stderr: string }[]>}
 */
export async function runMany(lines, cwd) {
  const script = fileURLToPath(new URL('many_runs.mjs', import.meta.url))
  const { status, stdout, stderr } = await run([JSON.stringify(lines)], { cwd, script })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
