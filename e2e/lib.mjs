// The base of browser tests: start the program, log in, look, measure.
//
// A journey is a file e2e/<name>.test.mjs for node:test:
//
//   import { test } from 'node:test'
//   import { world } from './lib.mjs'
//   test('a unit signs for a duty', async t => {
//     const { page, app } = await world(t)
//     await app.login(page, 'jiaoyuju')
//     await app.visit(page, '/duties')
//     await check(page)               // axe: no violation
//   })
//
// An error on the console, a refused resource (CSP) or a failed request fails
// the test by itself; a test that expects one says so with page.expected(/…/).
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
export const out = join(root, 'e2e', 'out')

/** The widths that are looked at: phone, tablet, the common office screen, a large one. */
export const sizes = {
  360: { width: 360, height: 640 }, 768: { width: 768, height: 1024 },
  1366: { width: 1366, height: 768 }, 1920: { width: 1920, height: 1080 },
}

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN', '--force-color-profile=srgb']

/** Starts the browser; WEIBAO_CHROMIUM names another one than Debian's. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.WEIBAO_CHROMIUM || '/usr/bin/chromium', args: flags, ignoreDefaultArgs: ['--headless=new'],
    // The browser's own words (file chooser, dates) are Chinese, as on office machines.
    env: { ...process.env, LANGUAGE: 'zh_CN', LANG: 'zh_CN.UTF-8' },
  })
}

/** A free port of loopback. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** The password of the demo accounts, as `weibao demo` prints it. */
export const password = process.env.WEIBAO_DEMO_PASSWORD || 'yunling-2026'

export const binary = () => {
  const path = process.env.WEIBAO_BIN || join(root, 'bin', 'weibao')
  assert(existsSync(path), `${path} is missing: run make build first, or set WEIBAO_BIN`)
  return path
}

/** A fresh copy of the demo county: its story is played once for each build of the program and day. */
export function county() {
  const seeds = join(out, 'county')
  const seed = join(seeds, `${Math.round(statSync(binary()).mtimeMs)}-${new Date().toISOString().slice(0, 10)}`)
  if (!existsSync(seed)) {
    rmSync(seeds, { recursive: true, force: true })
    const half = `${seed}.half`
    const { status, stderr } = spawnSync(binary(), ['demo', '--fill', '--children', '100', '--data', half], { encoding: 'utf8', timeout: 240_000 })
    assert.equal(status, 0, stderr)
    renameSync(half, seed)
  }
  const data = mkdtempSync(join(tmpdir(), 'weibao-e2e-'))
  cpSync(seed, data, { recursive: true })
  return data
}

/** The program, running on a free port with data of its own. */
export class App {
  /** command: ['serve'] or ['demo', …]; data: a folder that stays, else a copy of the demo county; env: more environment; ready: how long the start may take. */
  static async start({ command = ['demo'], data, env = {}, ready = 120_000 } = {}) {
    const app = new App()
    app.own = !data
    app.data = data ?? county()
    app.url = `http://127.0.0.1:${await freePort()}`
    app.log = ''
    app.process = spawn(binary(), [...command, '--data', app.data, '--listen', new URL(app.url).host], { env: { ...process.env, ...env } })
    for (const stream of [app.process.stdout, app.process.stderr]) stream.on('data', chunk => { app.log += chunk })
    await app.ready(ready)
    return app
  }

  async ready(limit) {
    const end = Date.now() + limit
    while (Date.now() < end) {
      if (this.process.exitCode !== null) throw new Error(`weibao ended with ${this.process.exitCode}:\n${this.log}`)
      const answer = await fetch(this.url + '/readyz').catch(() => null)
      if (answer?.ok) return
      await new Promise(wake => setTimeout(wake, 100))
    }
    await this.stop()
    throw new Error(`weibao was not ready in ${limit} ms:\n${this.log}`)
  }

  /** Ends the program; signal SIGKILL for fault tests. */
  async stop(signal = 'SIGTERM') {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise(done => this.process.once('exit', done))
      this.process.kill(signal)
      await ended
    }
    if (this.own) rmSync(this.data, { recursive: true, force: true })
  }

  async visit(page, path) {
    const answer = await page.goto(this.url + path)
    await settled(page)
    return answer
  }

  /** Fills the sign-in page; code is the one-time code where the account has one. */
  async login(page, name, word = password, code) {
    await this.visit(page, '/login')
    await page.fill('[name=login]', name)
    await page.fill('[name=password]', word)
    if (code) await page.fill('[name=code]', code)
    await page.click('main form button')
    await page.waitForURL(url => url.pathname !== '/login')
    await settled(page)
  }
}

