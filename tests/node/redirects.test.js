// Where a server sends us on: the user's headers stay, and no address of a private network is asked; how long it makes
// us wait.
import assert from 'node:assert/strict'
import dns from 'node:dns'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromUrl } from '../../node/lib/index.js'
import { isPrivate } from '../../node/lib/stores/other_origins.js'
import { serve } from './support/http.js'
import { fixtures } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const kRoot = join(fixtures, 'seed000/artifacts/baseline_ckpt')

test('which addresses are private', () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '0:0:0:0:0:ffff:a00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'fd00:ec2::254',
    'fe80::1%eth0',
    'ff02::1',
    'no address',
  ])
    assert.ok(isPrivate(address), address)
  for (const address of [
    '1.1.1.1',
    '93.184.216.34',
    '100.63.255.255',
    '172.32.0.1',
    '172.15.255.255',
    '192.169.0.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
  ])
    assert.ok(!isPrivate(address), address)
})

/** A server that sends on every request, as if its own address were of the internet. */
async function sendingOn(
  /** @type {import('node:test').TestContext} */ t,
  /** @type {(request: any) => string} */ target,
) {
  t.mock.method(dns.promises, 'lookup', async () => [{ address: '93.184.216.34', family: 4 }])
  const { url } = await serve(t, '/nonexistent', (request, response) => {
    response.writeHead(302, { location: target(request) }).end()
    return true
  })
  return url.replace('127.0.0.1', 'localhost')
}

test('from the internet nothing is sent on into a private network, whatever its name', async t => {
  const secret = await serve(t, kRoot)
  const { port } = new URL(secret.url)
  for (const target of [
    `http://127.0.0.1:${port}`,
    `http://2130706433:${port}`,
    `http://0x7f.1:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    'http://169.254.169.254',
  ]) {
    const url = await sendingOn(t, ({ url }) => target + url)
    const report = await check(fromUrl(url, { timeout: 5000 })).catch(error => error)
    assert.match(report.findings ? reportText(report) : report.message, /private network/, target)
  }
  for (const [target, why] of /** @type {[string, RegExp][]} */ ([
    ['file:///etc/passwd', /address of file:/],
    ['data:text/plain,x', /address of data:/],
  ])) {
    const url = await sendingOn(t, () => target)
    const report = await check(fromUrl(url)).catch(error => error)
    assert.match(report.findings ? reportText(report) : report.message, why)
  }
  assert.equal(secret.asked.length, 0)
})

test('a name that turns private between two look-ups is refused at the connection', async t => {
  const secret = await serve(t, kRoot)
  const url = await sendingOn(t, ({ url }) => `http://rebind.test:${new URL(secret.url).port}${url}`)
  const lookup = dns.lookup
  t.mock.method(
    dns,
    'lookup',
    (/** @type {string} */ name, /** @type {any} */ options, /** @type {(...all: any[]) => void} */ give) =>
      name === 'rebind.test'
        ? give(null, [
            { address: '1.1.1.1', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ])
        : lookup(name, options, give),
  )
  const report = await check(fromUrl(url)).catch(error => error)
  assert.match(report.findings ? reportText(report) : report.message, /private network/)
  assert.equal(secret.asked.length, 0)
})

test('a server of a private network may send on inside it, without the headers of the user', async t => {
  const target = await serve(t, kRoot)
  const { url } = await serve(t, '/nonexistent', (request, response) => {
    response.writeHead(307, { location: new URL((request.url ?? '').slice(1), target.url).href }).end()
    return true
  })
  assert.equal((await check(fromUrl(url, { headers: { Authorization: 'secret' } }))).verdict, 'SOUND')
  assert.ok(target.asked.length > 0 && target.asked.every(({ headers }) => headers.authorization === undefined))
})

for (const [header, least] of /** @type {[() => string, number][]} */ ([
  [() => '1', 1000],
  [() => new Date(Date.now() + 2000).toUTCString(), 800],
])) {
  test(`a server that says when to come again (${header()}) is asked again then`, async t => {
    let failures = 1
    const { url, asked } = await serve(t, kRoot, (_, response) => {
      if (failures-- <= 0) return false
      response.writeHead(429, { 'retry-after': header() }).end()
      return true
    })
    const began = performance.now()
    assert.ok((await fromUrl(url).get('_METADATA'))?.length)
    assert.ok(performance.now() - began >= least)
    assert.equal(asked.length, 2)
  })
}

test('one that wants an hour, or never serves, is given up', async t => {
  const { url, asked } = await serve(t, kRoot, (_, response) => {
    response.writeHead(503, { 'retry-after': '3600' }).end()
    return true
  })
  await assert.rejects(async () => fromUrl(url).get('a'), /503: it wants no other request for 3600 s/)
  assert.equal(asked.length, 1)
  const other = await serve(t, kRoot, (_, response) => {
    response.writeHead(429, { 'retry-after': '5' }).end()
    return true
  })
  const began = performance.now()
  await assert.rejects(async () => fromUrl(other.url, { timeout: 400 }).get('a'), { kind: 'unreadable' })
  assert.ok(performance.now() - began < 1500)
})
