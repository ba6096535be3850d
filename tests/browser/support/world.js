// Servers on this machine that Chromium takes for others: by https, with a certificate of our own, whatever their names
// are. So the page is tested as it is shipped, with the policy that it is shipped with.
import 'reflect-metadata' // which x509 wants before it
import { webcrypto } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'

import * as x509 from '@peculiar/x509'

import { launch } from './browser.js'

x509.cryptoProvider.set(webcrypto)

/** A certificate that nobody vouches for, with its key; both as PEM. */
async function certificate() {
  const alg = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(alg, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=tests',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: alg,
    keys,
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: made.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` }
}

export const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
}

/** Files by range. */
export function sendFile(root, request, response) {
  const file = join(root, decodeURIComponent(new URL(request.url, 'https://x').pathname))
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404, cors).end()
  const bytes = fs.readFileSync(file)
  const [, from = 0, to = bytes.length - 1] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const [begin, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)]
  if (begin >= bytes.length && request.headers.range) return void response.writeHead(416, cors).end()
  const ranged = request.headers.range && { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` }
  response.writeHead(ranged ? 206 : 200, { ...cors, ...ranged, 'content-length': end - begin })
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(begin, end))
}

/** What another server on this machine answers; where it names one, that one has a name here. */
export function passOn(to, host, request, response) {
  const headers = { ...request.headers, host }
  const asked = http.request(new URL(request.url, to), { method: request.method, headers }, answer => {
    const given = { ...answer.headers, ...cors }
    for (const name of ['location', 'link']) {
      if (given[name] === undefined) continue
      const named = given[name].replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, 'https://port-$1.example')
      given[name] = named.replaceAll(`http://${host}`, `https://${host}`)
    }
    answer.pipe(response.writeHead(answer.statusCode, given))
  })
  request.pipe(asked)
}

/**
 * @param {string} root of the files that every host serves which has no answer of its own
 * @param {Record<string, (request: any, response: any) => boolean | void>} [hosts] answers by host; false: its files
 */
export async function startWorld(root, hosts = {}) {
  /** @type {{ host: string, url: string }[]} */
  const asked = []
  const server = https.createServer(await certificate(), (request, response) => {
    const host = request.headers.host ?? ''
    asked.push({ host, url: request.url ?? '' })
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end()
    const [, port] = /^port-(\d+)\.example$/.exec(host) ?? []
    if (port) return passOn(`http://127.0.0.1:${port}`, host, request, response)
    if (!hosts[host] || hosts[host](request, response) === false) sendFile(root, request, response)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  // Chromium itself would like to ask others.
  const ours = ['*.example', ...Object.keys(hosts)].map(host => `MAP ${host}:443 127.0.0.1:${server.address().port}`)
  const rules = [...ours, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'].join(', ')
  const browser = await launch([`--host-resolver-rules=${rules}`, '--ignore-certificate-errors'])
  return {
    browser,
    asked,
    async close() {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
