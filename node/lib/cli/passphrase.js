// A passphrase: from the environment, or from the terminal without an echo. It is told nobody.
import fs from 'node:fs'
import { LeafsumError } from '../errors.js'

const kVariable = 'LEAFSUM_PASSPHRASE'

/** @param {NodeJS.Process} process @param {string} what  to be opened or made */
export async function passphraseFor(process, what) {
  const given = process.env[kVariable]
  if (given !== undefined) return given
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY)
    throw new LeafsumError('usage', `${what} needs a passphrase: there is no terminal to ask at, so set ${kVariable}`)
  stderr.write(`passphrase for ${what}: `)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  try {
    return await typed(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

/** @param {NodeJS.ReadStream} stdin @returns {Promise<string>} */
function typed(stdin) {
  return new Promise((resolve, reject) => {
    let text = ''
    const onData = (/** @type {string} */ keys) => {
      for (const key of keys) {
        if (key === '\r' || key === '\n' || key === '\u0004') return end(() => resolve(text))
        if (key === '\u0003') return end(() => reject(new LeafsumError('usage', 'no passphrase was given')))
        text = key === '\u007f' || key === '\b' ? [...text].slice(0, -1).join('') : text + key
      }
    }
    const end = (/** @type {() => void} */ then) => {
      stdin.off('data', onData)
      then()
    }
    stdin.on('data', onData)
  })
}

/** A key of the user's: small, and no directory. @param {string} file */
export function readKey(file) {
  try {
    const stat = fs.statSync(file)
    if (!stat.isFile()) throw new LeafsumError('usage', `cannot read the key ${file}: it is not a file`)
    if (stat.size > 65536) throw new LeafsumError('usage', `cannot read the key ${file}: it is too large for a key`)
    return new Uint8Array(fs.readFileSync(file))
  } catch (error) {
    if (error instanceof LeafsumError) throw error
    throw new LeafsumError('usage', `cannot read the key ${file}: ${/** @type {any} */ (error)?.code ?? error}`)
  }
}
