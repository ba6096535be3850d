// The states that the page can be in, and how it gets there: for the tests that look at each, and for its pictures.
import { appendFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { keygen, sign } from '../../../node/lib/index.js'
import { membersOf, tarOf } from '../../node/support/archives.js'
import { fixtures, root, seed } from './browser.js'
import { act, asFile, chooseCheckpoint, chooseLockfile, drop, listed, verdict } from './page.js'

const baseline = join(seed, 'baseline_ckpt')
const tampered = join(seed, 'tampered_ckpt')
const lockfile = join(root, 'web/sample/published.leafsum.json')

const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
const safetensors = `${String.fromCharCode(header.length)}${'\0'.repeat(7)}${header}\0\0\0\0`

/** A copy that a state may change. */
function copied(folder, name, from = baseline) {
  const copy = join(folder, name)
  rmSync(copy, { recursive: true, force: true })
  cpSync(from, copy, { recursive: true })
  return copy
}

function written(folder, name, text) {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function archived(folder, name) {
  writeFileSync(join(folder, name), gzipSync(tarOf(membersOf(baseline, 'weights/'))))
  return join(folder, name)
}

/** The lockfile's signature, the key that made it, and another. */
async function signedBy(folder) {
  const [pair, { publicKey }] = await Promise.all([keygen({ algorithm: 'P-256' }), keygen({ algorithm: 'Ed25519' })])
  const asked = { lockfileName: basename(lockfile), key: pair.privateKey }
  const { signature } = await sign(readFileSync(lockfile), asked)
  return {
    signature: written(folder, `${basename(lockfile)}.sigstore.json`, signature),
    key: written(folder, 'release.pub.pem', pair.publicKey),
    other: written(folder, 'somebody.pub.pem', publicKey),
  }
}

/**
 * @typedef {object} State
 * @property {(page: import('playwright-core').Page, folder: string) => Promise<unknown>} reach
 * @property {() => void} [before] runs in the page before its own script
 * @property {[selector: string, text: RegExp]} says what a person reads there
 */

/** @type {Record<string, State>} */
export const states = {
  first: { reach: async () => {}, says: ['#place', /Drop a checkpoint here.*Try it/s] },
  'lockfile-first': {
    reach: page => chooseLockfile(page, lockfile).then(() => page.waitForSelector('#evidence-fingerprint bdi')),
    says: ['#hint', /drop or choose the checkpoint/],
  },
  'checkpoint-only': {
    reach: page => chooseCheckpoint(page, baseline),
    says: ['#hint', /something to compare it with/],
  },
  paused: {
    async reach(page) {
      await chooseCheckpoint(page, baseline)
      await page.evaluate(() => document.getElementById('pause').click())
      await chooseLockfile(page, lockfile)
      await page.waitForSelector('#running:not([hidden])')
    },
    says: ['#running', /Paused: no new reads.*Go on/s],
  },
  mismatch: { reach: page => page.click('#try').then(() => verdict(page)), says: ['#next-text', /^Do not load it/] },
  values: {
    async reach(page) {
      await page.click('#try')
      await verdict(page)
      await page.click('#compare-sample')
      await page.waitForSelector('.change')
    },
    says: ['#differences-table', /1\.0 → 999\.0/],
  },
  verified: {
    reach: page => drop(page, [baseline, lockfile]).then(() => verdict(page)),
    says: ['#verdict-panel', /VERIFIED.*2 leaves equal.*Nothing needs to be done/s],
  },
  untrusted: {
    async reach(page, folder) {
      const copy = copied(folder, 'weights')
      cpSync(lockfile, join(copy, 'weights.leafsum.json'))
      await chooseCheckpoint(page, copy)
      await page.click('#lockfiles-inside button')
      await verdict(page)
    },
    says: ['#verdict-panel', /UNTRUSTED.*Get the lockfile.*from a place/s],
  },
  equal: {
    async reach(page) {
      await chooseCheckpoint(page, baseline)
      await page.setInputFiles('#input-second', baseline)
      await verdict(page)
    },
    says: ['#verdict-panel', /EQUAL.*the same values/s],
  },
  sound: {
    reach: page => chooseCheckpoint(page, baseline).then(() => act(page, '#check')),
    says: ['#proves-not', /compared with nothing/],
  },
  locked: {
    reach: page => chooseCheckpoint(page, baseline).then(() => act(page, '#lock')),
    says: ['#verdict-panel', /LOCKED.*Save the lockfile/s],
  },
  'file-changed': {
    async reach(page, folder) {
      const copy = copied(folder, 'changing')
      await chooseCheckpoint(page, copy)
      appendFileSync(join(copy, 'manifest.ocdbt'), 'x')
      await chooseLockfile(page, lockfile)
      await verdict(page)
    },
    says: ['#findings-table', /changed-during-read.*counts as not read/s],
  },
  'permission-lost': {
    async reach(page, folder) {
      const copy = copied(folder, 'going')
      await chooseCheckpoint(page, copy)
      rmSync(join(copy, 'd'), { recursive: true })
      await chooseLockfile(page, lockfile)
      await verdict(page)
    },
    says: ['#verdict-panel', /INCOMPLETE.*not whole/s],
  },
  'not-a-checkpoint': {
    reach: (page, folder) => drop(page, [written(folder, 'model.safetensors', safetensors)]).then(() => listed(page)),
    says: ['#checkpoint-problem', /looks like safetensors, not like a checkpoint: name/],
  },
  part: {
    reach: page => chooseCheckpoint(page, join(baseline, 'd')),
    says: ['#checkpoint-problem', /no checkpoint here.*name the directory that was given to the save/],
  },
  several: {
    async reach(page, folder) {
      for (const step of [100, 200, 300]) copied(folder, `run/${step}`)
      await chooseCheckpoint(page, join(folder, 'run'))
    },
    says: ['#checkpoint-notes', /holds 3 steps: 100, 200, 300\. The newest is read/],
  },
  unfinished: {
    reach: page =>
      chooseCheckpoint(page, join(fixtures, 'damaged/interrupted_save/ckpt.orbax-checkpoint-tmp')).then(() =>
        act(page, '#check'),
      ),
    says: ['#verdict-panel', /MISMATCH|INCOMPLETE/],
  },
  huge: {
    async reach(page, folder) {
      const copy = copied(folder, 'huge')
      const file = written(copy, 'd/0123456789abcdef0123456789abcdef', '')
      truncateSync(file, 64 * 2 ** 30)
      await chooseCheckpoint(page, copy)
    },
    says: ['#checkpoint-notes', /64 GiB are much to read.*paused and cancelled/],
  },
  'bad-lockfile': {
    reach: page =>
      chooseCheckpoint(page, tampered)
        .then(() => chooseLockfile(page, asFile('bad.json', '{"leafsum":2}')))
        .then(() => page.waitForSelector('#evidence-problem:not([hidden])')),
    says: ['#evidence-problem', /cannot be compared with: lockfile refused/],
  },
  archive: {
    reach: (page, folder) => drop(page, [archived(folder, 'weights.tar.gz'), lockfile]).then(() => verdict(page)),
    says: ['main', /Archive of .* KiB, in it.*VERIFIED/s],
  },
  'archive-damaged': {
    async reach(page, folder) {
      const archive = archived(folder, 'damaged.tar.gz')
      truncateSync(archive, 900)
      await drop(page, [archive, lockfile])
      await verdict(page)
    },
    says: ['#result', /MISMATCH.*Fetch it again.*truncated.*the archive is damaged or was cut off: get it again/s],
  },
  signed: {
    reach: async (page, folder) => {
      const { signature, key } = await signedBy(folder)
      await drop(page, [baseline, lockfile, signature, key])
      await verdict(page)
    },
    says: ['#result', /VERIFIED.*signed by key sha256:.*Whose key it is that signed/s],
  },
  'signed-by-another': {
    reach: async (page, folder) => {
      const { signature, other } = await signedBy(folder)
      await drop(page, [baseline, lockfile, signature, other])
      await verdict(page)
    },
    says: ['#verdict-panel', /UNTRUSTED.*Get the signature, and the key, from whoever should have signed/s],
  },
  'key-alone': {
    reach: async (page, folder) => {
      const { key } = await signedBy(folder)
      await drop(page, [baseline, key])
      await page.waitForSelector('#vouchers .digest')
      await listed(page)
    },
    says: ['#actions', /A key vouches for nothing by itself: now drop what it signed/],
  },
  'no-archive': {
    reach: (page, folder) =>
      drop(page, [written(folder, 'weights.tar.gz', '<!doctype html>')]).then(() => listed(page)),
    says: ['#checkpoint-problem', /no tar, tar\.gz, tar\.zst or zip archive.*Was it downloaded whole/],
  },
  packed: {
    reach: (page, folder) => drop(page, [written(folder, 'weights.7z', 'x')]).then(() => verdict(page)),
    says: ['#notice', /packed in a form.*reads tar, tar\.gz, tar\.zst and zip\. Unpack it/],
  },
  'too-old': {
    before: () => {
      delete globalThis.WebAssembly
    },
    reach: async () => {},
    says: ['#too-old', /lacks WebAssembly.*Use a current/],
  },
  'out-of-memory': {
    before: () => {
      const RealWorker = globalThis.Worker
      globalThis.Worker = class extends RealWorker {
        postMessage(message, ...rest) {
          if (message.request?.command !== 'lock') return super.postMessage(message, ...rest)
          const bug = 'RangeError: WebAssembly.Memory(): could not allocate memory'
          setTimeout(() => this.onmessage({ data: { answer: { bug } } }))
        }
      }
    },
    async reach(page) {
      await chooseCheckpoint(page, baseline)
      await act(page, '#lock')
    },
    says: ['#notice', /no memory left.*Close other tabs/],
  },
}
