// The desk in Chromium 88, the oldest browser which it promises to serve.
// Fetch it once with: node e2e/old-browser.mjs 88
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gallery } from './gallery.mjs'
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
