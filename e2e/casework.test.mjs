// Casework from danger to follow-up: a checklist at once, the police sign, a
// placement and an order of protection, a case that does not close too early;
// a referral returned once and ruled on; a record that is sealed and gone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { App, check, fits, launch, open, settled } from './lib.mjs'
import { choose, desk, fill, lodge, lookup, newest, press, said, says } from './forms.mjs'

let app, browser

before(async () => {
  app = await App.start()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await app?.stop()
})

const someday = days => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Opens a step of a checklist for the unit that does it. */
async function step(page, run, words) {
  await app.visit(page, run)
  await page.locator(`main tr:has-text("${words}") td a`).first().click()
  await settled(page)
}

/** Assesses a child; worst is how many questions get their worst answer. */
async function assess(page, child, worst) {
  await app.visit(page, `${child}/assess`)
  await page.evaluate(worst => {
    const groups = Map.groupBy(document.querySelectorAll('main input[type=radio]'), e => e.name)
    for (const options of groups.values()) {
      const urgent = options.length === 2 && options[0].value === 'no' && options[1].value === 'yes' && options[0].closest('.part') === document.querySelector('main .part')
      options[!urgent && worst-- > 0 ? options.length - 1 : 0].checked = true
    }
  }, worst)
  await press(page, '提交评估')
}

