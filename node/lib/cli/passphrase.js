// A passphrase: from the environment, or from the terminal without an echo. It is told nobody.
import fs from 'node:fs'
import { LeafsumError } from '../errors.js'

const kVariable = 'LEAFSUM_PASSPHRASE'

/** Of a key that is there. @param {NodeJS.Process} process @param {string} what  to be opened */
export const passphraseFor = async (process, what) =>
  process.env[kVariable] ?? (await answersTo(process, what, [`passphrase for ${what}: `]))[0]

/** Of a key that is made: nobody sees a slip of the finger, so it is asked for twice. */
export async function newPassphraseFor(/** @type {NodeJS.Process} */ process, /** @type {string} */ what) {
  const given = process.env[kVariable]
  const prompts = [`passphrase for ${what}: `, 'the same again: ']
  const [first, again] = given === undefined ? await answersTo(process, what, prompts) : [given, given]
  if (first === '')
    throw new LeafsumError('usage', `an empty passphrase protects nothing: without --encrypt ${what} has none`)
  if (first !== again) throw new LeafsumError('usage', 'the two passphrases differ: nothing is written')
  return first
}

/** @param {NodeJS.Process} process @param {string} what @param {string[]} prompts */
async function answersTo(process, what, prompts) {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY)
    throw new LeafsumError('usage', `${what} needs a passphrase: there is no terminal to ask at, so set ${kVariable}`)
  // Before the prompt: what is typed as soon as it is seen has no echo either.
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  const answers = []
  let ahead = ''
  try {
    for (const prompt of prompts) {
      stderr.write(prompt)
      const { text, rest } = await typed(process, ahead)
      answers.push(text)
      ahead = rest
      stderr.write('\r\n')
    }
    return answers
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    if (answers.length < prompts.length) stderr.write('\n')
  }
}

/**
 * One line; `rest` was typed behind it.
 * @param {NodeJS.Process} process
 * @param {string} ahead  typed already
 * @returns {Promise<{ text: string, rest: string }>}
 */
function typed(process, ahead) {
  const { stdin } = process
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (/** @type {() => void} */ then) => {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
      then()
    }
    const onEnd = () => end(() => reject(new LeafsumError('usage', 'no passphrase was given')))
    const onData = (/** @type {string} */ keys) => {
      for (const [at, key] of [...keys].entries()) {
        if (key === '\r' || key === '\n' || key === '\u0004')
          return end(() => resolve({ text, rest: [...keys].slice(at + 1).join('') }))
        if (key === '\u0003') {
          process.emit('SIGINT') // which a raw terminal does not send
          return onEnd()
        }
        text = key === '\u007f' || key === '\b' ? [...text].slice(0, -1).join('') : text + key
      }
    }
    stdin.on('data', onData)
    stdin.on('end', onEnd)
    if (ahead) onData(ahead)
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
