// Whatever runs in a Worker of the page reaches no network. The Worker's script is replaced by a probe that tries every
// way out; the page around it, its policy and its own script stay as they are. The same probe in the same page without
// the policy does reach the servers: otherwise a refusal would prove nothing.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import { buildPage, launch, scratch, seed } from './support/browser.js'
import { open } from './support/page.js'
import { serve } from './support/server.js'

const folder = scratch({ after })
let browser, home, foreign

/**
 * Runs inside the Worker, as text: every way to a URL, by name. Each resolves when it got through, rejects when
 * refused.
 */
function ways(self) {
  const opened = (target, name) =>
    new Promise((resolve, reject) => {
      target.addEventListener(name, () => resolve())
      target.addEventListener('error', event => {
        event.preventDefault() // else a nested Worker's error becomes ours
        reject(new Error(event.message || 'error event'))
      })
      setTimeout(() => reject(new Error('nothing happened')), 4000)
    })
  // A policy of its own, as an attacker would have: then it is worker-src alone that refuses.
  const policy = self.trustedTypes?.createPolicy('leafsum-worker', { createScriptURL: text => text })
  const scriptUrl = url => policy.createScriptURL(url)
  return {
    fetch: url => fetch(url),
    'fetch no-cors': url => fetch(url, { mode: 'no-cors', method: 'POST', body: 'secret' }),
    'fetch keepalive': url => fetch(url, { keepalive: true }),
    XMLHttpRequest: url => {
      const request = new XMLHttpRequest()
      request.open('GET', url)
      request.send()
      return opened(request, 'load')
    },
    'XMLHttpRequest, synchronous': async url => {
      const request = new XMLHttpRequest()
      request.open('GET', url, false)
      request.send()
    },
    WebSocket: url => opened(new WebSocket(url.replace('http', 'ws')), 'open'),
    EventSource: url => opened(new EventSource(url), 'open'),
    'import()': url => import(url),
    importScripts: async url => self.importScripts(url),
    'importScripts, trusted': async url => self.importScripts(scriptUrl(url)),
    'Cache.add': async url => (await caches.open('probe')).add(url),
    FontFace: url => new FontFace('probe', `url(${url})`).load(),
    'nested Worker': url => {
      const worker = new Worker(url)
      return opened(worker, 'message')
    },
    'nested Worker, trusted': url => opened(new Worker(scriptUrl(url)), 'message'),
    'nested blob Worker that fetches': url => {
      const script = `fetch(${JSON.stringify(url)}).then(() => postMessage(1), error => setTimeout(() => { throw error }))`
      const blob = URL.createObjectURL(new Blob([script]))
      return opened(new Worker(scriptUrl(blob)), 'message')
    },
    eval: async () => (0, self.eval)('1'),
    'new Function': async () => new Function('return 1')(),
  }
}

/** The probe never answers the page, so that it is left alone; the test asks for its promise. */
function probe(urls) {
  return `${ways}
self.outcome = (async () => {
  const tried = ways(self)
  const outcome = {}
  for (const [place, base] of Object.entries(${JSON.stringify(urls)})) {
    for (const [name, go] of Object.entries(tried)) {
      const url = base + encodeURIComponent(name)
      try { await go(url); outcome[place + ': ' + name] = 'reached' }
      catch (error) { outcome[place + ': ' + name] = 'refused: ' + error }
    }
  }
  return outcome
})()`
}

before(async () => {
  buildPage(join(folder, 'page'))
  mkdirSync(join(folder, 'files'))
  // What a probe would get; only as a Worker of its own does it say that it runs.
  writeFileSync(join(folder, 'files', 'script.js'), 'if (!self.ways) self.postMessage(1)')
  const leak = { '/leak/': { every: join(folder, 'files', 'script.js') } }
  home = await serve({ '/page/': join(folder, 'page'), '/control/': join(folder, 'control'), ...leak })
  foreign = await serve(leak)

  const built = readFileSync(join(folder, 'page', 'index.html'), 'utf8')
  const urls = { 'same origin': `${home.origin}/leak/`, foreign: `${foreign.origin}/leak/` }
  const block = /(<script type="text\/plain" id="worker-source">)[\s\S]*?(<\/script>)/
  const probed = built.replace(block, (_, start, end) => start + probe(urls).replaceAll('</script', '<\\/script') + end)
  const free = probed.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
  assert.notEqual(probed, built)
  assert.notEqual(free, probed)
  writeFileSync(join(folder, 'page', 'index.html'), probed)
  mkdirSync(join(folder, 'control'))
  writeFileSync(join(folder, 'control', 'index.html'), free)
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await home?.close()
  await foreign?.close()
})

