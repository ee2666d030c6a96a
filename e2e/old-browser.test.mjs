// The desk in Chromium 88, the oldest browser which it promises to serve.
// Fetch it once with: node e2e/old-browser.mjs 88
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gallery } from './gallery.mjs'
import { App, kindOf, password } from './lib.mjs'
import { found, OldBrowser } from './old-browser.mjs'

const skip = found(88) ? false : 'Chromium 88 is not here'
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
  await page.goto(`${app.url}/login`)
  await page.evaluate(`(() => { document.querySelector('[name=login]').value = 'weibaoban'; document.querySelector('[name=password]').value = '${password}'; document.querySelector('main form button').click() })()`)
  await page.wait(`location.pathname !== '/login' && document.readyState === 'complete'`)
  const seen = new Set(['/login', '/duties'])
  const queue = [`${app.url}/duties`]
  let count = 0
  while (queue.length > 0) {
    const url = queue.shift()
    const kind = await page.evaluate(`fetch('${url}', { method: 'HEAD' }).then(answer => answer.headers.get('content-type'))`)
    if (!kind?.startsWith('text/html')) continue
    await page.goto(url)
    count++
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, url)
    assert.equal(await page.evaluate(`document.documentElement.classList.contains('js') && !!document.querySelector('h1')`), true, url)
    const links = await page.evaluate(`[...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.href.split('#')[0])`)
    for (const href of links) {
      const kind = kindOf(new URL(href))
      if (seen.has(kind)) continue
      seen.add(kind)
      queue.push(href)
    }
  }
  t.diagnostic(`${count} kinds of page`)
  assert(count > 30, `${count} pages`)
  assert.deepEqual(page.troubles, [])
})
