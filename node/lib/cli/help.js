// -h, from the table of commands and options alone.
import { operandsText } from './args.js'
import { kCommands, kGroups } from './command_table.js'
import { kOptions } from './options.js'

const kWidth = 100
const kNarrowest = 40
const kColumn = 26 // of what an option does

/**
 * @param {string} command "" for the overview
 * @param {number} [columns] of the terminal, where there is one
 */
export function helpText(command, columns) {
  const width = columns && columns >= kNarrowest ? Math.min(columns, kWidth) : kWidth
  return command === '' ? overview(width) : commandHelp(command, width)
}

function overview(/** @type {number} */ width) {
  const rows = Object.entries(kCommands).map(([name, spec]) => [`${name} ${operandsText(spec)}`.trimEnd(), spec.help])
  return `leafsum: locks and verifies JAX/Orbax checkpoints, leaf by leaf

usage: leafsum COMMAND SRC [options]

${wrapped('SRC is a checkpoint, a step, or a root of steps (its newest step is read): a directory, a Flax file, or the http(s) URL of one.', '', width)}

commands
${table(rows, width)}

examples
${table(
  [
    ['leafsum lock runs/7', 'write runs/7.leafsum.json'],
    ['leafsum verify runs/7 --lock runs/7.leafsum.json', 'is it still the same?'],
  ],
  width,
)}

${wrapped('exit code: 0 verified, 1 mismatch, 2 usage or no such source, 3 incomplete, 4 untrusted, 5 no evidence.', '', width)}
leafsum COMMAND -h lists what a command takes.
`
}

function commandHelp(/** @type {string} */ command, /** @type {number} */ width) {
  const { help, examples, exits } = kCommands[command]
  const groups = groupsOf(command).map(([title, names]) => `${title}\n${table(names.map(optionRow), width)}`)
  return [
    `leafsum ${command} ${operandsText(kCommands[command])}`.trimEnd() + ' [options]\n' + wrapped(help, '', width),
    `examples\n${table(examples, width)}`,
    ...groups,
    `exit code\n${table(
      exits.map(([code, text]) => [String(code), text]),
      width,
    )}\n`,
  ].join('\n\n')
}

/** A command's own options first. @returns {[string, string[]][]} */
export function groupsOf(/** @type {string} */ command) {
  const { options } = kCommands[command]
  const shared = kGroups.flatMap(([, names]) => names)
  const groups = /** @type {[string, string[]][]} */ ([
    ['options', options.filter(name => !shared.includes(name))],
    ...kGroups.map(([title, names]) => [title, names.filter(name => options.includes(name))]),
  ])
  return groups.filter(([, names]) => names.length > 0)
}

/** `-o, --output FILE` and what it does. */
export function optionRow(/** @type {string} */ name) {
  const { short, value, type, help } = kOptions[name]
  const tail = type === 'when' ? '[=WHEN]' : value ? ` ${value}` : ''
  return [`${short ? `-${short}, ` : '    '}--${name}${tail}`, help]
}

/** Two columns; what is too wide for the first has a line of its own. */
function table(/** @type {string[][]} */ rows, /** @type {number} */ width) {
  const left = Math.min(kColumn, Math.max(...rows.map(([text]) => text.length)))
  const indent = ' '.repeat(left + 4)
  return rows
    .map(([text, does]) => {
      const lines = wrapped(does, indent, width)
      return text.length > left ? `  ${text}\n${lines}` : `  ${text.padEnd(left)}  ${lines.trimStart()}`
    })
    .join('\n')
}

function wrapped(/** @type {string} */ text, /** @type {string} */ indent, /** @type {number} */ width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line && indent.length + line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.map(line => indent + line).join('\n')
}
