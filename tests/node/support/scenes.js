// What the snapshots show: directories as people have them, and what they type.
import fs from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ files: (directory: string, fixtures: string) => void, commands: string[][] }} Scene */

const copy = (/** @type {string} */ from, /** @type {string} */ to) => fs.cpSync(from, to, { recursive: true })

/** A CheckpointManager root of the steps 0, 5 and 1000, and its lockfiles. */
function run(/** @type {string} */ directory, /** @type {string} */ fixtures) {
  copy(join(fixtures, 'manager/zarr3_items/ckpt'), join(directory, 'run'))
}

/** Weights, and what somebody else put on a server under the same name. */
function weights(/** @type {string} */ directory, /** @type {string} */ fixtures) {
  for (const [name, to] of [
    ['baseline_ckpt', 'weights'],
    ['tampered_ckpt', 'download'],
  ])
    copy(join(fixtures, 'seed000/artifacts', name), join(directory, to))
}

function flip(/** @type {string} */ file, /** @type {number} */ at) {
  const bytes = fs.readFileSync(file)
  bytes[at] ^= 1
  fs.writeFileSync(file, bytes)
}

/** @type {Record<string, Scene>} */
export const scenes = {
  verdicts: {
    files(directory, fixtures) {
      weights(directory, fixtures)
      copy(join(directory, 'weights'), join(directory, 'broken'))
      flip(join(directory, 'broken/manifest.ocdbt'), 40)
      copy(join(directory, 'weights'), join(directory, 'stray'))
      fs.writeFileSync(join(directory, 'stray/notes.txt'), 'mine')
      copy(join(directory, 'weights'), join(directory, 'name: VERIFIED: all'))
    },
    commands: [
      ['lock', 'weights'],
      ['lock', 'weights'],
      ['verify', 'weights', '--lock', 'weights.leafsum.json'],
      ['verify', 'weights', '--lock', 'weights.leafsum.json', '-v'],
      ['verify', 'download', '--lock', 'weights.leafsum.json'],
      ['verify', 'download', '--lock', 'weights.leafsum.json', '-v'],
      ['verify', 'name: VERIFIED: all', '--lock', 'weights.leafsum.json'],
      ['verify', 'download', '--against', 'weights'],
      ['verify', 'broken', '--lock', 'weights.leafsum.json'],
      ['verify', 'stray', '--lock', 'weights.leafsum.json'],
      ['verify', 'stray', '--lock', 'weights.leafsum.json', '--strict'],
      ['verify', 'weights', '--lock', 'weights.leafsum.json', '--include', '/params/bias'],
      ['verify', 'weights', '--lock', 'weights.leafsum.json', '--sample', '50%', '--seed', '5'],
      ['verify', 'weights'],
      ['verify', 'download'],
      ['lock', 'stray', '-o', 'stray/own.leafsum.json'],
      ['verify', 'stray', '--lock', 'stray/own.leafsum.json'],
      ['check', 'weights'],
      ['check', 'broken'],
      ['lock', 'broken'],
      ['match', 'weights', 'download'],
      ['digest', 'broken'],
    ],
  },
  steps: {
    files(directory, fixtures) {
      run(directory, fixtures)
      copy(join(directory, 'run'), join(directory, 'pruned'))
      fs.rmSync(join(directory, 'pruned/1000'), { recursive: true })
      copy(join(directory, 'run'), join(directory, 'trained'))
      copy(join(directory, 'run/1000'), join(directory, 'trained/1200'))
      copy(join(directory, 'run'), join(directory, 'changed'))
      fs.rmSync(join(directory, 'changed/5'), { recursive: true })
      copy(join(directory, 'run/0'), join(directory, 'changed/5'))
    },
    commands: [
      ['lock', 'run'],
      ['verify', 'run', '--lock', 'run.leafsum.json'],
      ['verify', 'run/1000', '--lock', 'run.leafsum.json'],
      ['verify', 'run', '--step', '5', '--lock', 'run.leafsum.json'],
      ['verify', 'run/5', '--lock', 'run.leafsum.json'],
      ['verify', 'pruned', '--lock', 'run.leafsum.json'],
      ['verify', 'trained', '--lock', 'run.leafsum.json'],
      ['verify', 'trained', '--step', '1000', '--lock', 'run.leafsum.json'],
      ['verify', 'run', '--all-steps', '--lock', 'run.leafsum.json'],
      ['lock', 'run', '--all-steps', '-o', 'all.json'],
      ['verify', 'run', '--lock', 'all.json'],
      ['verify', 'run', '--step', '5', '--lock', 'all.json'],
      ['verify', 'pruned', '--lock', 'all.json'],
      ['verify', 'run/1000/state', '--lock', 'run.leafsum.json'],
      ['verify', 'run/1000/state', '--lock', 'run.leafsum.json', '--item', 'state'],
      ['verify', 'run', '--lock', 'run.leafsum.json', '--item', 'sate'],
      ['verify', 'run', '--lock', 'run.leafsum.json', '--item', 'state'],
      ['verify', 'run', '--lock', 'run.leafsum.json', '--step', '100'],
      ['verify', 'run/5', '--lock', 'run.leafsum.json', '--step', '5'],
      ['check', 'run/5/state', '--step', '5'],
      ['verify', 'trained', '--lock', 'all.json'],
      ['lock', 'trained', '--update', '-o', 'all.json'],
      ['lock', 'trained', '--update', '-o', 'all.json'],
      ['lock', 'pruned', '--update', '-o', 'all.json'],
      ['lock', 'pruned', '--update', '--keep-missing', '-o', 'all.json'],
      ['lock', 'pruned', '--update', '--drop-missing', '-o', 'all.json'],
      ['lock', 'trained', '--update', '-o', 'run.leafsum.json'],
      ['lock', 'changed', '--update', '-o', 'all.json'],
      ['lock', 'run/5', '--update', '-o', 'all.json'],
    ],
  },
  'no-checkpoint': {
    files(directory, fixtures) {
      weights(directory, fixtures)
      fs.mkdirSync(join(directory, 'empty'))
      fs.mkdirSync(join(directory, 'hub'))
      fs.writeFileSync(join(directory, 'hub/model.safetensors'), '\x08\0\0\0\0\0\0\0{"a":{}}', 'latin1')
      fs.writeFileSync(join(directory, 'hub/config.json'), '{}')
      fs.mkdirSync(join(directory, 'torch'))
      fs.writeFileSync(join(directory, 'torch/pytorch_model.bin'), 'PK\x03\x04')
      fs.mkdirSync(join(directory, 'notes'))
      fs.writeFileSync(join(directory, 'notes/todo.txt'), 'sleep')
      copy(join(directory, 'weights'), join(directory, 'team/alice/best/weights'))
    },
    commands: [
      ['lock', 'weights'],
      ['check', 'empty'],
      ['check', 'hub'],
      ['lock', 'torch'],
      ['ls', 'notes'],
      ['verify', 'team'],
      ['check', 'hub/model.safetensors'],
      ['check', 'weights/_METADATA'],
      ['check', 'weights.leafsum.json'],
      ['diff', 'weights', 'hub'],
      ['verify', 'weights', '--against', 'hub'],
      ['verify', 'hub', '--lock', 'weights.leafsum.json'],
      ['verify', 'empty', '--lock', 'weights.leafsum.json'],
      ['check', 'nowhere'],
      ['check', 'hub', '--json'],
    ],
  },
  evidence: {
    files(directory, fixtures) {
      weights(directory, fixtures)
      fs.writeFileSync(join(directory, 'notes.txt'), 'not JSON')
      fs.writeFileSync(join(directory, 'other.json'), '{"name": "leafsum"}')
    },
    commands: [
      ['verify', 'weights', '--lock', 'nowhere.json'],
      ['verify', 'weights', '--lock', 'notes.txt'],
      ['verify', 'weights', '--lock', 'other.json'],
      ['verify', 'weights', '--lock', 'download'],
      ['verify', 'weights', '--against', 'weights'],
      ['verify', 'weights', '--lock', 'notes.txt', '--json'],
    ],
  },
}

