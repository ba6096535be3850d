// Which room may include which: a room knows those that CMake links to it (DEPS of its leafsum_library), and those
// point one way. The compiler sees an include that no DEPS reach, for they are passed on; what it does not see is an
// include that only other rooms' DEPS reach, DEPS that nothing includes, a circle, and a room that grows over all.
//   node tools/checks/arrows.mjs          says what is wrong
//   node tools/checks/arrows.mjs --show   rooms with their lines, share and arrows
//   node tools/checks/arrows.mjs --table  the arrows as docs/architecture.md has them
import { existsSync, readFileSync } from 'node:fs'
import { Problems, tracked } from './problems.mjs'

/** From below to above: a room includes rooms that stand before it. */
export const order =
  'base io hash trust archive codec kvstore ocdbt zarr orbax report readers content evidence plan verify bindings'.split(
    ' ',
  )
/** No room holds more than this share of the lines of `src`. */
const largest = 0.2

export function rooms() {
  /** @type {Map<string, { lines: number, uses: Map<string, string> }>} */
  const found = new Map()
  for (const file of tracked('src/*.cc', 'src/*.h', 'src/*.c')) {
    const [, room] = file.split('/')
    if (!found.has(room)) found.set(room, { lines: 0, uses: new Map() })
    const entry = /** @type {{ lines: number, uses: Map<string, string> }} */ (found.get(room))
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((row, at) => {
        entry.lines += 1
        const [, other] = row.match(/^#include "(\w+)\//) ?? []
        if (other && other !== room && existsSync(`src/${other}`) && !entry.uses.has(other))
          entry.uses.set(other, `${file}:${at + 1}`)
      })
  }
  return found
}

/** The rooms in DEPS of a room's library; undefined where there is none: bindings. @param {string} room */
function declared(room) {
  const [, names] =
    readFileSync(`src/${room}/CMakeLists.txt`, 'utf8').match(/^leafsum_library\([^)]*\bDEPS ([^)]*)\)/m) ?? []
  return names
    ?.split(/\s+/)
    .map(name => name.replace('leafsum_', ''))
    .filter(name => order.includes(name))
}

/** @param {ReturnType<typeof rooms>} all */
function table(all) {
  const rows = order.map(room => {
    const uses = order.filter(other => all.get(room)?.uses.has(other))
    return `| \`${room}\` | ${uses.map(other => `\`${other}\``).join(' ') || '–'} |`
  })
  return ['| room | includes |', '|---|---|', ...rows].join('\n')
}

if (process.argv[1] === import.meta.filename) {
  const all = rooms()
  const total = [...all.values()].reduce((sum, { lines }) => sum + lines, 0)
  const problems = new Problems()
  for (const [room, { lines, uses }] of all) {
    if (!order.includes(room))
      problems.add(`src/${room}`, 1, 'this room has no place in the order of tools/checks/arrows.mjs')
    for (const [other, place] of uses) {
      if (order.indexOf(other) >= order.indexOf(room))
        problems.add(
          place.split(':')[0],
          Number(place.split(':')[1]),
          `${room} stands below ${other} and must not include it`,
        )
    }
    const deps = declared(room)
    if (!deps && room !== 'bindings')
      problems.add(`src/${room}/CMakeLists.txt`, 1, 'no leafsum_library with DEPS is in it')
    for (const other of deps ? order : []) {
      if (uses.has(other) && !deps?.includes(other))
        problems.add(`src/${room}/CMakeLists.txt`, 1, `${room} includes ${other}, which must stand in its DEPS`)
      if (!uses.has(other) && deps?.includes(other))
        problems.add(`src/${room}/CMakeLists.txt`, 1, `${room} includes nothing of ${other}, which stands in its DEPS`)
    }
    const share = lines / total
    if (share > largest)
      problems.add(`src/${room}`, 1, `${(100 * share).toFixed(1)} % of the lines of src, ${100 * largest} % at most`)
    if (process.argv.includes('--table')) continue
    if (process.argv.includes('--show')) {
      const arrows = [...uses.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b))
      console.log(
        `${room.padEnd(9)} ${String(lines).padStart(6)} lines ${(100 * share).toFixed(1).padStart(5)} %  -> ${arrows.join(' ') || 'nothing'}`,
      )
    }
  }
  if (process.argv.includes('--table')) console.log(table(all))
  problems.end()
}
