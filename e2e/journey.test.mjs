// The whole way of a plan: the office uploads, reviews and issues it, a unit carries its part out with
// evidence, the office accepts; what stays undone climbs the ladder when days pass. Actions are counted.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { App, county, effort, launch, open, out, root, settled } from './lib.mjs'

const shared = join(process.env.WEIBAO_SHARED || join(root, '..', 'shared'), 'plans', 'text', 'rangtang.txt')
const sample = join(root, 'internal', 'plan', 'compile', 'testdata', 'text', 'heping.txt')
const plan = existsSync(shared) ? shared : sample

// Seconds of the keystroke-level model: a press at a desk, a key, a decision.
const press = 1, key = 0.3, decision = 1.35
// How long a person reads one task against its clause before he agrees.
const reading = 8

test('a plan goes from upload to accepted duties, and what is overdue climbs the ladder', { timeout: 300_000 }, async t => {
  const data = county()
  const browser = await launch()
  t.after(() => browser.close())
  const app = await App.start({ data })
  t.after(() => app.stop())

  const office = await open(browser, t)
  await app.login(office, 'weibaoban')
  const sums = await effort(office)
  const work = await issue(office, app)
  const did = await sums.read()
  report(t, work, did)

  const unit = await open(browser, t)
  await enter(unit, app)
  const duty = await carryOut(unit, app, work.title)
  await acceptReply(office, app)
  await app.visit(unit, duty)
  assert.match(await unit.textContent('main'), /审核通过|已办结/)

  const undone = await undoneOf(office, app, work.plan)
  for (const page of [office, unit]) await page.close()
  await app.stop()
  const later = await App.start({ data, command: ['demo', '--clock', '8760h'] })
  t.after(() => later.stop())
  await climbs(browser, t, later, undone)
})

/** Uploads, settles what is asked, accepts and issues; gives what there was to do. */
async function issue(page, app) {
  await app.visit(page, '/duties')
  await page.click('.sidebar a:has-text("方案任务")')
  await settled(page)
  await page.click('text=上传方案')
  await settled(page)
  await page.setInputFiles('input[type=file]', plan)
  await page.click('main form .btn-primary')
  await settled(page)
  assert.match(page.url(), /\/review/, await page.textContent('main'))
  const title = await page.textContent('h1')
  const tasks = await page.locator('.task-card').count()
  const asked = await settle(page)
  await page.click('button:has-text("全部采纳")')
  await settled(page)
  await page.click('text=预览并下发')
  await settled(page)
  assert.match(await page.textContent('main'), /核对下面的任务/)
  const late = page.locator('[name=late]')
  if (await late.count() > 0) await late.check()
  await page.click('main form button:has-text("确认下发")')
  await settled(page)
  assert.match(await page.textContent('#notice'), /已下发/)
  return { title: title.trim(), plan: new URL(page.url()).pathname.match(/^\/plan\/\d+/)[0], tasks, asked }
}

/** Answers every question of the review as an officer does; gives how many there were. */
async function settle(page) {
  const all = page.locator('.review-bar button:has-text("都按长期任务")')
  if (await all.count() > 0) {
    await all.click()
    await settled(page)
  }
  const year = page.locator('.review-head[open] [name=year]')
  if (await year.count() > 0 && await year.inputValue() === '') {
    await year.fill(String(new Date().getFullYear()))
    await page.click('.review-head[open] button:has-text("保存")')
    await settled(page)
  }
  let answered = 0
  for (; await page.locator('.card-question').count() > 0; answered++) {
    assert(answered < 200, 'the questions do not end')
    const question = page.locator('.card-question').first()
    const answer = question.locator('.btn-answer')
    if (await answer.count() > 0) {
      await answer.click()
    } else if (await question.locator('a:has-text("选择单位")').count() > 0) {
      await question.locator('a:has-text("选择单位")').click()
      await page.waitForSelector('dialog[open] form')
      await name(page)
    } else {
      await amend(page, question)
    }
    await settled(page)
  }
  return answered
}

/** Says that the first unknown name means the bureau which carries its part out later; the others own nothing here. */
async function name(page) {
  if (named.has(page)) return page.click('dialog[open] button:has-text("不是责任单位")')
  named.add(page)
  await page.selectOption('dialog[open] select[name=unit]', { label: '县教育局' }, { force: true })
  await page.click('dialog[open] form .btn-primary')
}

const named = new WeakSet()

