// Looks at every component: axe, no sideways scroll, target sizes, keyboard,
// bytes on the wire, and a picture of each page at each size into e2e/out.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { dir, gallery } from './gallery.mjs'
import { check, fits, launch, open, settled, shot, sizes, tabTo, targets, wire } from './lib.mjs'

let stand, url, browser

before(async () => {
  stand = await gallery()
  url = stand.url
  browser = await launch()
})

after(async () => {
  await browser?.close()
  stand?.close()
})

for (const [mode, elder] of [['', false], ['-elder', true]]) {
  for (const width of Object.keys(sizes)) {
    test(`every component is sound at ${width}${mode}`, async t => {
      const page = await open(browser, t, { size: width })
      const troubles = []
      for (const name of stand.pages) {
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

test('pages keep their weight, first and after', async t => {
  const page = await open(browser, t)
  const first = await wire(page, () => page.goto(`${url}/list`))
  t.diagnostic(`first ${first.total} bytes: ${first.files.map(f => `${new URL(f.url).pathname} ${f.bytes}`).join(', ')}`)
  assert(first.total <= 250 * 1024, `${first.total} bytes`)
  const later = await wire(page, () => page.goto(`${url}/inbox`))
  t.diagnostic(`after ${later.total} bytes: ${later.files.map(f => `${new URL(f.url).pathname} ${f.bytes}`).join(', ')}`)
  assert(later.total <= 30 * 1024, `${later.total} bytes`)
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

test('a filter changes the list in place and the address with it', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/plans/1`)
  await page.evaluate(() => { globalThis.stayed = true })
  await page.selectOption('[name=state]', 'b')
  await page.waitForURL(/state=b/)
  await settled(page)
  assert.equal(await page.evaluate(() => globalThis.stayed), true, 'the page was loaded anew')
  assert(stand.asked.some(line => line.startsWith('GET /plans/1?') && line.includes('unit=2') && line.endsWith('htmx')))
  assert.equal(await page.locator('main').count(), 1)
  await page.click('text=下一页')
  await page.waitForURL(/after=100/)
  await page.goBack()
  await page.waitForURL(/state=b/)
  await settled(page)
  assert.equal(await page.locator('.table').count(), 1)
  await page.click('#f-unit')
  await page.keyboard.press('ArrowDown')
  assert.equal(await page.locator('.combo-list:visible').count(), 1, 'the combo was not made again')
})

test('a refusal of the server becomes a notice and leaves the page', async t => {
  const page = await open(browser, t)
  page.expected(/409/)
  await page.goto(`${url}/plans/1`)
  await page.evaluate(() => {
    const link = document.querySelector('.pager a')
    link.setAttribute('hx-get', '/refused')
    globalThis.htmx.process(link, true)
    link.click()
  })
  await page.waitForSelector('#notice .notice-danger')
  assert.match(await page.textContent('#notice'), /刚刚被别人签收/)
  assert.equal(await page.locator('.table').count(), 1)
})

test('a broken connection is said in words', async t => {
  const page = await open(browser, t)
  page.expected(/./)
  await page.goto(`${url}/plans/1`)
  await page.evaluate(() => {
    const link = document.querySelector('.pager a')
    link.setAttribute('hx-get', '/down')
    globalThis.htmx.process(link, true)
    link.click()
  })
  await page.waitForSelector('#notice .notice-danger')
  assert.match(await page.textContent('#notice'), /网络没有接通/)
})

test('a dialog opens over the page, keeps the focus and gives it back', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/record`)
  await page.click('text=同意延期')
  await page.waitForSelector('dialog[open] form')
  assert.equal(await page.evaluate(() => document.getElementById('dialog').contains(document.activeElement)), true)
  await check(page)
  await shot(page, 'gallery/dialog-1366')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('dialog[open]').count(), 0)
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '同意延期')
})

test('menus open by keyboard and close with Escape', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/list`)
  await page.focus('.whereabouts summary')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.whereabouts .menu-list >> visible=true')
  await check(page, { include: [['.topbar']] })
  await shot(page, 'gallery/menu-1366', { full: false })
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.whereabouts .menu-list').isVisible(), false)
})

test('a file over the limit is refused before it is sent; a good one goes with the form', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/form`)
  await page.setInputFiles('.input-file', { name: '台账.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('x') })
  assert.match(await page.textContent('[data-files]'), /换一个/)
  stand.asked.length = 0
  await page.click('text=提交反馈')
  assert.deepEqual(stand.asked.filter(line => line.startsWith('POST')), [])
  await page.setInputFiles('.input-file', { name: '台账.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(300_000) })
  await page.click('text=提交反馈')
  await page.waitForURL(/inbox/)
  assert.equal(stand.asked.filter(line => line.startsWith('POST')).length, 1)
})

test('two presses send a form once', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/form`)
  stand.asked.length = 0
  await page.evaluate(() => {
    const button = document.querySelector('.form-actions .btn-primary')
    button.click()
    button.click()
  })
  await page.waitForURL(/inbox/)
  assert.equal(stand.asked.filter(line => line.startsWith('POST')).length, 1)
})

test('unsaved words are not lost without a question', async t => {
  const page = await open(browser, t)
  await page.goto(`${url}/form`)
  await page.fill('#f-text', '已完成入户核实')
  let asked = 0
  page.on('dialog', dialog => {
    asked++
    void dialog.accept()
  })
  await page.click('.sidebar a >> nth=0')
  await page.waitForURL(url + '/')
  assert.equal(asked, 1)
})
