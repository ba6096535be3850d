// The page for addresses, as it is shipped: servers on this machine stand for all others (support/world.js).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import * as leafsum from '../../node/lib/index.js'
import { reportText } from '../../node/lib/report.js'
import { startHub } from '../node/support/hub.js'
import { axeFindsNothing } from './support/axe.js'
import { buildPage, fixtures, scratch, seed } from './support/browser.js'
import { asFile, chooseLockfile, open, saved, verdict } from './support/page.js'
import { cors, passOn, sendFile, startWorld } from './support/world.js'

const folder = scratch({ after })
const files = join(folder, 'files')
let world, hub, plain, fingerprint, lockfile
const plainAsked = []

before(async () => {
  buildPage(join(folder, 'page'))
  cpSync(join(seed, 'baseline_ckpt'), join(files, 'run'), { recursive: true })
  cpSync(join(seed, 'tampered_ckpt'), join(files, 'tampered'), { recursive: true })
  cpSync(join(files, 'run'), join(files, 'bucket/run'), { recursive: true })
  for (const [name, form] of [
    ['run.tar', '-cf'],
    ['run.tar.gz', '-czf'],
  ])
    execFileSync('tar', [form, join(files, name), '-C', files, 'run'])
  const locked = await leafsum.lock(leafsum.fromPath(join(files, 'run')))
  fingerprint = locked.report.fingerprint
  lockfile = new TextDecoder().decode(locked.lockfile)
  cpSync(join(fixtures, 'v1/save/ckpt'), join(folder, 'repo', 'run'), { recursive: true })
  writeFileSync(join(folder, 'repo', 'README.md'), 'a model')
  hub = await startHub(join(folder, 'repo'))
  plain = createServer((request, response) => {
    plainAsked.push(request.url)
    sendFile(files, request, response)
  })
  await new Promise(resolve => plain.listen(0, '127.0.0.1', resolve))
  const hosts = {
    'huggingface.co': (request, response) => passOn(hub.url, 'huggingface.co', request, response),
    'storage.googleapis.com'(request, response) {
      const { pathname, searchParams } = new URL(request.url, 'https://storage.googleapis.com')
      if (pathname !== '/bucket/' || !searchParams.has('list-type')) return false
      response.writeHead(403, cors).end()
    },
    'sends-on.example'(request, response) {
      response.writeHead(302, { ...cors, location: `http://127.0.0.1:${plain.address().port}${request.url}` }).end()
    },
    'closed.example': (_, response) => void response.writeHead(200).end('no CORS'),
    'page.example'(request, response) {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(readFileSync(join(folder, 'page', new URL(request.url, 'https://x').pathname.slice(1))))
    },
    'frames.example': (_, response) =>
      void response.end(
        '<iframe src="https://page.example/url.html#src=https://files.example/run" width=900 height=800></iframe>',
      ),
  }
  world = await startWorld(files, hosts)
})

after(async () => {
  await world?.close()
  hub?.close()
  plain?.close()
})

