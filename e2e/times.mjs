// Measures every page of the demo county that six roles reach: how long an
// answer takes to its last byte over loopback, and what it weighs on the wire.
//
//   node e2e/times.mjs [docs/performance.md]    writes its section there; non-zero if a page is too slow or too heavy
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { loadavg, cpus } from 'node:os'
import { App, kindOf, password } from './lib.mjs'

const slowest = 50 // ms, p95
const heaviest = 30 * 1024
const rounds = 40
const accounts = { weibaoban: '未保办', jiaoyuju: '成员单位', lingdao: '领导', sysadmin: '系统管理员', secadmin: '安全管理员', auditadmin: '审计管理员' }

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** One request: status, head, text, bytes of the body as sent, and milliseconds to the last byte. */
function ask(url, { method = 'GET', cookie = '', body, packed = false } = {}) {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint()
    const headers = { cookie, ...(packed && { 'accept-encoding': 'br, gzip' }), ...(body && { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin }) }
    const request = http.request(url, { method, agent, headers }, answer => {
      const parts = []
      answer.on('data', part => parts.push(part))
      answer.on('end', () => {
        const bytes = Buffer.concat(parts)
        resolve({ status: answer.statusCode, headers: answer.headers, ms: Number(process.hrtime.bigint() - begin) / 1e6, bytes: bytes.length, text: packed ? '' : bytes.toString() })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function login(app, account) {
  const first = await ask(app.url + '/login')
  const jar = new Map()
  const keep = ({ headers }) => { for (const line of headers['set-cookie'] ?? []) jar.set(...line.split(';')[0].split(/=(.*)/s)) }
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  keep(first)
  const answer = await ask(app.url + '/login', { method: 'POST', cookie: cookie(), body: new URLSearchParams({ login: account, password }).toString() })
  keep(answer)
  if (answer.status !== 303) throw new Error(`${account} is not let in: ${answer.status}`)
  return cookie()
}

/** The pages that an account reaches, one address of each kind. */
async function pages(app, cookie) {
  const found = new Map()
  const seen = new Set(['/'])
  const queue = ['/']
  while (queue.length > 0) {
    const path = queue.shift()
    const answer = await ask(app.url + path, { cookie })
    const next = [...answer.text.matchAll(/<a\s[^>]*?href="([^"#]+)[^>]*>/g)].filter(([tag]) => !tag.includes(' download')).map(([, href]) => href)
    if (answer.headers.location) next.push(answer.headers.location)
    if (answer.status === 200 && answer.headers['content-type']?.startsWith('text/html')) found.set(kindOf(new URL(path, app.url)), path)
    for (const href of next) {
      const url = new URL(href.replaceAll('&amp;', '&'), app.url + path)
      if (url.origin !== app.url || seen.has(kindOf(url))) continue
      seen.add(kindOf(url))
      queue.push(url.pathname + url.search)
    }
  }
  return found
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]

async function measure(app) {
  const worst = new Map()
  let count = 0
  for (const account of Object.keys(accounts)) {
    const cookie = await login(app, account)
    for (const [kind, path] of await pages(app, cookie)) {
      const times = []
      let bytes = 0
      for (let round = -5; round < rounds; round++) {
        const answer = await ask(app.url + path, { cookie, packed: true })
        bytes = answer.bytes
        if (round >= 0) times.push(answer.ms) // the first warm it up
      }
      times.sort((a, b) => a - b)
      const it = { kind, account, median: at(times, .5), p95: at(times, .95), bytes }
      count++
      if (!worst.has(kind) || worst.get(kind).p95 < it.p95) worst.set(kind, it)
    }
  }
  return { count, list: [...worst.values()].sort((a, b) => b.p95 - a.p95) }
}

function section({ count, list }) {
  const rows = list.slice(0, 16).map(it => `| \`${it.kind}\` | ${accounts[it.account]} | ${it.median.toFixed(1)} ms | ${it.p95.toFixed(1)} ms | ${(it.bytes / 1024).toFixed(1)} KB |`)
  const all = list.map(it => it.p95).sort((a, b) => a - b)
  const heavy = Math.max(...list.map(it => it.bytes)) / 1024
  return `Every page of the demo county as six roles reach it (${count} pages of ${list.length} kinds), ${rounds} requests each after five to warm up, over loopback
to the last byte, compressed. Reached: p95 of the slowest page ${all.at(-1).toFixed(1)} ms (to reach ≤ ${slowest} ms), half of the pages under ${at(all, .5).toFixed(1)} ms; the heaviest
page ${heavy.toFixed(1)} KB (to reach ≤ ${heaviest / 1024} KB after the first, whose styles and scripts the browser test weighs: ≤ 250 KB). The slowest, each as the role for which it is slowest:

| page | role | median | p95 | on the wire |
|---|---|---:|---:|---:|
${rows.join('\n')}

Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} × ${cpus()[0].model}, SQLite, load average ${loadavg()[0].toFixed(1)}.`
}

const app = await App.start()
const result = await measure(app).finally(() => app.stop())
const text = section(result)
console.log(text)
if (process.argv[2]) {
  const title = '## Size of pages\n'
  const page = readFileSync(process.argv[2], 'utf8')
  const start = page.indexOf(title)
  const end = start < 0 ? -1 : page.indexOf('\n## ', start + title.length)
  const [before, behind] = start < 0 ? [page.trimEnd() + '\n\n', ''] : [page.slice(0, start), end < 0 ? '' : page.slice(end)]
  writeFileSync(process.argv[2], `${before}${title}\n${text}\n${behind}`)
}
const bad = result.list.filter(it => it.p95 > slowest || it.bytes > heaviest)
for (const it of bad) console.error(`${it.kind} as ${it.account}: p95 ${it.p95.toFixed(1)} ms, ${it.bytes} bytes`)
process.exit(bad.length ? 1 : 0)
