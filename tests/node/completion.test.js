// What shells complete and man shows, from the table of commands: every command and option, and the shells read it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { kCommands } from '../../node/lib/cli/command_table.js'
import { completionFor, kShells } from '../../node/lib/cli/completion.js'
import { manPage } from '../../node/lib/cli/man.js'
import { scratch } from './support/places.js'

const have = (/** @type {string} */ program) => spawnSync(program, ['--version']).error === undefined

test('every command and every option is in each of them', () => {
  for (const text of [...kShells.map(completionFor), manPage('1.2.3')])
    for (const [command, { options }] of Object.entries(kCommands)) {
      const plain = text.replaceAll('\\-', '-')
      assert.ok(plain.includes(command), command)
      for (const option of options) assert.ok(plain.includes(option), `${command} --${option}`)
    }
})

test('the shells that are here read it', t => {
  const directory = scratch(t)
  let read = 0
  for (const shell of kShells.filter(have)) {
    const file = join(directory, shell)
    fs.writeFileSync(file, completionFor(shell))
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    read++
  }
  assert.ok(read > 0)
})

test('bash completes commands, options of the command, values and files', { skip: !have('bash') && 'no bash' }, t => {
  const directory = scratch(t)
  fs.writeFileSync(join(directory, 'leafsum.bash'), completionFor('bash'))
  fs.mkdirSync(join(directory, 'weights'))
  const complete = (/** @type {string[]} */ ...words) => {
    const script = `. ./leafsum.bash
COMP_WORDS=(leafsum ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; COMPREPLY=()
_leafsum; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['--norc', '-c', script], { cwd: directory, encoding: 'utf8' })
    return stdout.trim().split('\n')
  }
  assert.deepEqual(complete('ver'), ['verify', 'verify-blob', 'version'])
  assert.deepEqual(complete('verify', '--allow-e'), ['--allow-extra'])
  assert.deepEqual(complete('ls', '--val'), [''])
  assert.deepEqual(complete('verify', 'wei'), ['weights'])
  assert.deepEqual(complete('verify', 'weights', '--lock', 'wei'), ['weights'])
  assert.deepEqual(complete('verify', 'weights', '--format', 'sa'), ['sarif'])
  assert.deepEqual(complete('verify', 'weights', '--color', '=', 'al'), ['always'])
  assert.deepEqual(complete('completion', 'z'), ['zsh'])
})

test('the manual page has no line that roff takes for a request', () => {
  for (const line of manPage('1.2.3').split('\n')) if (/^[.']/.test(line)) assert.match(line, /^\.(TH|SH|SS|TP|B)( |$)/)
})
