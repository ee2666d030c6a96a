// Makes the pictures of README and docs/guide from the demo county: node e2e/pictures.mjs
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { App, launch, open, root, settled } from './lib.mjs'

const dir = join(root, 'docs', 'pictures')

/** login, and what to look at: name of the picture, address, or a link to follow on the page before. */
const pictures = {
  weibaoban: [['plans', '/plans'], ['review', 'a[href*="/review"]'], ['office-inbox', '/duties']],
  jiaoyuju: [['unit-inbox', '/duties'], ['unit-duty', 'li.task:has(.tag:has-text("办理中")) a.task-title[href^="/plans/duties/"]'], ['unit-reply', 'a[href$="/progress"]']],
  lingdao: [['leader-overdue', '/duties?view=all'], ['leader-plans', '/plans']],
  sysadmin: [['system-users', '/users'], ['system-status', '/system/status']],
  secadmin: [['security-requests', '/users/requests']],
  auditadmin: [['audit', '/audit']],
}

const app = await App.start()
const browser = await launch()
try {
  for (const [login, list] of Object.entries(pictures)) {
    const page = await open(browser, null)
    await app.login(page, login)
    for (const [name, to] of list) {
      if (to.startsWith('/')) await app.visit(page, to)
      else {
        await page.locator(`main ${to}`).first().click()
        await settled(page)
      }
      const year = page.locator('.review-head[open] [name=year]')
      if (await year.count() > 0) {
        await year.fill(String(new Date().getFullYear()))
        await page.click('.review-head[open] button:has-text("保存")')
        await settled(page)
      }
      const path = join(dir, `${name}.png`)
      await page.screenshot({ path })
      // 96 colours are enough for a desk tool and make the pictures a third as large; without ImageMagick they stay as they are.
      const { error } = spawnSync('convert', [path, '-dither', 'None', '-colors', '96', `PNG8:${path}`])
      if (error) console.error(`${name} keeps all its colours: apt-get install imagemagick makes it smaller`)
      console.log(name, statSync(path).size)
    }
    await page.context().close()
  }
} finally {
  await browser.close()
  await app.stop()
}
