import { spawn, spawnSync } from 'node:child_process'
import { bin } from './places.js'
import { assertValidOutput } from './schema.js'

const { NO_COLOR, FORCE_COLOR, ...env } = process.env

/**
 * Runs the real program. What it puts out as JSON is held against the published schemas, whatever the test is about.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, input?: string }} [options]
 */
export function cli(args, options = {}) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    ...options,
    env: { ...env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assertValidOutput(args, stdout)
  return { status, signal, stdout, stderr }
}

/** @param {string[]} args @param {Record<string, string>} [more] of the environment */
export function start(args, more = {}) {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
  const done = new Promise(resolve => child.on('close', (status, signal) => resolve({ status, signal })))
  return { child, done }
}

/**
 * Under a terminal of its own (script(1) of util-linux), where there is one.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 */
export function cliOnTerminal(args, options = {}) {
  const quote = (/** @type {string} */ word) => `'${word.replaceAll("'", "'\\''")}'`
  const command = [process.execPath, bin, ...args].map(quote).join(' ')
  const { status, stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], {
    ...options,
    env: { ...env, TERM: 'xterm', ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return { missing: /** @type {any} */ (error)?.code === 'ENOENT', status, output: stdout }
}
