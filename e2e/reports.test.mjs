// Reports from the first second to the answer: a child on a phone without
// scripts, a teacher with his proof, the hotline by keyboard, two reports that
// are one event.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { App, check, effort, fits, launch, open, password, settled, tabTo, targets, wire } from './lib.mjs'
import { desk, fill, lodge, lookup, newest, press, said, says } from './forms.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

/** Looks at a public page on the phone; axe needs scripts. */
async function look(page, { scripts = true } = {}) {
  await fits(page)
  await targets(page, 44, 'button, .calls a, .choice, .input')
  if (scripts) await check(page)
}

const plain = { scripts: false }

describe('the way of a report', { timeout: 240_000 }, () => {
  test('a child reports on a phone without scripts, comes back and answers a question', async t => {
    const phone = await open(browser, t, { size: 360, script: false })
    let receipt
    const { total } = await wire(phone, async () => {
      await app.visit(phone, '/report')
      await phone.click('a[href="/report/child"]')
      for (const answers of [{ danger: 'no' }, { what: 'hurt' }, { region: '青石镇', place: '石门村' }, { narrative: '爸爸喝酒以后打我。' }]) {
        await fill(phone, answers)
        await press(phone, answers.narrative ? '发给我们' : '下一步')
      }
      receipt = (await phone.locator('.receipt-code').innerText()).replace(/\D/g, '')
    })
    assert.equal(receipt.length, 16)
    t.diagnostic(`${total} bytes from the first page to the receipt`)
    assert(total <= 100 * 1024, `${total} bytes`)
    await look(phone, plain)

    const office = await desk(app, () => open(browser, t), 'weibaoban')
    const report = await newest(app, office)
    await says(office, /爸爸喝酒以后打我/)
    await press(office, '受理')
    await app.visit(office, report + '/ask')
    await fill(office, { text: '你现在安全吗？晚上和谁住？' })
    await press(office, '发送')

    await phone.click('text=回来看看')
    await look(phone, plain)
    await fill(phone, { receipt })
    await press(phone, '看看')
    await says(phone, /晚上和谁住/)
    await look(phone, plain)
    assert(phone.url().endsWith('/report/child/look'), 'a child stays with its own words')
    await says(phone, /帮助你的人/)
    assert(!phone.url().includes(receipt), 'no receipt stands in an address')
    await fill(phone, { text: '现在在外婆家，安全。' })
    await press(phone, '发给我们')
    await says(phone, /现在在外婆家/)

    await app.visit(office, '/reports?view=asking')
    await app.visit(office, report)
    await says(office, /现在在外婆家，安全/)
    assert.deepEqual(await phone.context().cookies(), [], 'the public pages set no cookie')
  })

  test('a teacher reports under his duty and gets the proof', async t => {
    const page = await open(browser, t, { size: 360 })
    await app.visit(page, '/report/duty')
    await says(page, /先拨打110/)
    const answers = [{ danger: 'no' }, { codes: ['R4'] }, { region: '青石镇', place: '镇中心小学' },
      { narrative: '发现学生身上有多处淤青。', unit: '青石镇中心小学', name: '唐老师', called: '今天9时30分', called_number: '0017' }]
    for (const [n, fields] of answers.entries()) {
      await look(page)
      await fill(page, fields)
      await press(page, n === answers.length - 1 ? '提交' : '下一步')
    }
    await look(page)
    const receipt = (await page.locator('.receipt-code').innerText()).replace(/\D/g, '')
    await says(page, /不等于已经报警/, 'a receipt does not say that the police know')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:has-text("凭证")')])
    assert.match(readFileSync(await download.path()).subarray(0, 4).toString('latin1'), /^(PK|%PDF)/, 'the proof is a document')

    await app.visit(page, '/report/look')
    await fill(page, { receipt })
    await press(page, '查看')
    await page.locator('button:has-text("凭证")').waitFor()
    assert.doesNotMatch(await said(page), /公安机关已经签收/)
  })

  test('the hotline registers a call with the keyboard alone', async t => {
    const page = await open(browser, t)
    await app.visit(page, '/login')
    await page.keyboard.type('12345rexian')
    await tabTo(page, '[name=password]')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.pathname !== '/login')
    const sums = await effort(page)
    await app.visit(page, '/intake/new')
    await check(page)
    await fits(page)
    assert(await page.locator('#hotline [name]:not([type=hidden])').count() <= 12, 'more than twelve fields')
    assert.equal(await page.evaluate(() => document.activeElement.name), 'danger', 'the first question has the focus')
    await page.keyboard.press('2') // 没有
    await stepTo(page, 'what')
    await page.keyboard.type('无人照料')
    await page.keyboard.press('Enter')
    await stepTo(page, 'narrative')
    await page.keyboard.type('来电反映两个孩子独自在家。')
    await stepTo(page, 'phone')
    await page.keyboard.type('13900001234')
    await stepTo(page, 'channel')
    await tabTo(page, '#hotline button.btn-primary')
    await page.keyboard.press('Enter')
    await page.locator('.receipt-code').waitFor()
    await settled(page)
    const { clicks, keys } = await sums.read()
    assert.equal(clicks, 0)
    t.diagnostic(`${keys} keys, no press of the mouse`)
    assert.match(await page.locator('.receipt-code').innerText(), /\d{4}/)
    await check(page)

    // A second call from the same number is known while one types.
    await app.visit(page, '/intake/new')
    await stepTo(page, 'phone')
    await page.keyboard.type('13900001234')
    await page.locator('#known li').first().waitFor()
    assert.match(await page.locator('#known').innerText(), /以前的报告/)
  })

  test('two reports on one event are merged and both reporters are answered', async t => {
    const one = await lodge(app, { danger_now: false, what: 'alone', place: { region: '990101100200', text: '三组' }, narrative: '孩子没有人管。' })
    const office = await desk(app, () => open(browser, t), 'weibaoban')
    const main = await newest(app, office)
    const number = (await office.locator('.head .kicker').innerText()).trim()
    await press(office, '受理')
    const two = await lodge(app, { danger_now: false, what: 'alone', place: { region: '990101100200', text: '三组' }, narrative: '三组的孩子自己在家。' })
    const other = await newest(app, office)
    assert.notEqual(main, other)
    await says(office, new RegExp(number), 'reports on the same event are shown beside each other')
    await app.visit(office, other + '/merge')
    await check(office)
    await office.check(`label:has-text("${number}") input`)
    await press(office, '并入')
    await says(office, /已合并/)

    await app.visit(office, main + '/decide')
    await check(office)
    await fill(office, { 'q-danger': 'no', 'q-harm': 'no', 'q-care': 'yes' })
    await press(office, '下一步')
    await says(office, /牵头单位将看到以下内容/)
    assert.doesNotMatch(await said(office), /没有人管/, 'what was told does not go along')
    await check(office)
    await press(office, '确定并派发')
    await says(office, /已派发给牵头和配合单位/)
    await says(office, /转介〔/)
    await check(office)
    await app.visit(office, main + '/close')
    await says(office, /还没有办结/, 'the unit that has not answered is named')
    await fill(office, { text: '已经上门，孩子由亲属照看。', despite: '单位已电话反馈。' })
    await press(office, '答复并办结')
    for (const receipt of [one, two]) assert.match(await lookup(app, receipt), /孩子由亲属照看/)
    await app.visit(office, other)
    await says(office, /已合并/)
  })
})

/** Steps with Tab to a field of the hotline's form, be it a list that is searched. */
async function stepTo(page, name) {
  for (let n = 0; n < 60; n++) {
    const here = await page.evaluate(name => {
      const e = document.activeElement
      return e?.name === name || e?.id === `f-${name}` || !!e?.closest('.field')?.querySelector(`[name="${name}"]`)
    }, name)
    if (here) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${name} is not reached with the keyboard`)
}
