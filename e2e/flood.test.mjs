// The page that asks for a little work or a wait when more comes than people
// send, in a browser with scripts and in one without.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { App, fits, launch, open } from './lib.mjs'
import { fill, lodge, press, says } from './forms.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

describe('a flood of reports', { timeout: 240_000 }, () => {
  /** Goes to the last page of a report and sends it. */
  async function send(page, narrative) {
    await app.visit(page, '/report/new')
    for (const answers of [{ danger: 'no' }, { what: 'other' }, { place: '村口' }]) {
      await fill(page, answers)
      await press(page, '下一步')
    }
    await fill(page, { narrative })
    await press(page, '提交')
  }

  test('with scripts the browser does the work by itself, without them a wait lets in', async t => {
    for (let n = 0; n < 300; n++) await lodge(app, { danger_now: false, what: 'other', narrative: `第${n}件` })

    const plain = await open(browser, t, { size: 360, script: false })
    plain.expected(/status of 429/)
    await send(plain, '夜里有哭声，没有脚本。')
    await says(plain, /请等\d+秒再点下面的按钮/)
    assert.equal(await plain.locator('main [name=narrative]').inputValue(), '夜里有哭声，没有脚本。', 'what was typed stays')
    assert(await plain.locator('a[href="tel:110"]').first().isVisible())
    await fits(plain)

    const modern = await open(browser, t, { size: 360 })
    modern.expected(/status of 429/)
    await send(modern, '夜里有哭声，有脚本。')
    await modern.locator('.receipt-code').waitFor({ timeout: 60_000 })

    await plain.waitForTimeout(31_000)
    await press(plain, '提交')
    await plain.locator('.receipt-code').waitFor()
  })
})
