// Work orders of hotlines: a file in, what is wrong told with place, cause and
// cure, one handled, results back in the hotline's columns.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { App, check, fits, launch, open, settled } from './lib.mjs'
import { desk, fill, press, said, says } from './forms.mjs'
import { retype, textsOf, workbook } from './workbook.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

const heading = ['12345热线转办单', '', '', '', '', ''], columns = ['工单号', '诉求分类', '问题描述', '镇街', '事发地址', '截止日期']

async function upload(page, name, buffer) {
  await app.visit(page, '/intake/orders/upload')
  await fill(page, { channel: 'o12345' })
  await page.setInputFiles('[name=file]', { name, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer })
  await press(page, '导入')
  await page.locator('#notice :text("张")').waitFor()
}

const download = async (page, act) => {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  return readFileSync(await file.path())
}

describe('work orders', { timeout: 240_000 }, () => {
  test('a file comes in, what is wrong goes back and in again, results go out', async t => {
    const hotline = await desk(app, () => open(browser, t), '12345rexian')
    const book = workbook([heading, columns,
      ['SY0001', '其他事项', '来电咨询学校放学时间。', '青石镇', '镇中心小学', '2030-01-10'],
      ['SY0002', '其他事项', '孩子书本费还没有交。', '青石镇', '马鞍村', '下周'],
      ['', '其他事项', '没有编号的一张。', '青石镇', '', '']])
    await upload(hotline, '工单.xlsx', book)
    await says(hotline, /新登记1张/)
    await says(hotline, /2张有误没有登记/)
    await check(hotline)
    await fits(hotline)
    const back = await download(hotline, () => hotline.locator('#uploads a').first().click())
    for (const words of [/办理时限请写成 2026-11-30 这样的日期/, /工单编号不能为空/, /SY0001/, /下周/]) assert.match(textsOf(back), words, 'the file that comes back is their own, with the reasons')

    await upload(hotline, '工单.xlsx', retype(back, { 下周: '2030-01-12' }))
    await says(hotline, /新登记1张，补充0张，以前登记过1张/)
    await upload(hotline, '工单.xlsx', retype(back, { '来电咨询学校放学时间。': '来电咨询学校放学时间。又说孩子没有人接。' }))
    await says(hotline, /补充1张/)

    const office = await desk(app, () => open(browser, t), 'weibaoban')
    await app.visit(office, '/intake/orders')
    await office.click('a:has-text("SY0001")')
    await settled(office)
    await says(office, /热线补充/)
    await check(office)
    const report = await office.locator('main a[href^="/reports/"]').getAttribute('href')
    await app.visit(office, report)
    await says(office, /热线又送来补充情况/)
    await press(office, '查看报告内容')
    await says(office, /又说孩子没有人接/)
    await press(office, '已阅热线补充')
    assert.doesNotMatch(await said(office), /热线又送来补充情况/)
    await app.visit(office, '/intake/orders')
    await office.click('a:has-text("SY0001")')
    await settled(office)
    await fill(office, { reason: '02', words: '已电话答复放学时间，孩子由祖母接。' })
    await press(office, '退回热线')
    await says(office, /不涉及未成年人/)

    await app.visit(hotline, '/intake/orders?view=ready')
    await says(hotline, /SY0001/)
    const results = await download(hotline, () => press(hotline, '下载办理结果'))
    for (const words of [/工单编号/, /SY0001/, /退回/, /孩子由祖母接/]) assert.match(textsOf(results), words)
    await app.visit(hotline, '/intake/orders?view=ready')
    assert.doesNotMatch(await said(hotline), /SY0001/, 'what was exported waits no more')
  })
})
