// A township's old ledger becomes files: imported with errors, mended in the sender's own workbook and sent again;
// a child is found by initials and assessed, the visits appear by themselves; a level falls only through a second
// person; who looked stands on the file. Both widths of every screen on the way.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { App, check, county, fits, launch, open, settled, shot, sizes } from './lib.mjs'
import { retype, textsOf, workbook } from './workbook.mjs'

/** A valid identity number of the unassigned division 990101. */
function number(birth, serial) {
  const s = '990101' + birth + String(serial).padStart(3, '0')
  const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((all, weight, i) => all + weight * Number(s[i]), 0)
  return s + '10X98765432'[sum % 11]
}

const right = number('20160712', 824)
const wrong = right.slice(0, 17) + (right[17] === '0' ? '1' : '0')
const ledger = workbook([
  ['青石镇未成年人台账'],
  ['序号', '儿童姓名', '身份证号码（18位）', '乡镇', '村（社区）', '监护人', '与监护人关系', '联系电话', '就读学校'],
  ['1', '单阿梅', number('20150308', 822), '青石镇', '石门村', '单大山', '父亲', '13800000001', '青石镇中心小学'],
  ['2', '容小麦', wrong, '青石镇', '石门村', '容大山', '父亲', '13800000002', '青石镇中心小学'],
  ['3', '石小满', number('20170101', 826), '青石镇', '没有这个村', '石大川', '父亲', '13800000003', ''],
])

test('a ledger is imported, mended and sent again; a level makes the work and falls through two people', { timeout: 300_000 }, async t => {
  const browser = await launch()
  t.after(() => browser.close())
  const app = await App.start({ data: county() })
  t.after(() => app.stop())
  const page = await open(browser, t)
  page.expected(/status of 4(03|09|22)/)
  await app.login(page, 'weibaoban')

  const first = await send(page, app, { name: '台账.xlsx', content: ledger })
  assert.deepEqual(await figures(page), { 新增: 1, 有误: 2 })
  await both(page, 'import-staged')
  const back = await answer(page)
  assert.match(textsOf(back), /错误原因/)
  assert.match(textsOf(back), /青石镇没有|没有“没有这个村”|没有这个村/)
  await rows(page, app, first, 'wrong')
  await carryOut(page, app, first)
  await both(page, 'import-applied')

  await send(page, app, { name: '台账.xlsx', content: retype(back, { [wrong]: right, 没有这个村: '石门村' }) })
  assert.deepEqual(await figures(page), { 新增: 2, 一致: 1 })
  await carryOut(page, app, new URL(page.url()).pathname)

  const child = await find(page, app, 'sam', '单阿梅')
  await assess(page, app, child, '3')
  await app.visit(page, child)
  assert.match(await page.locator('main').innerText(), /橙色/)
  assert.match(await page.locator('main').innerText(), /入户走访：单阿梅/)
  await both(page, 'child-orange')

  const proposal = await assess(page, app, child, '1')
  await both(page, 'assessment-proposed')
  assert.match(await page.locator('main').innerText(), /待审定/)
  assert.equal(await page.locator('#decide').count(), 0, 'whoever assessed is not asked')
  const alone = await page.request.post(app.url + proposal + '/decide', { form: { agree: '1' } })
  assert.equal(alone.status(), 403)
  assert.match(await alone.text(), /须由另一人办理/)
  await app.visit(page, child)
  assert.match(await page.locator('main').innerText(), /橙色/, 'the level stands until somebody else agrees')

  const second = await open(browser, t)
  await app.login(second, 'weibaoban2')
  await app.visit(second, proposal)
  await decide(second)
  await app.visit(page, child)
  assert.doesNotMatch(await page.locator('.identity').innerText(), /橙色/)
  await look(page, app, child)
})

/** Uploads a list, confirms its columns and waits until it is read. */
async function send(page, app, { name, content }) {
  await app.visit(page, '/imports/upload')
  await both(page, 'import-upload')
  await page.selectOption('[name=source]', 'ledger')
  await page.setInputFiles('input[type=file]', { name, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: content })
  await page.click('main form .btn-primary')
  await settled(page)
  await both(page, 'import-columns')
  await page.click('main form .btn-primary')
  await ended(page, app)
  return new URL(page.url()).pathname
}

/** Waits until no job works on the batch any more. */
async function ended(page, app) {
  await settled(page)
  for (let i = 0; i < 100 && await page.locator('.progress, [role=progressbar]').count(); i++) {
    await new Promise(wake => setTimeout(wake, 200))
    await app.visit(page, new URL(page.url()).pathname)
  }
}

async function carryOut(page, app, path) {
  await app.visit(page, path)
  await page.click('main form[action$="/apply"] button')
  await ended(page, app)
  assert.match(await page.locator('main').innerText(), /已导入/)
}

/** The figures of the page that are not zero. */
async function figures(page) {
  const pairs = await page.locator('.figure').evaluateAll(list => list.map(e => [e.querySelector('.figure-label').innerText, parseInt(e.querySelector('.figure-value').innerText)]))
  return Object.fromEntries(pairs.filter(([, n]) => n > 0))
}

async function answer(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/answer"]')])
  return readFileSync(await download.path())
}

async function rows(page, app, path, outcome) {
  await app.visit(page, `${path}/rows?outcome=${outcome}`)
  await both(page, 'import-rows')
}

async function find(page, app, initials, name) {
  await app.visit(page, '/children')
  await page.locator('#child-q').pressSequentially(initials, { delay: 40 })
  await page.locator('#found a', { hasText: name }).first().click()
  await settled(page)
  return new URL(page.url()).pathname
}

/** Answers every question with the mildest answer, and gives the level of its own. */
async function assess(page, app, child, level) {
  await app.visit(page, child + '/assess')
  await both(page, 'assess')
  await page.evaluate(() => {
    const seen = new Set()
    for (const choice of document.querySelectorAll('main input[type=radio]')) {
      if (!seen.has(choice.name)) choice.click()
      seen.add(choice.name)
    }
  })
  await page.selectOption('[name=level]', level)
  await page.fill('[name=reason]', '与村儿童主任入户核实')
  await page.click('main form .btn-primary')
  await settled(page)
  assert.match(page.url(), /\/assessments\/\d+/, await page.locator('main').innerText())
  return new URL(page.url()).pathname
}

async function decide(page) {
  await page.click('#decide button.btn-primary')
  await settled(page)
}

async function look(page, app, child) {
  await page.selectOption('[name=purpose]', 'assess')
  await page.click('button:has-text("查看隐私内容")')
  await settled(page)
  assert.match(await page.locator('main').innerText(), /单大山[^]*13800000001/)
  await app.visit(page, child + '/looks')
  assert.match(await page.locator('main table').innerText(), /评估研判/)
  await both(page, 'looks')
}

/** Looks at a screen at both widths: nothing hangs over, nothing is hard to use. */
async function both(page, name) {
  await check(page)
  for (const width of [360, 1366]) {
    await page.setViewportSize(sizes[width])
    await fits(page)
    if (process.env.WEIBAO_SHOTS) await shot(page, `${name}-${width}`)
  }
}
