// Takes pictures of every page that the demo accounts reach, at 360, 768, 1366
// and 1920 and in 长者模式, into shots/<account>/. Run: make shots
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { App, crawl, launch, open, root, settled, sizes } from './lib.mjs'

// As `weibao demo` prints them.
const accounts = ['weibaoban', 'lingdao', 'jiaoyuju', 'sysadmin', 'secadmin', 'auditadmin']
const password = process.env.WEIBAO_DEMO_PASSWORD || 'yunling-2026'

const app = await App.start()
const browser = await launch()
let failed = 0
try {
  for (const account of accounts) {
    const dir = join(root, 'shots', account)
    mkdirSync(dir, { recursive: true })
    const page = await open(browser, null)
    await app.login(page, account, password)
    const kinds = await crawl(page, (kind, status) => pictures(page, dir, kind, status))
    console.log(`${account}: ${kinds.size} pages`)
    await page.context().close()
  }
} finally {
  await browser.close()
  await app.stop()
}
process.exit(failed ? 1 : 0)

async function pictures(page, dir, kind, status) {
  if (status === 0 || status >= 400) {
    failed++
    console.error(`${kind}: ${status || 'no answer'}`)
    return
  }
  const name = kind.replaceAll('/', '-').replace(/[{}]/g, '').slice(1) || 'home'
  for (const [width, size] of Object.entries(sizes)) {
    await page.setViewportSize(size)
    await page.screenshot({ path: join(dir, `${name}-${width}.png`), fullPage: true })
  }
  await page.setViewportSize(sizes[1366])
  await page.evaluate(() => document.documentElement.classList.add('elder'))
  await page.screenshot({ path: join(dir, `${name}-elder.png`), fullPage: true })
  await page.evaluate(() => document.documentElement.classList.remove('elder'))
  await settled(page)
}
