// Every page that the roles reach, in 标准模式 and 长者模式: accessible, nothing cut off, Chinese, light, no dead link.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { App, check, crawl, fits, launch, open, sizes, targets, wire } from './lib.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

/** Kinds and names of files, databases and marks of standards, which Chinese offices write in Latin letters. */
const latin = /^(MB|KB|GB|T|SM\d|SHA|DNA|PDF|Word|Excel|WPS|IP|ID|HTTPS?|xlsx?|docx?|json|gz|villages|streets|SQLite|PostgreSQL|dev|pdf|txt|csv|jpe?g|png|zip|wps|ofd|J|K|[A-Z])$/

/** Fails on words in Latin letters that a person sees, other than names in translate="no" and what was typed. */
async function chinese(page) {
  const words = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const box = node.parentElement
      if (!box || box.closest('[translate=no], script, style, code, kbd, .timeline, noscript')) continue
      if (!(box.checkVisibility?.() ?? true)) continue
      found.push(...(node.textContent.match(/[A-Za-z]+\d*/g) ?? []))
    }
    return found
  })
  assert.deepEqual([...new Set(words)].filter(word => !latin.test(word)), [], `English on ${page.url()}`)
}

// A page that an earlier role has shown in every way is looked at once more as this role sees it.
const seen = new Set()

for (const [role, login] of [['office', 'weibaoban'], ['liaison', 'jiaoyuju'], ['leader', 'lingdao'], ['system', 'sysadmin'], ['security', 'secadmin'], ['audit', 'auditadmin']]) {
  test(`every page is sound for ${role}`, { timeout: 560_000 }, async t => {
    const page = await open(browser, t)
    page.expected(/409/)
    await app.login(page, login)
    const troubles = []
    const kinds = await crawl(page, async (kind, status) => {
      if (status === 409) return // a task of one sentence cannot be split, and the page says so
      if (status !== 200) {
        troubles.push(`${kind}: ${status || 'no answer'} at ${page.url()}`)
        return
      }
      const known = seen.has(kind)
      seen.add(kind)
      for (const look of known ? [fits, check] : looks) await look(page).catch(trouble => troubles.push(trouble.message))
      await page.setViewportSize(sizes[1366])
    })
    t.diagnostic(`${kinds.size} kinds of page`)
    assert.equal(troubles.join('\n'), '')
  })
}

// 683 × 384 is the common office screen at 200 %.
const looks = [
  page => page.evaluate(() => scrollTo(0, 0)), fits, check, chinese,
  page => page.setViewportSize({ width: 683, height: 384 }), fits,
  page => page.setViewportSize(sizes[360]), fits, page => targets(page, 44, '.btn, .input, .sidebar a, .tabs a, .topbar-link'),
  page => page.setViewportSize(sizes[1366]),
  page => page.evaluate(() => document.documentElement.classList.add('elder')), fits, check,
]

test('a first page weighs at most 250 KB on the wire, each after it 30 KB', async t => {
  const page = await open(browser, t)
  await app.login(page, 'weibaoban')
  const fresh = await open(browser, t)
  await fresh.context().addCookies(await page.context().cookies())
  const first = await wire(fresh, () => app.visit(fresh, '/duties'))
  t.diagnostic(`first: ${first.total} bytes`)
  assert(first.total <= 250 * 1024, `${first.total} bytes`)
  const heavy = []
  await crawl(fresh, async kind => {
    const { total, files } = await wire(fresh, () => fresh.goto(fresh.url()))
    t.diagnostic(`${kind} ${total}`)
    if (total > 30 * 1024) heavy.push(`${kind}: ${files.map(f => `${new URL(f.url).pathname} ${f.bytes}`).join(', ')}`)
  })
  assert.deepEqual(heavy, [])
})
