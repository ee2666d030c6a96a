// The unit's side by keyboard alone: find a duty, sign, register progress, reply with evidence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effort, settled, tabTo, world } from './lib.mjs'

test('a unit signs, registers progress and replies with the keyboard alone', async t => {
  const { app, page } = await world(t)
  const address = await unsigned(app, page)
  const sums = await effort(page)
  await app.visit(page, '/duties?unsigned=1')
  await tabTo(page, `a[href="${address}"]`, { limit: 120 })
  await page.keyboard.press('Enter')
  await settled(page)
  await tabTo(page, '.head-actions button.btn-primary')
  await page.keyboard.press('Enter')
  await settled(page)
  assert.match(await page.textContent('#notice'), /已签收/)

  await app.visit(page, address)
  await tabTo(page, '.head-actions a[href$="/progress"]')
  await page.keyboard.press('Enter')
  await settled(page)
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'text', 'the first field has the focus')
  await page.keyboard.type('已会同乡镇开展摸底。')
  await tabTo(page, 'main form .btn-primary')
  await page.keyboard.press('Enter')
  await settled(page)
  assert.match(await page.textContent('main'), /已会同乡镇开展摸底/)

  await tabTo(page, '.head-actions a[href$="/reply"]')
  await page.keyboard.press('Enter')
  await settled(page)
  await page.keyboard.type('已完成，台账附后。')
  for (const field of await page.locator('main input[type=text]:visible').all()) await field.fill('100')
  if (await page.locator('[name=without]').count() > 0) await page.fill('[name=without]', '配合单位已电话沟通。')
  await tabTo(page, 'input[type=file]')
  await page.setInputFiles('input[type=file]', { name: '台账.txt', mimeType: 'text/plain', buffer: Buffer.from('台账') })
  await tabTo(page, 'main form .btn-primary')
  await page.keyboard.press('Enter')
  await settled(page)
  assert.match(await page.textContent('main'), /等待审核/)
  const { clicks, keys } = await sums.read()
  assert.equal(clicks, 0)
  t.diagnostic(`${keys} keys, no press of the mouse`)

  const link = page.locator('.files a, a[href*="/files/"]').first()
  const answer = await page.request.get(app.url + await link.getAttribute('href'))
  assert.equal(await answer.text(), '台账')
})

/** Logs in as somebody who has a task to sign, and gives its address. */
async function unsigned(app, page) {
  for (const login of ['minzhengju', 'gonganju', 'jiaoyuju', 'weijianju', 'sifaju', 'fulian', 'tuanxianwei', 'qingshizhen', 'hewanzhen', 'gaoyanxiang',
    'songpingzhen', 'baihezhen', 'lihuaxiang', 'zhuxixiang', 'caizhengju', 'canlian', 'jianchayuan', 'fayuan']) {
    await page.context().clearCookies()
    await app.login(page, login)
    await app.visit(page, '/duties?unsigned=1')
    const links = page.locator('.tasks a[href^="/plans/duties/"]')
    if (await links.count() > 0) return links.first().getAttribute('href')
  }
  throw new Error('the demo leaves nothing to sign')
}
