// The keyboard alone: an officer signs in, reviews a plan, issues it and checks a reply; focus is seen at every step.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { password, settled, tabTo, world } from './lib.mjs'

/** Steps to an element and presses a key on it. */
async function press(page, selector, key = 'Enter') {
  await tabTo(page, selector, { limit: 300 })
  await page.keyboard.press(key)
  await settled(page)
}

test('a plan is reviewed, issued and a reply checked without a mouse', { timeout: 180_000 }, async t => {
  const { app, page } = await world(t)
  await app.visit(page, '/login')
  await tabTo(page, '[name=login]')
  await page.keyboard.type('weibaoban')
  await tabTo(page, '[name=password]')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.pathname !== '/login')
  await settled(page)

  await press(page, '.sidebar a[href="/plans"]')
  await press(page, 'main a[href$="/review"]')
  assert.match(await page.textContent('h1'), /专项整治/)
  await review(page)
  assert.match(await page.textContent('.review-count'), /没有待确认的问题/)

  await press(page, '.head-actions a[href$="/issue"]')
  if (await page.locator('[name=late]').count() > 0) await press(page, '[name=late]', 'Space')
  await press(page, 'main form .btn-primary')
  assert.match(await page.textContent('#notice'), /已下发/)

  await press(page, '.topbar-inbox')
  await press(page, 'a.task-title[href*="/replies/"]')
  await press(page, '[name=decision]', 'Space')
  await tabTo(page, '[name=words]')
  await page.keyboard.type('符合要求。')
  await press(page, 'main form .btn-primary')
  assert.match(await page.textContent('#notice'), /审核|办结/)
})

/** Fills in the year, answers what is asked and accepts every task. */
async function review(page) {
  if (await page.locator('.review-head.is-asked').count() > 0) {
    await tabTo(page, '#head-year', { limit: 60 })
    await page.keyboard.type(String(new Date().getFullYear()))
    await page.keyboard.press('Enter')
    await settled(page)
  }
  for (let asked = 0; await page.locator('.card-question').count() > 0; asked++) {
    assert(asked < 30, 'the questions do not end')
    const answers = await page.locator('.card-question .btn-answer').count()
    if (answers > 0) {
      await press(page, '.card-question .btn-answer')
      assert(await page.evaluate(() => !!document.activeElement.closest('.task-card')), 'the focus is lost after an answer')
      continue
    }
    await press(page, '.card-question a[data-dialog]')
    await page.waitForSelector('dialog[open] form')
    await press(page, 'dialog[open] .form-actions button[name]')
  }
  const tasks = await page.locator('.task-card').count()
  await page.keyboard.press('k') // whichever is at hand, up to the first
  for (let back = 0; back < tasks; back++) await page.keyboard.press('k')
  for (let n = 0; n < tasks; n++) {
    if (await page.locator('.task-card.is-here:not(.is-checked)').count() > 0) {
      await page.keyboard.press('a')
      await settled(page)
    }
    await page.keyboard.press('j')
  }
  assert.equal(await page.locator('.task-card:not(.is-checked)').count(), 0, 'a task was not accepted by its key')
}
