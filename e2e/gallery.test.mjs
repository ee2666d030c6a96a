// Looks at every component: axe, no sideways scroll, target sizes, keyboard,
// bytes on the wire, and a picture of each page at each size into e2e/out.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { check, fits, launch, open, out, root, shot, sizes, tabTo, targets, wire } from './lib.mjs'

const dir = join(out, 'gallery')
const types = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }
let server, url, browser, pages

function body(path) {
  if (!path.startsWith('/assets/')) return { body: readFileSync(join(dir, `${path.slice(1) || 'inbox'}.html`)) }
  return { body: readFileSync(join(root, 'assets/dist', path.slice(8) + '.br')), encoding: 'br' }
}

before(async () => {
  mkdirSync(dir, { recursive: true })
  execFileSync('go', ['test', './internal/ui/', '-run', 'TestGallery', '-count=1'], { cwd: root, env: { ...process.env, WEIBAO_GALLERY: dir }, stdio: 'inherit' })
  pages = readdirSync(dir).filter(name => name.endsWith('.html')).map(name => name.slice(0, -5))
  server = createServer((request, response) => {
    try {
      const path = new URL(request.url, 'http://x').pathname
      if (path === '/p') { // a progress part asks how far it is
        response.writeHead(204).end()
        return
      }
      const { body: content, encoding } = body(path)
      const headers = { 'Content-Type': types[path.split('.').pop()] ?? types.html, 'Content-Security-Policy': "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'" }
      if (encoding) headers['Content-Encoding'] = encoding
      response.writeHead(200, headers).end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})

after(async () => {
  await browser?.close()
  server?.close()
})

for (const [mode, elder] of [['', false], ['-elder', true]]) {
  for (const width of Object.keys(sizes)) {
    test(`every component is sound at ${width}${mode}`, async t => {
      const page = await open(browser, t, { size: width })
      const troubles = []
      for (const name of pages) {
        await page.goto(`${url}/${name}`)
        if (elder) await page.evaluate(() => document.documentElement.classList.add('elder'))
        await shot(page, `gallery/${name}-${width}${mode}`)
        for (const look of [fits, check, page => targets(page, elder || width < 768 ? 44 : 24), page => targets(page, elder ? 60 : 24, '.btn, .input, .sidebar a, .tabs a, .choice, .topbar-link')]) {
          await look(page).catch(trouble => troubles.push(trouble.message))
        }
      }
      assert.equal(troubles.join('\n'), '')
    })
  }
}

test('pages print without the shell', async t => {
  const page = await open(browser, t)
  for (const name of ['list', 'record', 'charts']) {
    await page.goto(`${url}/${name}`)
    await page.pdf({ path: join(dir, `${name}.pdf`), format: 'A4', preferCSSPageSize: true })
    await page.emulateMedia({ media: 'print' })
    for (const selector of ['.topbar', '.sidebar', '.head-actions']) assert.equal(await page.locator(selector).isVisible(), false, selector)
    await page.emulateMedia({ media: null })
  }
})

test('the first page keeps its weight', async t => {
  const page = await open(browser, t)
  const { total, files } = await wire(page, () => page.goto(`${url}/list`))
  t.diagnostic(`first load ${total} bytes: ${files.map(f => `${new URL(f.url).pathname} ${f.bytes}`).join(', ')}`)
  assert(total <= 250 * 1024, `${total} bytes`)
})

test('the keyboard reaches a row and its focus is seen', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/list`)
  await tabTo(page, '.skip', { limit: 1 })
  await page.keyboard.press('Enter')
  await tabTo(page, '.table td.wide a', { limit: 40 })
  await page.keyboard.press('ArrowDown')
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '/tasks/2')
})

test('selecting rows opens the bar with the count', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/list`)
  const bar = page.locator('[data-batch-bar]')
  assert.equal(await bar.isVisible(), false)
  const boxes = page.locator('[data-batch-one]')
  await boxes.nth(0).click()
  await boxes.nth(3).click({ modifiers: ['Shift'] })
  assert.equal(await page.locator('[data-batch-count]').textContent(), '已选4项')
  await page.locator('[data-batch-all]').check()
  assert.equal(await page.locator('[data-batch-count]').textContent(), '已选7项')
  await page.locator('[data-batch-all]').uncheck()
  assert.equal(await bar.isVisible(), false)
})

test('a unit is found by pinyin initials', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/form`)
  await page.click('#f-unit')
  await page.keyboard.type('jyj')
  await page.keyboard.press('Enter')
  assert.equal(await page.inputValue('#f-unit'), '县教育局')
  assert.equal(await page.locator('select[name=unit]').evaluate(select => select.value), '2')
  await page.fill('.pickmany-find', 'gaj')
  assert.equal(await page.locator('.pickmany .choice:visible').count(), 1)
})

test('pages read without scripts', async t => {
  const page = await open(browser, t, { script: false })
  await page.goto(`${url}/list`)
  assert.equal(await page.locator('[data-batch-bar]').isVisible(), true)
  assert.equal(await page.locator('[data-print]').isVisible(), false)
  await page.setViewportSize(sizes[360])
  await page.click('.topbar-menu')
  assert.equal(await page.locator('#nav').isVisible(), true)
})
