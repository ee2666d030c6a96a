// Makes the pictures of README and docs/guide from the demo county: node e2e/pictures.mjs
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { App, launch, open, root, settled } from './lib.mjs'

const dir = join(root, 'docs', 'pictures')

/** login, and what to look at: name of the picture, address, or what to press on the page before or on one that is given. */
const pictures = {
  weibaoban: [['plans', '/plans'], ['review', 'a[href*="/review"]'], ['office-inbox', '/duties'], ['office-reports', '/reports?view=all'],
    ['', 'tr:has-text("无人照料、监护缺失"):has-text("待研判") a', '/reports?view=working'], ['', 'button:has-text("查看报告内容")'], ['office-triage', 'a[href$="/decide"]'],
    ['office-case', 'tr:has-text("个案〔") a', '/cases']],
  jiaoyuju: [['unit-inbox', '/duties'], ['unit-duty', 'li.task:has(.tag:has-text("办理中")) a.task-title[href^="/plans/duties/"]'], ['unit-reply', 'a[href$="/progress"]']],
  gonganju: [['unit-referral', 'a[href^="/referrals/"]', '/referrals']],
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
    for (const [name, to, from] of list) {
      if (from) await app.visit(page, from)
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
      if (!name) continue // a step on the way
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