describe('casework', { timeout: 300_000 }, () => {
  test('danger: checklist, police, placement, order of protection, case, closing by a second person, follow-up', async t => {
    const receipt = await lodge(app, { danger_now: true, what: 'hurt', place: { region: '990101100200', text: '三组' }, narrative: '孩子正在被打。', child: { name: '单阿柒', sex: '男', age: '9' } })
    const office = await desk(app, () => open(browser, t), 'weibaoban')
    const report = await newest(app, office)
    await says(office, /先打电话，再办手续/)
    await check(office)
    // Danger comes before acceptance and triage.
    assert.match(await office.locator('.head-actions .btn-primary').innerText(), /启动应急清单/)
    await press(office, '启动应急清单')
    await check(office)
    assert.equal(await office.locator('[name=list]:checked').inputValue(), 'violence', 'the list for what was told is proposed')
    await fill(office, { brief: '孩子在村委会，由村干部陪着。' })
    await press(office, '启动清单')
    const run = new URL(office.url()).pathname
    await check(office)
    assert.doesNotMatch(await lookup(app, receipt), /公安机关已经签收/)

    const police = await desk(app, () => open(browser, t), 'gonganju')
    await app.visit(police, '/duties')
    await says(police, /应急：伤情鉴定/, 'the step stands in the inbox')
    await step(police, run, '伤情鉴定')
    await check(police)
    await fits(police)
    assert.doesNotMatch(await said(police), /单阿柒|正在被打/, 'a unit sees the brief and its step alone')
    await fill(police, { where: '县人民医院', number: '鉴2026-1', words: '已到场并委托鉴定。' })
    await press(police, '登记，办结')
    assert.match(await lookup(app, receipt), /公安机关已经签收/)

    const civil = await desk(app, () => open(browser, t), 'minzhengju')
    await step(civil, run, '临时安置')
    await fill(civil, { who: '外祖母', where: '外祖母家', words: '已带离并安置。' })
    await press(civil, '登记，办结')

    // The order of protection is asked for when it is needed; the court enters it.
    await app.visit(office, run)
    await office.locator('tr:has-text("作出人身安全保护令") button:has-text("下达")').click()
    await settled(office)
    const court = await desk(app, () => open(browser, t), 'fayuan')
    await step(court, run, '作出人身安全保护令')
    await fill(court, { where: '云岭县人民法院', number: '（2026）民保令1号', until: someday(150), words: '已作出并送达。' })
    await press(court, '登记，办结')
    await app.visit(office, run)
    await says(office, /民保令1号/)

    // The steps that are left are done without, each with a reason.
    for (;;) {
      await app.visit(office, run)
      const next = office.locator('tr:has(.tag:has-text("待签收")) td a, tr:has(.tag:has-text("办理中")) td a').first()
      if (await next.count() === 0) break
      await next.click()
      await settled(office)
      await fill(office, { reason: '已由其他单位办理。' })
      await press(office, '不需要这一步')
    }

    // Triage, with a new file by what was told; then the case.
    await app.visit(office, report)
    await press(office, '受理')
    await app.visit(office, report + '/decide')
    await fill(office, { 'q-danger': 'yes', child: 'new', lead: '县公安局', words: '应急清单已经启动。' })
    await choose(office, 'region', '石门村')
    await press(office, '下一步')
    await says(office, /单阿柒/)
    await press(office, '确定并派发')
    await says(office, /已派发/)
    await press(office, '开立个案')
    const child = new URL(office.url()).pathname.replace(/\/case$/, '')
    await check(office)
    await press(office, '开立个案')
    const record = new URL(office.url()).pathname
    await says(office, /来源[\s\S]*报告/)
    await check(office)

    await app.visit(office, record + '/join')
    await fill(office, { role: 'second' })
    await office.evaluate(() => {
      const people = document.querySelector('select[name=person]')
      people.value = [...people.options].find(o => /未保办，未保办工作人员|未保办工作人员/.test(o.textContent) && o.value).value
      people.dispatchEvent(new Event('change', { bubbles: true }))
    })
    await press(office, '加入个案组成员')
    await says(office, /审核人/)

    await assess(office, child, 4)
    await app.visit(office, record)
    await press(office, '修改方案')
    const sides = await office.locator('main [name^="text."][required]').evaluateAll(list => list.map(e => e.name.slice(5)))
    for (const side of sides) await fill(office, { [`text.${side}`]: '有固定的成年人照护', [`unit.${side}`]: '县民政局', [`due.${side}`]: someday(40) })
    await press(office, '保存方案')
    await press(office, '确定方案')
    await app.visit(office, record + '/service')
    await fill(office, { kind: 'guardianship', words: '与亲属商定照护安排。' })
    await press(office, '登记服务')
    await app.visit(office, record + '/opinion')
    await fill(office, { able: '1', words: '想和外婆住。' })
    await press(office, '听取儿童本人意见')
    await press(office, '修改方案')
    for (const side of sides) await fill(office, { [`state.${side}`]: '已达成', [`result.${side}`]: '照护已经落实' })
    await press(office, '保存方案')

    // Closing is refused until the child was assessed anew.
    await app.visit(office, record + '/close')
    await fill(office, { outcome: 'stable', words: '照护已经落实。' })
    await press(office, '提出结案')
    await says(office, /复评/)
    await check(office)
    await app.visit(office, record)
    await says(office, /介入之后做过复评[\s\S]*还不具备/)

    const second = await desk(app, () => open(browser, t), 'weibaoban2')
    await assess(office, child, 0)
    await app.visit(second, new URL(office.url()).pathname)
    await fill(second, { words: '情况属实。' })
    await press(second, '同意')
    await app.visit(office, record + '/close')
    await fill(office, { outcome: 'stable', words: '照护已经落实，情绪稳定。' })
    await press(office, '提出结案')
    await says(office, /等待另一人审核/)
    office.expected(/status of 403/)
    await app.visit(office, record + '/decide')
    await fill(office, { agree: '1' })
    await press(office, '审核结案')
    assert.doesNotMatch(await said(office), /审核结果已记录/, 'who proposed it cannot decide')
    await app.visit(second, record + '/decide')
    await fill(second, { agree: '1', words: '同意，按期回访。' })
    await press(second, '审核结案')
    await says(second, /回访/)
    await check(second)

    const village = await desk(app, () => open(browser, t, { size: 360 }), 'shimencun')
    await app.visit(village, '/duties')
    await says(village, /结案回访/, 'the follow-up stands in the village')
    assert.match(await lookup(app, receipt), /已经办理完毕/)
  })

  test('a referral is returned once, ruled on, and then done', async t => {
    const office = await desk(app, () => open(browser, t), 'weibaoban')
    await app.visit(office, '/children')
    await office.locator('#child-q').pressSequentially('岑晓星', { delay: 20 })
    await office.locator('#found a', { hasText: '岑晓星' }).first().click()
    await settled(office)
    const child = new URL(office.url()).pathname
    await app.visit(office, `${child}/refer?topic=school`)
    await check(office)
    await fill(office, { ask: '请落实转学手续。' })
    await choose(office, 'lead', '县教育局')
    await press(office, '下一步')
    await says(office, /将看到以下内容/)
    await check(office)
    await press(office, '确认下达')
    const referral = new URL(office.url()).pathname

    const unit = await desk(app, () => open(browser, t), 'jiaoyuju')
    await app.visit(unit, referral)
    await check(unit)
    await fits(unit)
    await app.visit(unit, referral + '/return')
    await check(unit)
    await fill(unit, { reason: '学籍在外县。', ground: '学籍管理办法第十条' })
    await press(unit, '退回转介')
    await says(unit, /等待未保办裁定/)

    await app.visit(office, referral)
    await press(office, '裁定退回')
    await check(office)
    await fill(office, { decision: 'refuse', reason: '转入由本县学校办理。' })
    await press(office, '答复')
    await app.visit(unit, referral)
    assert.equal(await unit.locator(`a[href="${referral}/return"]`).count(), 0, 'a second return is offered')
    const again = await unit.goto(app.url + referral + '/return')
    assert.equal(again.status(), 409, 'the form of a second return opens')
    await says(unit, /已经退回过一次/)

    await app.visit(unit, referral + '/reply')
    await fill(unit, { outcome: 'done', text: '已办理转学。' })
    await press(unit, '反馈办理结果')
    await app.visit(office, referral)
    await press(office, '审核反馈')
    await fill(office, { decision: 'accept', words: '符合要求。' })
    await press(office, '提交审核')
    await app.visit(office, referral)
    await says(office, /已办结/)
    await check(office)
  })

  test('a sealed record vanishes', async t => {
    const keeper = await desk(app, () => open(browser, t), 'jianchayuan')
    await app.visit(keeper, '/justice/new')
    await check(keeper)
    await fill(keeper, { kind: 'crime', name: '单阿捌', contact: '王检察官', phone: '0990-6100017' })
    await choose(keeper, 'unit', '县检察院')
    await press(keeper, '登记')
    const record = new URL(keeper.url()).pathname
    await app.visit(keeper, '/justice')
    const before = await keeper.locator('main tbody tr').count()
    await app.visit(keeper, record + '/seal')
    await check(keeper)
    await press(keeper, '封存')
    await app.visit(keeper, '/justice')
    assert.equal(await keeper.locator('main tbody tr').count(), before - 1)
    await check(keeper)
    const absent = record.replace(/\d+$/, '123456789')
    for (const login of ['jianchayuan', 'weibaoban', 'lingdao', 'auditadmin']) {
      const page = await desk(app, () => open(browser, t), login)
      page.expected(/status of 40[34]/)
      const words = []
      for (const path of [record, absent]) {
        const answer = await app.visit(page, path)
        words.push(`${answer.status()} ${(await said(page)).replace(/\d{2}:\d{2}.*|编号.*/g, '')}`)
      }
      assert.equal(words[0], words[1], `${login} can tell a sealed record from none`)
    }
  })
})
