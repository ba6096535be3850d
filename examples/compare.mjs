// node examples/compare.mjs A B: which leaves of two checkpoints differ, and in what.
import { diff } from '../node/lib/index.js'

const [a, b] = process.argv.slice(2)
const { report, leaves } = await diff(a, b, { values: true })
for (const { sign, key_path: path, values } of leaves) {
  console.log(sign, path.join('.'), values ? `${values.first_a} → ${values.first_b}` : '')
}
process.exitCode = report.exit_code
