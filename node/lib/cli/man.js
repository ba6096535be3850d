// The manual page in roff, from the table of commands and options alone.
import { operandsText } from './args.js'
import { groupsOf, optionRow } from './help.js'
import { kCommands } from './command_table.js'

/** @param {string} version of the package */
export function manPage(version) {
  const lines = [
    `.TH LEAFSUM 1 "" ${word(`leafsum ${version}`)} ${word('User Commands')}`,
    '.SH NAME',
    roff('leafsum - locks and verifies JAX/Orbax checkpoints, leaf by leaf'),
    '.SH SYNOPSIS',
    '.B leafsum',
    roff('COMMAND SRC [options]'),
    '.SH DESCRIPTION',
    roff(
      'SRC is a checkpoint, a step, or a root of steps, whose newest step is read: a directory, a Flax file, or the http(s) URL of one. What is read is never changed.',
    ),
  ]
  for (const [name, spec] of Object.entries(kCommands)) {
    lines.push(`.SH ${word(`${name} ${operandsText(spec)}`.trimEnd())}`, roff(`${spec.help}.`))
    for (const [title, options] of groupsOf(name)) {
      // What all commands share is told once, with the first.
      if (title === 'output' && name !== 'lock') continue
      lines.push(`.SS ${word(title)}`)
      for (const option of options) {
        const [form, does] = optionRow(option)
        lines.push('.TP', `.B ${roff(form.trim())}`, roff(does))
      }
    }
    lines.push(`.SS ${word('examples')}`)
    for (const [typed, does] of spec.examples) lines.push('.TP', `.B ${roff(typed)}`, roff(does))
    lines.push(`.SS ${word('exit code')}`)
    for (const [code, text] of spec.exits) lines.push('.TP', `.B ${code}`, roff(text))
  }
  lines.push(
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'no colour, unless --color says otherwise',
    '.TP',
    '.B FORCE_COLOR',
    'colour away from a terminal too; 0 is none',
  )
  return `${lines.map(line => line.replace(/^((?!\.(TH|SH|SS|TP|B)\b)[.'])/, '\\&$1')).join('\n')}\n`
}

const roff = (/** @type {string} */ text) => text.replaceAll('\\', '\\e').replaceAll('-', '\\-')
const word = (/** @type {string} */ text) => `"${roff(text).replaceAll('"', '\\(dq')}"`
