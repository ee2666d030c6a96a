// What people typed into every field of the product, opened in a browser: nothing of it runs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch, root } from './lib.mjs'

let browser, walk, told, said = ''
const dir = mkdtempSync(join(tmpdir(), 'weibao-markup-'))
const file = join(dir, 'pages.json')

before(async () => {
  // The test of the server types into every form, and then serves what it made.
  walk = spawn('go', ['test', './internal/server', '-count=1', '-timeout', '30m', '-run', '^TestFaultOfNoFieldOfAnyForm$'], { cwd: root, env: { ...process.env, WEIBAO_MARKUP: file } })
  for (const stream of [walk.stdout, walk.stderr]) stream.on('data', chunk => { said += chunk })
  while (!existsSync(file)) {
    assert.equal(walk.exitCode, null, said)
    await new Promise(wake => setTimeout(wake, 200))
  }
  told = JSON.parse(readFileSync(file, 'utf8'))
  browser = await launch()
}, { timeout: 570_000 })

after(async () => {
  await browser?.close()
  rmSync(dir, { recursive: true, force: true })
  if (walk.exitCode === null) await new Promise(ended => walk.once('exit', ended))
  assert.equal(walk.exitCode, 0, said)
})

/** A page of somebody that notes whatever runs, is refused, asks or leads away. */
async function watched(who) {
  const context = await browser.newContext({ extraHTTPHeaders: { 'X-Who': who } })
  const page = await context.newPage()
  page.troubles = []
  page.on('dialog', dialog => { page.troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
  page.on('pageerror', error => page.troubles.push(String(error)))
  page.on('console', message => { if (message.type() === 'error') page.troubles.push(message.text()) })
  page.on('request', request => { if (!request.url().startsWith(told.url) && !/^(data|blob):/.test(request.url())) page.troubles.push(`asks ${request.url()}`) })
  return page
}

test('whatever was typed, nothing of it runs in any page that shows it', async () => {
  const marks = /xq\d{4}x/
  const pages = new Map()
  let shown = 0
  for (const [path, who] of Object.entries(told.pages)) {
    if (!pages.has(who)) pages.set(who, await watched(who))
    const page = pages.get(who)
    const answer = await page.goto(told.url + path, { waitUntil: 'load' }).catch(trouble => trouble)
    if (answer instanceof Error) {
      assert.match(answer.message, /Download is starting/, path) // a file is no page
      continue
    }
    await page.waitForTimeout(30) // an image that does not load says so later
    if (!answer.headers()['content-type']?.includes('text/html')) continue
    // Whoever points at, presses and focuses what stands there: an attribute that runs would run.
    await page.evaluate(() => { for (const e of document.querySelectorAll('main *')) for (const kind of ['mouseover', 'focus', 'toggle']) e.dispatchEvent(new Event(kind)) })
    const found = await page.evaluate(() => document.documentElement.textContent + [...document.querySelectorAll('input, textarea, option')].map(e => e.value).join(' '))
    if (marks.test(found)) shown++
    assert.equal(new URL(page.url()).origin, told.url, `${path} leads away`)
    assert.deepEqual(page.troubles, [], `${path} as ${who}`)
  }
  assert(shown >= 60, `only ${shown} of ${Object.keys(told.pages).length} pages show what was typed`)
  console.log(`${shown} pages showed what was typed`)
})

test('the same words written raw would be noticed', async () => {
  for (const headers of [{}, { 'Content-Security-Policy': "default-src 'self'" }]) {
    for (const raw of ['<script>xq0001x</script>', '<img src=x onerror=xq0001x>', '<svg onload=xq0001x>', '<img src=//xq0001x.example/>']) {
      const page = await watched('nobody')
      await page.route('**/raw', route => route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: `<!doctype html><title>甲</title><main>${raw}</main>` }))
      await page.goto(told.url + '/raw')
      await page.waitForTimeout(200)
      assert.notEqual(page.troubles.length, 0, `${raw} with ${JSON.stringify(headers)}`)
    }
  }
})