/** @returns {Promise<Record<string, string>>} */
async function outcome(url) {
  const page = await open(browser, url)
  const [worker] = await Promise.all([
    page.waitForEvent('worker'),
    page.setInputFiles('#input-checkpoint', join(seed, 'baseline_ckpt')),
  ])
  assert.match(worker.url(), /^blob:/)
  return worker.evaluate(() => self.outcome)
}

const leaks = server =>
  server.requests.filter(url => url.startsWith('/leak/')).map(url => decodeURIComponent(url.slice(6)))

describe('inside the Worker', () => {
  test('every way out is refused, and the servers see nothing', async () => {
    const tried = await outcome(`${home.origin}/page/`)
    assert.equal(Object.keys(tried).length, 2 * Object.keys(ways({})).length)
    for (const [name, what] of Object.entries(tried)) assert.match(what, /^refused: /, name)
    assert.deepEqual(leaks(home), [])
    assert.deepEqual(leaks(foreign), [])
  })

  test('the same probe without the policy gets through', async () => {
    const tried = await outcome(`${home.origin}/control/`)
    // A Worker from a foreign origin is refused by the web itself.
    const never = /^foreign: nested Worker(, trusted)?$/
    for (const [name, what] of Object.entries(tried)) {
      if (never.test(name) || /FontFace/.test(name)) continue // the answer is no font: the request is what counts
      assert.equal(what, 'reached', name)
    }
    const wanted = Object.keys(ways({})).filter(name => !/^(eval|new Function)$/.test(name))
    for (const name of wanted) {
      assert.ok(leaks(home).includes(name), `${name} never reached its own server`)
      if (!never.test(`foreign: ${name}`))
        assert.ok(leaks(foreign).includes(name), `${name} never reached the foreign server`)
    }
  })
})

describe('the page itself', () => {
  test('has its policy before anything else, and no script from elsewhere', () => {
    const html = readFileSync(join(folder, 'page', 'index.html'), 'utf8')
    const policy = html.indexOf('<meta http-equiv="Content-Security-Policy"')
    assert.ok(policy > 0 && policy < html.search(/<(script|link|style|img)/))
    assert.ok(policy < 200)
    assert.doesNotMatch(html.slice(policy, html.indexOf('>', policy)), /unsafe-inline|'unsafe-eval'|https?:|'self'|\*/)
    assert.doesNotMatch(html, /<script[^>]*\ssrc=/)
  })

  test('reaches nothing either', async () => {
    const page = await open(browser, `${home.origin}/page/`)
    const refused = await page.evaluate(async url => {
      const image = new Image()
      const tried = await Promise.allSettled([
        fetch(url),
        new Promise((resolve, reject) => {
          image.onload = resolve
          image.onerror = reject
          image.src = url
        }),
        (async () => {
          document.body.innerHTML = '<b>markup</b>'
        })(),
        (async () => new Worker('data:text/javascript,'))(),
      ])
      navigator.sendBeacon(url, 'secret')
      return tried.map(({ status }) => status)
    }, `${foreign.origin}/leak/page`)
    assert.deepEqual(refused, ['rejected', 'rejected', 'rejected', 'rejected'])
    await page.waitForTimeout(300)
    // What the probes before this test still ask for, an EventSource again and again, is not this page's.
    const leaked = [...home.requests, ...foreign.requests].filter(url => url.startsWith('/leak/page'))
    assert.deepEqual(leaked, [])
  })
})
