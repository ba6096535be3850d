// What each reader would take of a source, for people.
import { columns } from './render.js'
import { printable } from './terminal.js'

/**
 * What each entry point would take, a line each: the reader, its versions, what it opens or why it raises.
 * @param {{ checkpoint: string, reader: string, versions: string, takes: string[], raises: string | null }[]} rows
 * @param {import('./context.js').Context} context
 */
export function readersText(rows, { paint }) {
  const lines = columns(
    rows.map(({ checkpoint, reader, versions, takes, raises }) => [
      `  ${printable(checkpoint || '.')}`,
      reader,
      versions,
      printable(raises === null ? takes.join(', ') : `raises: ${raises}`),
    ]),
  )
  return `${[paint('bold', 'what each reader would take'), ...lines].join('\n')}\n`
}
