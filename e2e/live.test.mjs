// What one person does is seen by the others without reloading: in one process, and across two on one PostgreSQL.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { App, launch, open, settled } from './lib.mjs'
import { cluster } from './postgres.mjs'

let browser

before(async () => { browser = await launch() })
after(async () => { await browser?.close() })

/** Waits until the badge differs from what it was. */
async function badge(page, was) {
  await page.waitForFunction(was => document.querySelector('.topbar-inbox .badge')?.textContent !== was, was, { timeout: 15_000 })
  return page.textContent('.topbar-inbox .badge')
}

const now = page => page.textContent('.topbar-inbox .badge')

/** Lets a person reply to the first task that needs no value, best one his unit leads, which the office then has to check; gives its address. */
async function finish(app, page, words) {
  await app.visit(page, '/duties')
  const addresses = []
  for (const kind of ['方案任务', '配合任务']) addresses.push(...await page.locator(`.task:has(.task-kind:has-text("${kind}")) a.task-title`).evaluateAll(links => links.map(a => a.getAttribute('href'))))
  for (const address of addresses) {
    await app.visit(page, address)
    const sign = page.locator('.head-actions button:has-text("签收")')
    if (await sign.count() > 0) {
      await sign.click()
      await settled(page)
      await app.visit(page, address)
    }
    if (await page.locator('.head-actions a:has-text("反馈办理结果")').count() === 0) continue
    await app.visit(page, `${address}/reply`)
    if (await page.locator('main input[type=text]').count() > 0) continue
    await page.fill('[name=text]', words)
    if (await page.locator('[name=without]').count() > 0) await page.fill('[name=without]', '已电话沟通。')
    if (await page.locator('input[type=file][required]').count() > 0) await page.setInputFiles('input[type=file]', { name: '佐证.txt', mimeType: 'text/plain', buffer: Buffer.from('佐证') })
    await page.click('main form .btn-primary')
    await settled(page)
    assert.equal(new URL(page.url()).pathname, address, await page.textContent('main'))
    return address
  }
  throw new Error('no duty to reply to')
}

test('a reply of a unit changes the badge of the office, and its inbox offers to be read anew', async t => {
  const app = await App.start()
  t.after(() => app.stop())
  const one = await open(browser, t)
  const other = await open(browser, t)
  await app.login(one, 'jiaoyuju')
  await app.login(other, 'weibaoban')
  await app.visit(other, '/duties')
  const was = await now(other)
  await finish(app, one, '已完成，材料已归档。')
  assert.notEqual(await badge(other, was), was)
  await other.waitForSelector('.notice-fresh')
  assert.equal(await other.locator('#tasks').count(), 1, 'the list moved under the reader')
})

test('two processes on one PostgreSQL share sessions and live updates, and one that is killed takes nothing with it', async t => {
  const postgres = cluster(t)
  if (!postgres) return t.skip('PostgreSQL is not here')
  const database = postgres.create()
  const first = await App.start({ env: { WEIBAO_DATABASE: database }, data: postgres.folder('a'), ready: 240_000 })
  t.after(() => first.stop())
  const second = await App.start({ env: { WEIBAO_DATABASE: database }, data: postgres.folder('a'), command: ['serve', '--profile', 'demo'] })
  t.after(() => second.stop())

  const one = await open(browser, t)
  await first.login(one, 'jiaoyuju')
  await second.visit(one, '/duties')
  assert.equal(new URL(one.url()).pathname, '/duties', 'the session of one process is not known to the other')

  const other = await open(browser, t)
  await second.login(other, 'weibaoban')
  await second.visit(other, '/duties')
  const was = await now(other)
  const address = await finish(first, one, '已完成，由第一个进程受理。')
  assert.notEqual(await badge(other, was), was)

  one.expected(/duties\/live/)
  await first.stop('SIGKILL')
  await second.visit(one, address)
  assert.match(await one.textContent('main'), /由第一个进程受理/)
  await finish(second, one, '已完成，由第二个进程受理。')
  await second.visit(one, '/duties?view=closed')
  assert.equal(await one.locator('h1').textContent(), '我的待办')
})
