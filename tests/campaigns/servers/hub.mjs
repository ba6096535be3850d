// Our stand-in of the Hub: huggingface_hub downloads a repository from it, byte for byte, and what it keeps, in its
// cache and in a directory of its own, is our source as well; then every fixture over hf://. The first argument is the
// folder of programs with huggingface_hub.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { check, verify } from '../../../node/lib/index.js'
import { startHub, treeOf } from '../../node/support/hub.js'
import { compare, fixtures } from './common.mjs'

const kDownload = `
import sys
from huggingface_hub import HfApi, snapshot_download
snapshot_download('org/repo', local_dir=sys.argv[2])
print(snapshot_download('org/repo', cache_dir=sys.argv[1]), len(list(HfApi().list_repo_tree('org/repo', recursive=True))))
`
const place = fs.mkdtempSync(join(os.tmpdir(), 'leafsum-hub-'))
const root = join(place, 'repository')
fs.cpSync(join(fixtures, 'orbax/zarr2_plain/ckpt'), root, { recursive: true })
const files = (/** @type {string} */ directory) =>
  fs
    .readdirSync(directory, { recursive: true })
    .map(String)
    .filter(name => fs.statSync(join(directory, name)).isFile())
    .sort()
try {
  const hub = await startHub(root, { token: 'hf_secret' })
  const { HF_HUB_OFFLINE: _, ...environment } = process.env
  const child = spawn(join(process.argv[2], 'python'), ['-c', kDownload, join(place, 'cache'), join(place, 'local')], {
    env: {
      ...environment,
      HF_ENDPOINT: hub.url,
      HF_TOKEN: 'hf_secret',
      HF_HUB_DISABLE_XET: '1',
      HF_HOME: join(place, 'home'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const piece of child.stdout) output += piece
  const [snapshot, rows] = output.trim().split(' ')
  assert.deepEqual(files(snapshot), files(root))
  assert.equal(Number(rows), files(root).length)
  for (const name of files(root))
    assert.ok(fs.readFileSync(join(snapshot, name)).equals(fs.readFileSync(join(root, name))))
  assert.equal((await check(snapshot)).verdict, 'SOUND')
  assert.deepEqual((await check(snapshot, { hub: { cache: true } })).exit_code, 0)
  assert.ok(fs.existsSync(join(place, 'local/.cache/huggingface')))
  for (const directory of [snapshot, join(place, 'local')]) {
    const told = { hub: { tree: JSON.stringify(treeOf(root)), directory: '' } }
    const { verdict, headline } = await verify(directory, told)
    assert.equal(verdict, 'VERIFIED', headline)
  }
  console.log(`huggingface_hub: ${rows} files from the stand-in, byte for byte`)
  hub.close()

  const all = await startHub(fixtures)
  process.env.HF_ENDPOINT = all.url
  await compare('the stand-in of the Hub', name => `hf://org/repo/${name}`)
  all.close()
} finally {
  fs.rmSync(place, { recursive: true })
}
