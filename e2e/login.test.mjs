// Who may come in, and what the three administrators may and may not do.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { App, check, launch, open, password, settled } from './lib.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

const text = page => page.textContent('main')

test('a wrong password is refused in words, the right one leads to the desk, logging out ends the session', async t => {
  const page = await open(browser, t)
  page.expected(/422|401/)
  await app.visit(page, '/duties')
  assert.equal(new URL(page.url()).pathname, '/login')
  await page.fill('[name=login]', 'jiaoyuju')
  await page.fill('[name=password]', 'not-this-one')
  await page.click('main form button')
  await settled(page)
  assert.match(await text(page), /账号或口令/)
  await check(page)
  assert.equal(await page.inputValue('[name=password]'), '')
  await page.fill('[name=login]', 'jiaoyuju')
  await page.fill('[name=password]', password)
  await page.click('main form button')
  await page.waitForURL(/\/duties$/)
  assert.match(await page.textContent('.whereabouts'), /云岭县.*县教育局.*联络员/s)
  await page.click('.topbar-end .menu summary')
  await page.click('text=退出登录')
  await page.waitForURL(/\/login/)
  assert.match(await text(page), /您已退出登录/)
  await page.goBack()
  await app.visit(page, '/duties')
  assert.equal(new URL(page.url()).pathname, '/login')
})

test('长者模式 stays over pages and logout, and can be left again', async t => {
  const page = await open(browser, t)
  await app.visit(page, '/login')
  await page.click('text=长者模式')
  await settled(page)
  await app.login(page, 'jiaoyuju')
  assert.match(await page.getAttribute('html', 'class'), /elder/)
  await page.click('text=标准模式')
  await settled(page)
  assert.doesNotMatch(await page.getAttribute('html', 'class') ?? '', /elder/)
})

test('an account is opened by one administrator, granted by another and entered by its owner; a person with two posts switches', async t => {
  const system = await open(browser, t)
  await app.login(system, 'sysadmin')
  const handed = await newAccount(system, 'huaxin', '华欣')
  await askPost(system, 'liaison', '县教育局')
  const security = await open(browser, t)
  await app.login(security, 'secadmin')
  await grant(security, '华欣')

  const own = await open(browser, t)
  await app.visit(own, '/login')
  await own.fill('[name=login]', 'huaxin')
  await own.fill('[name=password]', handed)
  await own.click('main form button')
  await own.waitForURL(/\/login\/password/)
  await app.visit(own, '/duties')
  assert.match(own.url(), /\/login/, 'the desk opened before the password was changed')
  await app.visit(own, '/login/password')
  await own.fill('[name=new]', 'qingshan-lvshui-66')
  await own.fill('[name=again]', 'qingshan-lvshui-66')
  await own.click('main form button')
  await settled(own)
  await app.visit(own, '/duties')
  assert.match(await own.textContent('.whereabouts'), /县教育局/)

  await system.click('text=申请岗位')
  await settled(system)
  await fillPost(system, 'liaison', '县民政局')
  await app.visit(security, '/users/requests')
  await grant(security, '华欣')
  await app.visit(own, '/duties')
  await own.click('.whereabouts summary')
  await own.click('.whereabouts button:has-text("县民政局")')
  await settled(own)
  assert.match(await own.textContent('.whereabouts summary'), /县民政局/)
})

test('each administrator is refused at the pages of the others and at all work', async t => {
  const doors = {
    sysadmin: ['/users', '/keys', '/jobs'], secadmin: ['/users/requests'], auditadmin: ['/audit', '/audit/verify'],
  }
  const own = { sysadmin: ['/users'], secadmin: ['/users/requests'], auditadmin: ['/audit'] }
  for (const login of Object.keys(doors)) {
    const page = await open(browser, t)
    page.expected(/403|404/)
    await app.login(page, login)
    for (const path of own[login]) assert.equal((await app.visit(page, path)).status(), 200, `${login} ${path}`)
    const closed = [...Object.entries(doors).filter(([who]) => who !== login).flatMap(([, paths]) => paths), '/duties', '/duties/1', '/plans/duties/1']
    for (const path of closed) {
      if ((login === 'secadmin' || login === 'auditadmin') && path === '/users') continue // all three see who has an account
      if (shared(login, path)) continue
      const answer = await app.visit(page, path)
      assert([403, 404].includes(answer.status()), `${login} ${path}: ${answer.status()}`)
      assert.match(await text(page), /没有|不能|无权/, `${login} ${path} says why`)
    }
  }
})

// keys and background work are looked at by more than one administrator
const shared = (login, path) => login === 'secadmin' && path === '/keys' || path === '/jobs'

test('the auditor searches the journal and verifies its chain; keys are listed', async t => {
  const page = await open(browser, t)
  await app.login(page, 'auditadmin')
  await app.visit(page, '/audit?login=weibaoban')
  assert(await page.locator('.table tbody tr').count() > 0)
  await check(page)
  await page.click('.tabs a:has-text("审计校验")')
  await settled(page)
  await page.click('main form button:has-text("开始校验")')
  await settled(page)
  assert.match(await text(page), /完好|通过/)
  const security = await open(browser, t)
  await app.login(security, 'secadmin')
  await app.visit(security, '/users/requests')
  await security.click('.tabs a:has-text("密钥")').catch(() => app.visit(security, '/keys'))
  await settled(security)
  assert.match(await text(security), /使用中/)
})

async function newAccount(page, login, name) {
  await app.visit(page, '/users')
  await page.click('text=新建账号')
  await settled(page)
  await page.fill('[name=login]', login)
  await page.fill('[name=name]', name)
  await page.click('main form .btn-primary')
  await settled(page)
  const word = (await page.locator('dl.summary dd b').last().textContent()).trim()
  await page.click('text=已交付，返回账号')
  await settled(page)
  return word
}

async function askPost(page, role, unit) {
  await page.click('text=申请岗位')
  await settled(page)
  await fillPost(page, role, unit)
}

async function fillPost(page, role, unit) {
  await page.check(`[name=role][value=${role}]`)
  await page.selectOption('select[name=unit]', { label: unit }, { force: true })
  await page.click('main form .btn-primary')
  await settled(page)
  assert.match(await text(page), /等待安全保密管理员审批/)
}

async function grant(page, name) {
  await app.visit(page, '/users/requests')
  await page.click(`tr:has-text("${name}") button:has-text("批准")`)
  await settled(page)
  assert.match(await text(page), /岗位已批准/)
}
