// A child's file: entered after a look whether it exists, found by initials
// while one types, covered until revealed; who looked stands on it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, fits, settled, sizes, world } from './lib.mjs'

test('a child is entered, found by initials, and every look leaves its trace', async t => {
  const { page, app } = await world(t)
  page.expected(/status of 422/) // a form with a fault
  await app.login(page, 'weibaoban')
  await app.visit(page, '/children/new')
  await check(page)
  await page.fill('main [name=name]', '单阿玖')
  await page.click('main .btn-primary')
  await settled(page)
  await check(page)
  await page.selectOption('[name=no_number]', 'missing')
  await page.fill('[name=birth]', '2019-05-01')
  await page.evaluate(() => {
    const places = document.querySelector('select[name=region]')
    places.value = places.options[1].value
    places.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await page.fill('[name=a_name]', '石桂枝')
  await page.click('button:has-text("建立档案")')
  await settled(page)
  assert.match(await page.locator('.problems').innerText(), /请选择此人与儿童的关系/)
  assert.equal(await page.inputValue('[name=a_name]'), '石桂枝', 'what was typed stays')
  await page.selectOption('[name=a_relation]', '62')
  await page.fill('[name=a_phone]', '13800004321')
  await page.click('button:has-text("建立档案")')
  await settled(page)
  const record = new URL(page.url()).pathname

  await app.visit(page, '/children')
  await check(page)
  await page.locator('#child-q').pressSequentially('saj', { delay: 40 })
  await page.locator('#found a', { hasText: '单阿玖' }).waitFor()
  await settled(page)
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/children', 'no word of a search stands in an address')
  await check(page)
  await page.locator('#found a', { hasText: '单阿玖' }).first().click()
  await settled(page)
  assert.equal(new URL(page.url()).pathname, record)

  assert.doesNotMatch(await page.locator('main').innerText(), /13800004321|石桂枝/)
  await page.selectOption('[name=purpose]', 'visit')
  await page.click('button:has-text("查看隐私内容")')
  await settled(page)
  assert.match(await page.locator('main').innerText(), /石桂枝[^]*13800004321/)
  await check(page)
  await app.visit(page, record + '/looks')
  assert.match(await page.locator('main table').innerText(), /走访联系/)

  for (const path of ['/children', record, record + '/edit/identity', record + '/people/1', record + '/people/1/delegate', record + '/categories', record + '/end']) {
    await app.visit(page, path)
    for (const size of [360, 1366]) {
      await page.setViewportSize(sizes[size])
      await fits(page)
    }
  }
})