/** Browser, page and (unless app is false) the program, closed when the test ends. */
export async function world(t, { size = 1366, app: options = {} } = {}) {
  const browser = await launch()
  t.after(() => browser.close())
  const app = options === false ? null : await App.start(options)
  if (app) t.after(() => app.stop())
  const page = await open(browser, t, { size })
  return { browser, app, page }
}

/** Opens a page of a size; its console errors fail the test t. */
export async function open(browser, t, { size = 1366, elder = false, url, script = true } = {}) {
  const context = await browser.newContext({ viewport: sizes[size] ?? size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', javaScriptEnabled: script })
  if (elder) await context.addCookies([{ name: 'weibao_elder', value: '1', url }])
  const page = await context.newPage()
  watch(page)
  t?.after(async () => {
    await context.close()
    const troubles = page.troubles.filter(text => !page.excused.some(pattern => pattern.test(text)))
    assert.deepEqual(troubles, [], 'the browser complained')
  })
  return page
}

function watch(page) {
  page.troubles = []
  page.excused = []
  page.expected = pattern => page.excused.push(pattern)
  page.inflight = new Set()
  page.on('request', request => { if (request.resourceType() !== 'eventsource') page.inflight.add(request) })
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, request => page.inflight.delete(request))
  page.on('console', message => { if (message.type() === 'error') page.troubles.push(`${message.text()} ${message.location().url}`) })
  page.on('pageerror', error => page.troubles.push(String(error)))
  page.on('requestfailed', request => {
    const why = request.failure()?.errorText ?? ''
    if (why !== 'net::ERR_ABORTED') page.troubles.push(`${request.method()} ${request.url()}: ${why}`)
  })
}

/** Waits until nothing is under way any more: no request but the live one, no htmx swap. */
export async function settled(page) {
  await page.waitForLoadState('load')
  for (let quiet = 0; quiet < 3;) {
    await page.waitForTimeout(30)
    const busy = page.inflight.size > 0 || await page.locator('.htmx-request, .htmx-swapping, .htmx-settling').count() > 0
    quiet = busy ? 0 : quiet + 1
  }
}

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** Runs axe with the WCAG 2.2 AA rules and fails on any violation. */
export async function check(page, { include = [['html']], exclude = [] } = {}) {
  // Through the debugger, which the page's CSP does not bind.
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(([include, exclude]) => globalThis.axe.run(
    { include, exclude }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }), [include, exclude])
  const found = violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help}\n    ${node.target} ${node.failureSummary.replaceAll('\n', ' ')}`))
  assert.deepEqual(found, [], `axe on ${page.url()}`)
}

/** Fails if the page scrolls sideways or something in it is cut off at the right. */
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth
    const within = element => { // frames that scroll by themselves may hold more
      for (let p = element.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true
      return false
    }
    return [...document.body.querySelectorAll('*')]
      .filter(e => (e.checkVisibility?.() ?? true) && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > limit + 1 && !within(e))
      .slice(0, 5).map(e => `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} to ${Math.round(e.getBoundingClientRect().right)} of ${limit}`)
  })
  assert.deepEqual(wide, [], `sideways scroll on ${page.url()}`)
}

/** Fails on a target smaller than least in both directions; links inside text are exempt (WCAG 2.5.8). */
export async function targets(page, least, among = 'button, a[href], summary, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), label.choice') {
  const small = await page.evaluate(([least, among]) => {
    const seen = e => e.checkVisibility?.({ visibilityProperty: true }) ?? e.offsetParent !== null
    const inline = e => e.tagName === 'A' && getComputedStyle(e).display === 'inline'
    return [...document.querySelectorAll(among)]
      .filter(e => seen(e) && !inline(e)).map(e => [e, e.getBoundingClientRect()])
      .filter(([, r]) => r.width > 1 && r.height < least - .5)
      .map(([e, r]) => `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 12)}" ${Math.round(r.width)}×${Math.round(r.height)}`)
  }, [least, among])
  assert.deepEqual(small, [], `targets under ${least} px on ${page.url()}`)
}

