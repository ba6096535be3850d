// node examples/slice.mjs CHECKPOINT LOCKFILE LEAF SLICE: values that the lockfile vouches for, and no others.
import { readFileSync } from 'node:fs'
import { read } from '../node/lib/index.js'

const [directory, file, leaf, slice] = process.argv.slice(2)
const { data, shape, report } = await read(directory, leaf, slice, { lockfile: readFileSync(file) })
console.log(data ? `[${shape}] ${Array.from(data, String)}` : report.headline)