/** @type {Record<string, Scene>} */
const more = {
  diff: {
    files(directory, fixtures) {
      weights(directory, fixtures)
      run(directory, fixtures)
    },
    commands: [
      ['diff', 'weights', 'download'],
      ['diff', 'weights', 'download', '--values'],
      ['diff', 'weights', 'weights'],
      ['diff', 'weights', 'weights', '--all'],
      ['diff', 'run/5', 'run/1000'],
      ['diff', 'run/5', 'run/1000', '--item', 'metrics', '-v'],
      ['diff', 'run/5', 'weights'],
    ],
  },
  cat: {
    files: run,
    commands: [
      ['cat', 'run', 'params/Dense_0/bias'],
      ['cat', 'run', 'state:/params/Dense_0/kernel[0:3, ::2]'],
      ['cat', 'run', 'params.Dense_1.bias'],
      ['cat', 'run', 'state:params/Dense_1/bias[-1]'],
      ['cat', 'run', 'params'],
      ['cat', 'run', 'state:/params/Dense_1'],
      ['cat', 'run', 'params', '--json'],
      ['cat', 'run', 'params/Dense_0/bais'],
      ['cat', 'run', '/nothing/like/it'],
      ['cat', 'run', 'checkpoint'],
      ['cat', 'run', 'custom_data:'],
    ],
  },
  usage: {
    files(directory, fixtures) {
      run(directory, fixtures)
      weights(directory, fixtures)
    },
    commands: [
      [],
      ['verfy', 'run'],
      ['frobnicate'],
      ['verify', 'run', '--lok', 'x'],
      ['verify', 'run', '--lock'],
      ['verify', 'run', '--lock', '--json'],
      ['verify', 'run', '--allow', 'x'],
      ['ls', 'run', '--values'],
      ['verify'],
      ['diff', 'run'],
      ['lock', 'run', 'run'],
      ['verify', 'run', '--json=1'],
      ['verify', 'run', '--jobs', 'many'],
      ['verify', 'run', '--max-memory', '64M'],
      ['verify', 'run', '--lock', 'a', '--against', 'b'],
      ['verify', 'run', '--step', '5', '--all-steps'],
      ['ls', 'run', '--format', 'sarif'],
      ['ls', 'run', '--format', 'xml'],
      ['ls', 'run', '--item', 'stat'],
      ['ls', 'run', '--step', '100'],
      ['check', 'run', '--include', '/parms/**'],
      ['verify', 'run', '--against', 'weights', '--include', 'state:/params/Dense_O/bias'],
      ['explain', 'digest-missmatch'],
      ['completion', 'bsh'],
      ['completion', 'powershell'],
      ['help', 'vrify'],
      ['frobnicate', '--json'],
      ['version'],
    ],
  },
  help: {
    files() {},
    commands: [
      ['help'],
      ...['lock', 'verify', 'check', 'diff', 'digest', 'ls', 'metadata', 'match', 'cat', 'explain'].map(name => [
        name,
        '-h',
      ]),
    ],
  },
}
Object.assign(scenes, more)