const shown = async address => {
  const how = { viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' }
  return open(world.browser, address, how)
}
const atHome = (hash = '') => shown(`file://${join(folder, 'page', 'url.html')}${hash}`)
const hostsAsked = () => [...new Set(world.asked.map(({ host }) => host))]
const linked = (src, more = '') => atHome(`#src=${src}${more}`)

/** Until the tree stands, or it is known why there is none. */
const settled = page =>
  page.waitForFunction(
    () => !document.getElementById('leaves').hidden || !document.getElementById('checkpoint-problem').hidden,
  )

describe('a link', () => {
  test('asks nothing before a click; its fingerprint is UNTRUSTED until it is confirmed', async () => {
    world.asked.length = 0
    const page = await linked('https://files.example/run', `&fingerprint=${fingerprint}`)
    await page.waitForTimeout(500)
    assert.deepEqual(world.asked, [])
    assert.equal(await page.inputValue('#address'), 'https://files.example/run')
    assert.match(await page.textContent('#address-facts'), /Nothing is asked yet.*files\.example/)
    assert.equal(await page.textContent('#evidence-name'), fingerprint)
    assert.equal(await page.textContent('#evidence-facts'), 'Given by this link')
    assert.match(await page.textContent('#evidence-caution'), /Whoever made the link.*UNTRUSTED until you confirm/)

    await page.click('#read-it')
    assert.equal(await verdict(page), 'UNTRUSTED')
    assert.deepEqual(hostsAsked(), ['files.example'])
    assert.match(await page.getAttribute('#verdict-panel', 'class'), /untrusted/)
    assert.match(await page.textContent('#headline'), /consistent with the fingerprint, which came with the source/)
    assert.match(
      await page.textContent('#command-shown'),
      /^leafsum verify https:\/\/files\.example\/run --fingerprint FINGERPRINT$/,
    )
    const url = `http://127.0.0.1:${plain.address().port}/run`
    const options = { fingerprint, fingerprintCameWithSource: true }
    const report = await leafsum.verify(leafsum.fromUrl(url), options)
    assert.equal((await saved(page, '#save-report')).text, reportText(report))

    await page.evaluate(() => document.getElementById('link-confirmed').dispatchEvent(new Event('change')))
    await page.click('#link-confirm')
    await page.waitForFunction(() => document.getElementById('verdict').textContent === 'VERIFIED')
    assert.match(await page.textContent('#command-shown'), new RegExp(`--fingerprint ${fingerprint}$`))
    assert.match(await page.textContent('#evidence-facts'), /confirmed by you/)
    await page.click('#link-confirm')
    await page.waitForFunction(() => document.getElementById('verdict').textContent === 'UNTRUSTED')
    assert.deepEqual(page.complaints, [])
  })

  test('with a fingerprint of other values is a MISMATCH, and one that is none says so', async () => {
    const page = await linked('https://files.example/tampered', `&fingerprint=${fingerprint}`)
    await page.click('#read-it')
    assert.equal(await verdict(page), 'MISMATCH')
    const bad = await linked('https://files.example/run', '&fingerprint=leafsum1:12')
    assert.match(await bad.textContent('#evidence-problem'), /this one has 2/)
    assert.ok(await bad.isHidden('#link-confirm'))
  })

  test('that takes the place of another forgets what was confirmed, and what was read', async () => {
    const page = await linked('https://files.example/run', `&fingerprint=${fingerprint}`)
    await page.click('#link-confirm')
    await page.click('#read-it')
    assert.equal(await verdict(page), 'VERIFIED')
    world.asked.length = 0
    await page.evaluate(to => (location.hash = to), `src=https://other.example/run&fingerprint=${fingerprint}`)
    await page.waitForFunction(() => document.getElementById('address').value.includes('other'))
    await page.waitForFunction(() => document.getElementById('result').hidden)
    assert.equal(await page.isChecked('#link-confirmed'), false)
    await page.waitForTimeout(300)
    assert.deepEqual(world.asked, [])
    await page.click('#read-it')
    assert.equal(await verdict(page), 'UNTRUSTED')
    assert.deepEqual(hostsAsked(), ['other.example'])
  })

  test('is made of what is shown, and can be copied', async () => {
    const page = await atHome()
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'])
      .catch(() => {})
    await page.fill('#address', 'https://files.example/run')
    await page.press('#address', 'Enter')
    await settled(page)
    const own = fingerprint
    await page.fill('#fingerprint', own)
    assert.equal(await verdict(page), 'VERIFIED')
    assert.match(page.url(), /url\.html#src=https:\/\/files\.example\/run$/)
    await page.evaluate(() => {
      navigator.clipboard.writeText = async text => {
        globalThis.written = text
      }
    })
    await page.click('#copy-link')
    await page.waitForFunction(() => globalThis.written)
    const copy = await page.evaluate(() => globalThis.written)
    assert.match(copy, new RegExp(`#src=https://files\\.example/run&fingerprint=${own}$`))
    const other = await shown(copy)
    await other.click('#read-it')
    assert.equal(await verdict(other), 'UNTRUSTED')
  })
})

describe('an address', () => {
  for (const [given, word] of [
    ['http://files.example/run', /https alone/],
    ['files.example/run', /no address/],
    ['javascript:alert(1)', /no address/],
    ['https://files.example/run?list', /neither \? nor #/],
    ['https://user:secret@files.example/run', /user's name or password/],
    ['hf://org', /hf:\/\/OWNER\/REPOSITORY/],
  ]) {
    test(`${given} is refused before anything is asked`, async () => {
      world.asked.length = 0
      const page = await linked(encodeURIComponent(given))
      await page.click('#read-it')
      assert.match(await page.textContent('#address-facts'), word)
      assert.equal(await page.getAttribute('#address', 'aria-invalid'), 'true')
      await page.waitForTimeout(200)
      assert.deepEqual(world.asked, [])
      assert.deepEqual(page.complaints, [])
    })
  }

  test('of the hub is read, over its page, its pages of names and where it sends on to', async () => {
    const wanted = (await leafsum.digest(leafsum.fromPath(join(folder, 'repo', 'run')))).fingerprint
    for (const given of ['hf://org/repo/run', 'https://huggingface.co/org/repo/tree/main/run']) {
      world.asked.length = 0
      const page = await linked(given, `&fingerprint=${wanted}`)
      assert.match(await page.textContent('#address-facts'), /asks huggingface\.co/)
      await page.click('#read-it')
      assert.equal(await verdict(page), 'UNTRUSTED')
      assert.match(await page.inputValue('#address'), /^hf:\/\/org\/repo(@main)?\/run$/)
      assert.ok(
        hostsAsked().some(host => /^port-\d+\.example$/.test(host)),
        'large files come from elsewhere',
      )
      assert.deepEqual(page.complaints, [])
    }
  })

  for (const name of ['run.tar', 'run.tar.gz?signature=of%20the%20address']) {
    test(`of an archive, ${name}, is read in place`, async () => {
      world.asked.length = 0
      const page = await linked(encodeURIComponent(`https://files.example/${name}`), `&fingerprint=${fingerprint}`)
      await page.click('#read-it')
      assert.equal(await verdict(page), 'UNTRUSTED')
      assert.deepEqual(page.complaints, [])
      const queries = new Set(world.asked.map(({ url }) => url))
      assert.deepEqual([...queries], [`/${name}`], 'the address goes as it stands')
    })
  }

  test('of a bucket that may not be listed is read by name', async () => {
    const page = await linked('gs://bucket/run', `&fingerprint=${fingerprint}`)
    await page.click('#read-it')
    assert.equal(await verdict(page), 'UNTRUSTED')
    assert.match(await page.textContent('#checkpoint-facts'), /^On storage\.googleapis\.com/)
  })

  test('of a server that does not let the page read it says so', async () => {
    const page = await linked('https://closed.example/run')
    await page.click('#read-it')
    await settled(page)
    assert.match(await page.textContent('#checkpoint-problem'), /CORS/)
    assert.match(await page.textContent('#hint'), /Give the address of the directory/)
  })
})

describe('the page for addresses', () => {
  test('opens https alone: http, sockets, images and forms stay shut, and so do redirects to http', async () => {
    const html = readFileSync(join(folder, 'page', 'url.html'), 'utf8')
    const other = readFileSync(join(folder, 'page', 'index.html'), 'utf8')
    const policy = text => /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)[1].split('; ')
    const differs = policy(html).filter(part => !policy(other).includes(part))
    assert.deepEqual(
      differs.filter(part => !part.startsWith('script-src')),
      ['connect-src https:'],
    )
    assert.ok(policy(other).includes("connect-src 'none'"))
    assert.doesNotMatch(policy(html).join(';'), /unsafe-inline|'unsafe-eval'|'self'|\*|http:/)
    plainAsked.length = 0
    const page = await linked('https://sends-on.example/run')
    await page.click('#read-it')
    await settled(page)
    const tried = await page.evaluate(async port => {
      const ways = {
        fetch: () => fetch(`http://127.0.0.1:${port}/leak`),
        socket: () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(`ws://127.0.0.1:${port}/leak`)
            socket.onopen = resolve
            socket.onerror = reject
          }),
        image: () =>
          new Promise((resolve, reject) => {
            const image = new Image()
            image.onload = resolve
            image.onerror = reject
            image.src = 'https://files.example/leak'
          }),
      }
      return Object.fromEntries(
        await Promise.all(
          Object.entries(ways).map(async ([name, go]) => [
            name,
            await go().then(
              () => 'reached',
              () => 'refused',
            ),
          ]),
        ),
      )
    }, plain.address().port)
    assert.deepEqual(tried, { fetch: 'refused', socket: 'refused', image: 'refused' })
    assert.deepEqual(plainAsked, [])
    assert.ok(!world.asked.some(({ url }) => url === '/leak'))
  })

  test('takes evidence from the disk, by choice and by order, but no checkpoint', async () => {
    const page = await atHome()
    await page.fill('#address', 'https://files.example/run')
    await page.click('#read-it')
    await settled(page)
    await chooseLockfile(page, asFile('run.leafsum.json', lockfile))
    assert.equal(await verdict(page), 'VERIFIED')
    assert.equal(await page.locator('[webkitdirectory]').count(), 0)
    await page.click('#start-over')
    assert.equal(page.url().includes('#'), false)
    assert.equal(await page.isVisible('#result'), false)
  })

  test('does not work inside another page', async () => {
    const page = await shown('https://frames.example/')
    const inner = page.frames().find(frame => frame.url().includes('url.html'))
    await inner.waitForSelector('#notice:not([hidden])')
    assert.match(await inner.textContent('#notice'), /inside another one/)
    assert.ok(await inner.isHidden('#place'))
  })

  test('and the page for files lead to each other', async () => {
    const page = await shown(`file://${join(folder, 'page', 'index.html')}`)
    await page.click('.elsewhere a')
    await page.waitForSelector('#address')
    await page.click('.elsewhere a')
    await page.waitForSelector('#try')
  })

  test('axe finds nothing, by itself, by a link and with a result; 320 px are enough; by keyboard alone', async () => {
    const page = await linked('https://files.example/run', `&fingerprint=${fingerprint}`)
    const complaints = async () => {
      await axeFindsNothing(page)
      await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' })
    }
    await complaints()
    await page.focus('#address')
    await page.keyboard.press('Enter')
    assert.equal(await verdict(page), 'UNTRUSTED')
    await complaints()
    await page.focus('#link-confirmed')
    await page.keyboard.press('Space')
    await page.waitForFunction(() => document.getElementById('verdict').textContent === 'VERIFIED')
    await page.setViewportSize({ width: 320, height: 800 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
    const first = await atHome()
    await first.setViewportSize({ width: 320, height: 800 })
    assert.equal(await first.evaluate(() => document.documentElement.scrollWidth), 320)
  })
})
