// What the checks of this folder share: the files that git knows, and how a problem is said.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Files of ours by git's patterns, new ones too; fixtures are data. @param {string[]} patterns */
export function tracked(...patterns) {
  const options = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...patterns,
    ':!tests/fixtures',
  ]
  const files = execFileSync('git', options, { encoding: 'utf8', maxBuffer: 64 << 20 }).split('\0')
  return [...new Set(files)].filter(file => file && existsSync(file)).sort()
}

/** Problems as compilers say them, so that an editor finds the place; the process ends with 1 if there is one. */
export class Problems {
  #count = 0

  /** @param {string} file @param {number} line @param {string} text */
  add(file, line, text) {
    this.#count += 1
    console.error(`${file}:${line}: ${text}`)
  }

  end() {
    process.exitCode = this.#count > 0 ? 1 : 0
  }
}
