// Drives an old Chromium (88 for the desk, 78 for public pages) over its debug
// pipe; the present playwright no longer speaks with it.
//
//   node e2e/old-browser.mjs 88 78     fetches them from npm into e2e/out/chromium-…, once
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { out } from './lib.mjs'

// Versions of the npm package chrome-aws-lambda and the Chromium inside.
const packed = { 78: '1.20.4', 88: '5.5.0' }

const place = version => join(out, `chromium-${version}`)

/** The path of the fetched browser, or null. */
export function found(version) {
  const path = join(place(version), 'chromium')
  return existsSync(path) ? path : null
}

/** Fetches the browser from npm; needs the network once. */
export function fetchBrowser(version) {
  const to = place(version)
  mkdirSync(to, { recursive: true })
  execFileSync('npm', ['install', '--prefix', to, '--ignore-scripts', '--no-save', '--legacy-peer-deps', '--no-package-lock', `chrome-aws-lambda@${packed[version]}`], { stdio: 'inherit' })
  const bin = join(to, 'node_modules/chrome-aws-lambda/bin')
  const unpack = name => brotliDecompressSync(readFileSync(join(bin, name)))
  const program = existsSync(join(bin, 'chromium.br')) ? 'chromium.br' : 'chromium-78.0.3904.br'
  writeFileSync(join(to, 'chromium'), unpack(program), { mode: 0o755 })
  for (const [name, folder] of [['aws', to], ['swiftshader', join(to, 'swiftshader')]]) {
    if (!existsSync(join(bin, `${name}.tar.br`))) continue
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(to, `${name}.tar`), unpack(`${name}.tar.br`))
    execFileSync('tar', ['xf', join(to, `${name}.tar`)], { cwd: folder })
  }
}

/** A page of an old browser: goto, evaluate, type, shot; troubles collects what its console says. */
export class OldBrowser {
  static async launch(version, { width = 1366, height = 768 } = {}) {
    const browser = new OldBrowser()
    browser.home = mkdtempSync(join(tmpdir(), 'weibao-old-'))
    browser.process = spawn(found(version), ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync',
      '--remote-debugging-pipe', `--user-data-dir=${browser.home}`, `--window-size=${width},${height}`, '--hide-scrollbars', '--lang=zh-CN', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: browser.home, LD_LIBRARY_PATH: join(place(version), 'lib') } })
    browser.listen()
    await browser.attach(width, height).catch(async trouble => {
      await browser.close()
      throw trouble
    })
    return browser
  }

  listen() {
    this.answers = new Map()
    this.waiters = []
    this.troubles = []
    this.count = 0
    let rest = ''
    this.process.stdio[4].on('data', chunk => {
      const parts = (rest + chunk).split('\0')
      rest = parts.pop()
      for (const part of parts) this.receive(JSON.parse(part))
    })
  }

  receive({ id, result, error, method, params }) {
    if (id) {
      const answer = this.answers.get(id)
      this.answers.delete(id)
      error ? answer.reject(new Error(error.message)) : answer.resolve(result)
      return
    }
    if (method === 'Runtime.exceptionThrown') this.troubles.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text)
    if (method === 'Log.entryAdded' && params.entry.level === 'error') this.troubles.push(`${params.entry.text} ${params.entry.url ?? ''}`)
    this.waiters = this.waiters.filter(waiter => waiter.method !== method || waiter.resolve(params))
  }

  send(method, params = {}) {
    const id = ++this.count
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.session }) + '\0')
    return new Promise((resolve, reject) => this.answers.set(id, { resolve, reject }))
  }

  once(method) {
    return new Promise(resolve => this.waiters.push({ method, resolve }))
  }

  async attach(width, height) {
    let target
    for (const end = Date.now() + 10_000; !target && Date.now() < end;) {
      const { targetInfos } = await this.send('Target.getTargets')
      target = targetInfos.find(info => info.type === 'page')
    }
    const { sessionId } = await this.send('Target.attachToTarget', { targetId: target.targetId, flatten: true })
    this.session = sessionId
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`)
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
  }

  goto(url) {
    return this.load(url, () => this.send('Page.navigate', { url }))
  }

  /** Fills a form: by name of the field the text, or the value that is chosen. */
  fill(fields) {
    return this.evaluate(`for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
      const field = document.querySelector('[name="' + name + '"]')
      if (/radio|checkbox/.test(field.type)) document.querySelector('[name="' + name + '"][value="' + value + '"]').click()
      else if (field.tagName === 'SELECT') field.selectedIndex = [...field.options].findIndex(o => o.text.includes(value))
      else field.value = value
    }`)
  }

  /** Presses the button with this text and waits for the page that follows. */
  press(text) {
    return this.load(text, () => this.evaluate(`[...document.querySelectorAll('button')].find(b => b.innerText.includes(${JSON.stringify(text)})).click()`))
  }

  async load(what, begin) {
    const loaded = this.once('Page.loadEventFired')
    await begin()
    let timer
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what} is not loaded in 15 s`)), 15_000) })
    await Promise.race([loaded, late]).finally(() => clearTimeout(timer))
    await this.wait('document.readyState === "complete"')
  }

  /** The content type of what stands at an address, asked as this browser. */
  async kind(url) {
    const { cookies } = await this.send('Network.getCookies', { urls: [url] })
    const answer = await fetch(url, { method: 'HEAD', headers: { Cookie: cookies.map(c => `${c.name}=${c.value}`).join('; ') } })
    return answer.headers.get('content-type')
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  async wait(expression, limit = 5000) {
    for (const end = Date.now() + limit; Date.now() < end;) {
      if (await this.evaluate(expression)) return
      await new Promise(wake => setTimeout(wake, 50))
    }
    throw new Error(`not in ${limit} ms: ${expression}`)
  }

  async shot(name) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' })
    const path = join(out, `${name}.png`)
    writeFileSync(path, Buffer.from(data, 'base64'))
    return path
  }

  async close() {
    const ended = new Promise(done => this.process.once('exit', done))
    this.process.kill('SIGKILL')
    await ended
    rmSync(this.home, { recursive: true, force: true })
  }
}

if (import.meta.filename === process.argv[1]) process.argv.slice(2).filter(version => packed[version] && !found(version)).forEach(fetchBrowser)
