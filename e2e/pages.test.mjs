// Every page that the roles reach, in 标准模式 and 长者模式: accessible, nothing cut off, Chinese, light, no dead link.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { App, check, crawl, fits, launch, open, settled, sizes, targets, wire } from './lib.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

/** Kinds and names of files, databases and marks of standards, which Chinese offices write in Latin letters, and hotlines' numbers of orders in the demo. */
const latin = /^(MB|KB|GB|T|SM\d|SHA|DNA|PDF|Word|Excel|WPS|IP|ID|HTTPS?|xlsx?|docx?|json|gz|villages|streets|SQLite|PostgreSQL|dev|pdf|txt|csv|jpe?g|png|zip|wps|ofd|J|K|YL\d{12}|QSN|[A-Z])$/

/** Fails on words in Latin letters that a person sees, other than names in translate="no" and what was typed. */
async function chinese(page) {
  const words = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const words = node.textContent.match(/[A-Za-z]+\d*/g)
      const box = node.parentElement
      if (!words || !box || box.closest('[translate=no], script, style, code, kbd, .timeline, noscript')) continue
      if (box.checkVisibility?.() ?? true) found.push(...words)
    }
    return found
  })
  assert.deepEqual([...new Set(words)].filter(word => !latin.test(word)), [], `English on ${page.url()}`)
}

/** Leaves the first of many rows of one make: the hundredth tells axe nothing that the tenth did not. */
function thin(page) {
  return page.evaluate(() => {
    const many = 10
    for (const list of document.querySelectorAll('main tbody, main ul, main ol, main select, main dl')) {
      for (const rest of [...list.children].slice(many)) if (!rest.querySelector('[id^=f-]')) rest.remove()
    }
    for (const row of document.querySelectorAll('main .matrix tr')) for (const rest of [...row.children].slice(2 * many)) rest.remove()
  })
}

// What axe has judged: the parts of each kind of page, and what pages are made of in all.
const judged = new Set()

/** Tells whether axe has something new to judge: an element of a make that no page like it had. */
async function fresh(page, kind) {
  const parts = await page.evaluate(() => [...new Set([...document.body.querySelectorAll('*')]
    .map(e => `${e.tagName} ${e.className?.baseVal ?? e.className} ${e.getAttribute('role') ?? ''} ${e.getAttribute('type') ?? ''}`))])
  const news = parts.map(part => `${kind} ${part}`).filter(part => !judged.has(part))
  for (const part of news) judged.add(part)
  return news.length > 0
}

// 683 × 384 is the common office screen at 200 %.
const looks = [
  page => page.setViewportSize({ width: 683, height: 384 }), fits,
  page => page.setViewportSize(sizes[360]), fits, page => targets(page, 44, '.btn, .input, .sidebar a, .tabs a, .topbar-link'),
  page => page.setViewportSize(sizes[1366]), thin, check,
  page => page.evaluate(() => document.documentElement.classList.add('elder')), fits, check,
]

/** Counts the bytes that a page fetches from its call to the next. */
async function scale(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', e => { bytes += e.encodedDataLength })
  return () => {
    const sum = bytes
    bytes = 0
    return sum
  }
}

const heaviest = 30 * 1024

describe('every page is sound', { concurrency: 2, timeout: 570_000 }, () => {
  for (const [role, login] of [['office', 'weibaoban'], ['liaison', 'jiaoyuju'], ['leader', 'lingdao'], ['system', 'sysadmin'], ['security', 'secadmin'], ['audit', 'auditadmin'],
    ['police', 'gonganju'], ['prosecution', 'jianchayuan'], ['hotline', '12345rexian'], ['village', 'shimencun'], ['public', '']]) {
    test(`for ${role}`, async t => {
      const page = await open(browser, t)
      if (login) await app.login(page, login)
      else await app.visit(page, '/report')
      const weigh = await scale(page)
      const troubles = []
      let heavy = 0
      const kinds = await crawl(page, async (kind, status) => {
        if (status !== 200) return troubles.push(`${kind}: ${status || 'no answer'} at ${page.url()}`)
        const bytes = weigh()
        heavy = Math.max(heavy, bytes)
        if (bytes > heaviest) troubles.push(`${kind}: ${bytes} bytes at ${page.url()}`)
        const full = await fresh(page, kind)
        for (const look of [fits, chinese, ...full ? looks : []]) await look(page).catch(trouble => troubles.push(trouble.message))
        if (full) await page.setViewportSize(sizes[1366])
        weigh()
      })
      t.diagnostic(`${kinds.size} kinds of page, at most ${heavy} bytes after the first`)
      assert.equal(troubles.join('\n'), '')
    })
  }
})

test('a first page weighs at most 250 KB on the wire', async t => {
  const page = await open(browser, t)
  await app.login(page, 'weibaoban')
  const other = await open(browser, t)
  await other.context().addCookies(await page.context().cookies())
  const first = await wire(other, () => app.visit(other, '/duties'))
  await settled(other)
  t.diagnostic(`first: ${first.total} bytes`)
  assert(first.total <= 250 * 1024, `${first.total} bytes`)
})
