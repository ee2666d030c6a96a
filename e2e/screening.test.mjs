// The yearly screening: the office begins one for a township, the village's
// child director goes through it on a phone, the office sees how far it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, fits, open, settled, sizes, targets, world } from './lib.mjs'

test('a village is screened on a phone, and the office sees it', async t => {
  const { page, app, browser } = await world(t)
  page.expected(/status of 422/) // a form with a fault
  await app.login(page, 'weibaoban')
  await app.visit(page, '/screenings')
  await check(page)
  await page.click('main a:has-text("发起排查")')
  await settled(page)
  await check(page)
  await page.fill('[name=name]', '青石镇补充排查')
  await page.evaluate(() => {
    const places = document.querySelector('select[name=region]')
    places.value = [...places.options].find(option => option.textContent === '青石镇').value
    places.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await page.click('button:has-text("下一步")')
  await settled(page)
  assert.match(await page.locator('main').innerText(), /由谁排查/)
  await check(page)
  await page.click('button:has-text("发起排查")')
  await settled(page)
  const campaign = new URL(page.url()).pathname
  assert.match(await page.locator('main').innerText(), /各村（社区）的待办已下达/)
  await check(page)

  const village = await peopled(page, app, campaign)
  const phone = await open(browser, t)
  phone.expected(/status of 422/)
  await phone.setViewportSize(sizes[360])
  await app.login(phone, village.login)
  await app.visit(phone, '/duties')
  assert.match(await phone.locator('main').innerText(), /青石镇补充排查/, 'the duty stands in the inbox')
  await app.visit(phone, campaign + '/villages/' + village.code)
  await check(phone)
  await fits(phone)
  await targets(phone, 44, '.btn, .input, .sidebar a, .tabs a, .topbar-link')

  // One child has news: only what differs is chosen.
  await phone.locator('main tbody td a').first().click()
  await settled(phone)
  await fits(phone)
  await check(phone)
  const news = phone.locator('details:has(summary:has-text("有变化"))')
  if (await news.getAttribute('open') === null) await news.locator('summary').first().click() // it is open where facts are missing
  await phone.locator('[name=harm][value=no]').check()
  await phone.selectOption('[name=father]', 'prison')
  for (const name of ['living', 'away', 'school']) {
    const field = phone.locator(`select[name=${name}][required]`)
    if (await field.count()) await field.selectOption({ index: 1 })
  }
  await phone.click('button:has-text("保存结果")')
  await settled(phone)
  assert.match(await phone.locator('main').innerText(), /需要评估风险等级/)
  await fits(phone)

  // Everybody else is as the files say; whoever lacks something is asked once.
  for (;;) {
    await app.visit(phone, campaign + '/villages/' + village.code)
    const all = phone.locator('[data-batch-all]')
    if (!await all.count()) break
    await all.check()
    await phone.click('button:has-text("勾选的都没有变化")')
    await settled(phone)
    const rest = phone.locator('main tbody td a')
    if (!await rest.count()) break
    await rest.first().click()
    await settled(phone)
    await phone.locator('[name=harm][value=no]').check()
    for (const field of await phone.locator('select[required]').all()) await field.selectOption({ index: 1 })
    await phone.click('button:has-text("保存结果")')
    await settled(phone)
  }
  await phone.locator('main a:has-text("报告完成")').click()
  await settled(phone)
  await fits(phone)
  await check(phone)
  await phone.click('button:has-text("报告完成")')
  await settled(phone)
  assert.match(await phone.locator('main').innerText(), /已报告完成/)
  await app.visit(phone, '/duties')
  assert.doesNotMatch(await phone.locator('main').innerText(), /青石镇补充排查/, 'the report closes the duty')

  await app.visit(page, campaign + '?show=all')
  assert.match(await page.locator('main tr', { has: page.locator(`a[href$="${village.code}"]`) }).innerText(), /已完成/)
  await check(page)
  for (const path of [campaign, campaign + '/villages/' + village.code, campaign + '/close']) {
    await app.visit(page, path)
    for (const size of [360, 768, 1366]) {
      await page.setViewportSize(sizes[size])
      await fits(page)
    }
  }
})

/** Child directors of 青石镇 in the demo county, by village. */
const directors = {
  990101100001: 'qingshishequ', 990101100002: 'jixianshequ', 990101100200: 'shimencun', 990101100201: 'dawancun', 990101100202: 'liushucun',
  990101100203: 'shuangjingcun', 990101100204: 'laoyingcun', 990101100205: 'chayuancun', 990101100206: 'maancun', 990101100209: 'tiechangcun',
}

/** Finds the village with the most children whose child director has an account. */
async function peopled(page, app, campaign) {
  await app.visit(page, campaign + '?show=all')
  const rows = await page.locator('main tbody tr').evaluateAll(list => list.map(row => ({
    code: row.querySelector('a')?.getAttribute('href').split('/').pop(), living: Number(row.cells[1]?.textContent) || 0 })))
  const best = rows.filter(row => directors[row.code]).sort((a, b) => b.living - a.living)[0]
  assert(best.living > 1, 'no village has children')
  return { code: best.code, login: directors[best.code] }
}