/** Opens the task of a question and gives it an owner, or no limit of time. */
async function amend(page, question) {
  await question.locator('a').last().click()
  await page.waitForSelector('.card-form')
  const form = page.locator('.card-form')
  const owner = form.locator('select[name="unit-0"]')
  if (await form.locator('select[name^="role-"]').count() === 0 && await owner.count() > 0) {
    await owner.selectOption({ label: '县未保办' }, { force: true })
    await form.locator('[name="unit-role-0"]').selectOption('lead')
  } else {
    for (const way of await form.locator('[name^="time-way-"]').all()) {
      const drop = await way.locator('option[value=drop]').count()
      if (drop) await way.selectOption('drop')
    }
    await form.locator('[name=standing]').check()
  }
  await form.locator('.btn-primary').click()
}

function report(t, work, did) {
  const presses = did.clicks + did.fields
  const seconds = presses * (press + decision) + did.keys * key + work.tasks * reading
  const per30 = Math.round(seconds / work.tasks * 30)
  const line = { ...work, plan: basename(plan), ...did, seconds: Math.round(seconds), per30 }
  delete line.title
  t.diagnostic(`${work.tasks} tasks, ${work.asked} questions: ${did.clicks} presses, ${did.fields} fields, ${did.keys} keys; about ${line.seconds} s, ${per30} s for 30 tasks`)
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'journey.json'), JSON.stringify(line))
  assert(per30 <= 600, `${per30} s for 30 tasks`)
}

/** Logs in as the first unit that got a task to lead. */
async function enter(page, app) {
  for (const login of ['jiaoyuju', 'minzhengju', 'gonganju', 'weijianju', 'sifaju', 'caizhengju', 'qingshizhen']) {
    await page.context().clearCookies()
    await app.login(page, login)
    await app.visit(page, '/duties?unsigned=1')
    if (await page.locator('.task-kind:has-text("方案任务")').count() > 0) return
  }
  throw new Error('no unit was given a task to lead')
}

/** A duty of the plan just issued that nobody has answered. */
async function undoneOf(page, app, plan) {
  await app.visit(page, `${plan}/tasks?group=due&state=unsigned`)
  return page.locator('#list td.wide a').first().getAttribute('href')
}

/** The unit finds a duty of the plan, signs, registers progress and replies with a file. */
async function carryOut(page, app, title) {
  await app.visit(page, '/duties?unsigned=1')
  const task = page.locator('.task', { has: page.locator('.task-kind:has-text("方案任务")') }).filter({ hasText: title.slice(0, 12) }).locator('a.task-title').first()
  const any = page.locator('.task', { has: page.locator('.task-kind:has-text("方案任务")') }).locator('a.task-title').first()
  const link = await task.count() > 0 ? task : any
  const address = await link.getAttribute('href')
  await link.click()
  await settled(page)
  await page.click('.head-actions button:has-text("签收")')
  await settled(page)
  await app.visit(page, address)
  await page.click('text=登记进展')
  await settled(page)
  await page.fill('[name=text]', '已制定实施步骤。')
  await page.click('main form .btn-primary')
  await settled(page)
  await page.click('.head-actions a:has-text("反馈办理结果")')
  await settled(page)
  await page.fill('[name=text]', '端到端核验：已完成，台账附后。')
  for (const field of await page.locator('main form input.input[type=text]:visible').all()) await field.fill('100')
  if (await page.locator('[name=without]').count() > 0) await page.fill('[name=without]', '配合单位已电话沟通。')
  await page.setInputFiles('input[type=file]', { name: '台账.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n') })
  await page.click('main form .btn-primary')
  await settled(page)
  assert.match(await page.textContent('main'), /等待审核/)
  return address
}

async function acceptReply(page, app) {
  await app.visit(page, '/duties?unsigned=1')
  const links = await page.locator('a.task-title[href*="/replies/"]').evaluateAll(all => all.map(a => a.getAttribute('href')))
  for (const address of links.reverse()) {
    await app.visit(page, address)
    if (!(await page.textContent('main')).includes('端到端核验')) continue
    assert.match(await page.textContent('main'), /台账\.pdf/)
    await page.check('[name=decision][value=accept]')
    await page.fill('[name=words]', '符合要求。')
    await page.click('main form .btn-primary')
    await settled(page)
    return
  }
  throw new Error('the reply is not on the desk of the office')
}

/** A year later the sweep has reminded, urged and told the superior about a duty that the unit left undone. */
async function climbs(browser, t, app, address) {
  const page = await open(browser, t)
  await app.login(page, 'weibaoban')
  for (let tries = 0; ; tries++) {
    await app.visit(page, address.replace('/plans/duties/', '/duties/'))
    const story = await page.textContent('.timeline')
    if (/催办/.test(story) && /上级|督办/.test(story)) break
    assert(tries < 60, `the ladder was not climbed: ${story}`)
    await page.waitForTimeout(1000)
  }
}
