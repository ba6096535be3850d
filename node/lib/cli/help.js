import { operandsText } from './args.js'
import { kCommands, kOptions } from './options.js'

/** @param {string} command "" for the overview */
export function helpText(command) {
  if (command === '') {
    const names = Object.keys(kCommands)
    const rows = names.map(name => [`${name} ${operandsText(kCommands[name])}`, kCommands[name].help])
    return `leafsum: locks and verifies JAX/Orbax checkpoints, leaf by leaf

usage: leafsum COMMAND SRC [options]    SRC is a checkpoint's directory, or the http(s) URL of one

${table(rows)}

leafsum COMMAND -h lists its options.
exit code: 0 verified, 1 mismatch, 2 usage or no such source, 3 incomplete, 4 untrusted, 5 no evidence
`
  }
  const { help, options } = kCommands[command]
  const rows = options.map(name => {
    const { short, value, type, help: text } = kOptions[name]
    const tail = type === 'when' ? '[=WHEN]' : value ? ` ${value}` : ''
    return [`${short ? `-${short}, ` : '    '}--${name}${tail}`, text]
  })
  return `leafsum ${command} ${operandsText(kCommands[command])} [options]\n${help}\n\n${table(rows)}\n`
}

function table(/** @type {string[][]} */ rows) {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
