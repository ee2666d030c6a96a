// What a person does with forms and pages, for journeys: fill in by name, send by the button's word.
import assert from 'node:assert/strict'
import { settled } from './lib.mjs'

/** Fills fields in by their names; a list is for several boxes of one name. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name="${name}"]`).first()
    const kind = await field.evaluate(e => e.tagName === 'SELECT' ? 'select' : e.type)
    if (kind === 'select') await choose(page, name, value)
    else if (kind === 'radio' || kind === 'checkbox') {
      for (const one of [value].flat()) await page.locator(`main [name="${name}"][value="${one}"]`).check()
    } else await field.fill(value)
  }
}

/** Chooses the option that says or begins with a word, also of a list that is searched. */
export async function choose(page, name, word) {
  const found = await page.evaluate(([name, word]) => {
    const list = document.querySelector(`main select[name="${name}"]`)
    const option = [...list.options].find(o => o.value === word || o.textContent.trim() === word) ?? [...list.options].find(o => o.textContent.trim().startsWith(word))
    if (!option) return false
    list.value = option.value
    list.dispatchEvent(new Event('change', { bubbles: true }))
    return true
  }, [name, word])
  assert(found, `${name} offers no ${word} on ${page.url()}`)
}

/** Presses a button or follows a link of the page's main part by its words, or by how they begin. */
export async function press(page, words) {
  const all = page.locator('main :is(button, a):not(.crumbs a)')
  const whole = all.filter({ hasText: new RegExp(`^\\s*${words}\\s*$`) })
  await (await whole.count() > 0 ? whole : all.filter({ hasText: words })).first().click()
  await settled(page)
}

/** What the main part of the page says. */
export const said = page => page.locator('main').innerText()

/** Fails unless the page says something. */
export async function says(page, pattern, why) {
  assert.match(await said(page), pattern, why ?? page.url())
}

/** A page of its own for somebody who has logged in. */
export async function desk(app, open, login) {
  const page = await open()
  page.expected(/status of 4(09|22)/) // forms with faults are part of journeys
  await app.login(page, login)
  return page
}

/** Sends a report as a machine would and gives its receipt. */
export async function lodge(app, report) {
  const answer = await fetch(app.url + '/api/v1/reports', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(report) })
  assert.equal(answer.status, 201, await answer.clone().text())
  return (await answer.json()).receipt
}

/** What a reporter reads with his receipt. */
export async function lookup(app, receipt) {
  const answer = await fetch(app.url + '/api/v1/receipts/lookup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ receipt }) })
  assert.equal(answer.status, 200)
  return JSON.stringify(await answer.json())
}

/** The newest report on the office's list, opened and looked at: its address. */
export async function newest(app, page, view = 'todo') {
  await app.visit(page, `/reports?view=${view}`)
  const paths = await page.locator('main table tbody td a').evaluateAll(links => links.map(a => a.getAttribute('href')))
  const path = paths.filter(p => /^\/reports\/\d+$/.test(p)).sort().at(-1) // ids grow with time; emergencies stand in a table of their own
  await app.visit(page, path)
  await press(page, '查看报告内容')
  return path
}
