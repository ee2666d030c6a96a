// The oldest browsers which are promised: Chromium 88 for the desk, 78 for
// what the public and phones see. node e2e/old-browser.mjs 88 78 fetches both.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gallery } from './gallery.mjs'
import { App, kindOf, password } from './lib.mjs'
import { found, OldBrowser } from './old-browser.mjs'

const skip = found(88) ? false : 'Chromium 88 could not be fetched'
let stand, page

before(async () => {
  if (skip) return
  stand = await gallery()
  page = await OldBrowser.launch(88)
})

after(async () => {
  await page?.close()
  stand?.close()
})

test('every page of the gallery loads without complaint and fits', { skip }, async t => {
  t.diagnostic(await page.evaluate('navigator.userAgent'))
  for (const name of stand.pages) {
    await page.goto(`${stand.url}/${name}`)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, name)
    await page.shot(`gallery/${name}-chromium88`)
  }
  assert.deepEqual(page.troubles, [])
})

test('htmx, selection, search in units and dialogs work', { skip }, async () => {
  await page.goto(`${stand.url}/plans/1`)
  await page.evaluate('globalThis.stayed = true')
  await page.evaluate(`(() => { const s = document.querySelector('[name=state]'); s.value = 'b'; s.dispatchEvent(new Event('change', { bubbles: true })) })()`)
  await page.wait(`location.search.includes('state=b')`)
  assert.equal(await page.evaluate('globalThis.stayed'), true)
  await page.evaluate(`document.querySelector('[data-batch-one]').click()`)
  assert.equal(await page.evaluate(`document.querySelector('[data-batch-count]').textContent`), '已选1项')
  await page.evaluate(`document.getElementById('f-unit').click()`)
  assert.equal(await page.evaluate(`document.querySelectorAll('.combo-list [role=option]').length`), 6)
  await page.goto(`${stand.url}/record`)
  await page.evaluate(`[...document.querySelectorAll('a[data-dialog]')][0].click()`)
  await page.wait(`!!document.querySelector('dialog[open] form')`)
  assert.deepEqual(page.troubles, [])
})

test('the office walks through every page of its desk', { skip, timeout: 120_000 }, async t => {
  const app = await App.start()
  t.after(() => app.stop())
  await login(page, app, 'weibaoban')
  const count = await walk(page, `${app.url}/duties`)
  t.diagnostic(`${count} kinds of page`)
  assert(count > 30, `${count} pages`)
  assert.deepEqual(page.troubles, [])
})

async function login(page, app, account) {
  await page.goto(`${app.url}/login`)
  await page.fill({ login: account, password })
  await page.press('登录')
}

/** Follows the links of a first page to one page of each kind; all fit and have a heading. */
async function walk(page, first) {
  const seen = new Set(['/login', kindOf(new URL(first))])
  const queue = [first]
  let count = 0
  while (queue.length > 0) {
    const url = queue.shift()
    const kind = await page.kind(url)
    if (!kind?.startsWith('text/html')) continue
    await page.goto(url)
    count++
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, url)
    assert.equal(await page.evaluate(`!!document.querySelector('h1') && (!document.querySelector('script[src*="desk"]') || document.documentElement.classList.contains('js'))`), true, url)
    const links = await page.evaluate(`[...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.href.split('#')[0])`)
    for (const href of links) {
      const kind = kindOf(new URL(href))
      if (seen.has(kind)) continue
      seen.add(kind)
      queue.push(href)
    }
  }
  return count
}

const skip78 = found(78) ? false : 'Chromium 78 could not be fetched'

test('a child reports, comes back and answers on an old phone', { skip: skip78, timeout: 120_000 }, async t => {
  const app = await App.start()
  t.after(() => app.stop())
  const phone = await OldBrowser.launch(78, { width: 360, height: 640 })
  t.after(() => phone.close())
  t.diagnostic(await phone.evaluate('navigator.userAgent'))
  const fits = async what => {
    assert.equal(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, what)
    assert.equal(await phone.evaluate(`[...document.querySelectorAll('button, .calls a, .choice, .input')].every(e => e.offsetHeight >= 44)`), true, `${what}: large enough for a thumb`)
  }
  await phone.goto(`${app.url}/report/child`)
  for (const answers of [{ danger: 'no' }, { what: 'hurt' }, { region: '青石镇', place: '石门村' }, { narrative: '爸爸喝酒以后打我。' }]) {
    await fits(Object.keys(answers).join())
    await phone.fill(answers)
    await phone.press(answers.narrative ? '发给我们' : '下一步')
  }
  await fits('receipt')
  await phone.shot('report-receipt-chromium78')
  const receipt = (await phone.evaluate(`document.querySelector('.receipt-code').innerText`)).replace(/\D/g, '')
  assert.equal(receipt.length, 16)
  await phone.goto(`${app.url}/report/child/look`)
  await fits('look')
  await phone.fill({ receipt })
  await phone.press('看看')
  await fits('looked')
  await phone.fill({ text: '现在在外婆家，安全。' })
  await phone.press('发给我们')
  assert.match(await phone.evaluate('document.body.innerText'), /现在在外婆家/)
  assert.deepEqual(phone.troubles, [])
})

test('every public page fits an old phone', { skip: skip78, timeout: 120_000 }, async t => {
  const app = await App.start()
  t.after(() => app.stop())
  const phone = await OldBrowser.launch(78, { width: 360, height: 640 })
  t.after(() => phone.close())
  const count = await walk(phone, `${app.url}/report`)
  t.diagnostic(`${count} kinds of page`)
  assert(count > 4, `${count} public pages`)
  assert.deepEqual(phone.troubles, [])
})