/** Takes a picture into e2e/out/<name>-<width>.png. */
export async function shot(page, name, { full = true } = {}) {
  mkdirSync(out, { recursive: true })
  const path = join(out, `${name}.png`)
  await page.screenshot({ path, fullPage: full })
  return path
}

/** Takes pictures at all sizes and checks that nothing is cut off. */
export async function shots(page, name, widths = Object.keys(sizes)) {
  for (const width of widths) {
    await page.setViewportSize(sizes[width])
    await fits(page)
    await shot(page, `${name}-${width}`)
  }
}

/** Counts the bytes on the wire while act runs: { total, files: [{ url, bytes }] }. */
export async function wire(page, act) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const urls = new Map()
  const files = []
  session.on('Network.requestWillBeSent', e => urls.set(e.requestId, e.request.url))
  session.on('Network.requestServedFromCache', e => urls.delete(e.requestId))
  session.on('Network.loadingFinished', e => { if (urls.has(e.requestId)) files.push({ url: urls.get(e.requestId), bytes: e.encodedDataLength }) })
  await act()
  await settled(page)
  await session.detach()
  return { total: files.reduce((sum, file) => sum + file.bytes, 0), files }
}

/** The keyboard alone: steps with Tab to the element, and fails if focus is not seen on the way. */
export async function tabTo(page, selector, { limit = 80, key = 'Tab' } = {}) {
  for (let steps = 1; steps <= limit; steps++) {
    await page.keyboard.press(key)
    const at = await page.evaluate(selector => {
      const e = document.activeElement
      const style = e && getComputedStyle(e)
      return { here: !!e?.matches(selector), body: e === document.body, name: e?.outerHTML.slice(0, 80), seen: !!style && (style.outlineStyle !== 'none' || style.boxShadow !== 'none') }
    }, selector)
    if (!at.body) assert(at.seen, `focus is not visible on ${at.name}`)
    if (at.here) return steps
  }
  throw new Error(`${selector} is not reached with ${limit} × ${key}`)
}

/** Counts what a person does on a page: presses, fields, keys. Call .read() for the sums. */
export async function effort(page) {
  await page.addInitScript(() => {
    const sums = JSON.parse(sessionStorage.getItem('effort') ?? '{"clicks":0,"keys":0,"fields":0}')
    const keep = () => sessionStorage.setItem('effort', JSON.stringify(sums))
    addEventListener('click', e => { if (e.isTrusted && e.detail) { sums.clicks++; keep() } }, true)
    addEventListener('keydown', e => { if (e.isTrusted) { sums.keys++; keep() } }, true)
    addEventListener('change', e => { if (e.isTrusted) { sums.fields++; keep() } }, true)
  })
  return { read: () => page.evaluate(() => JSON.parse(sessionStorage.getItem('effort') ?? '{"clicks":0,"keys":0,"fields":0}')) }
}

/** The kind of page at an address: those that differ in ids, or in their question alone, are one. */
export const kindOf = url => url.pathname.replace(/\/\d+(?=\/|$)/g, '/{id}').replace(/^\/rules\/[a-z]+\/.+/, '/rules/{kind}/{id}')

/**
 * Follows links from the page at hand and calls look(path) once for each kind
 * of page.
 */
export async function crawl(page, look, { limit = 200 } = {}) {
  const links = () => page.evaluate(() => [...document.querySelectorAll('a[href]')]
    .filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.href))
  const seen = new Set([kindOf(new URL(page.url()))])
  const queue = [page.url()]
  while (queue.length > 0 && seen.size <= limit) {
    const url = queue.shift()
    const answer = await page.goto(url).catch(trouble => trouble)
    if (answer instanceof Error) {
      // A file that is downloaded is no page; anything else is a dead link.
      if (!/Download is starting/.test(answer.message)) await look(kindOf(new URL(url)), 0)
      continue
    }
    if (!answer?.headers()['content-type']?.includes('text/html')) continue
    await settled(page)
    await look(kindOf(new URL(url)), answer.status())
    for (const href of await links()) {
      const next = new URL(href)
      if (seen.has(kindOf(next))) continue
      seen.add(kindOf(next))
      queue.push(next.href)
    }
  }
  return seen
}
