// Serves the gallery of all components, as the product would: same headers,
// compressed, and with a few addresses that answer forms.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { out, root } from './lib.mjs'

export const dir = join(out, 'gallery')
const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }
const csp = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

/** Renders the pages with the Go test that makes them and serves them on loopback. */
export async function gallery() {
  mkdirSync(dir, { recursive: true })
  execFileSync('go', ['test', './internal/ui/', '-run', 'TestGallery', '-count=1'], { cwd: root, env: { ...process.env, WEIBAO_GALLERY: dir } })
  const pages = readdirSync(dir).filter(name => name.endsWith('.html')).map(name => name.slice(0, -5))
  const asked = []
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x')
    asked.push(`${request.method} ${pathname}${search}${request.headers['hx-request'] ? ' htmx' : ''}`)
    response.setHeader('Content-Security-Policy', csp)
    request.resume().on('end', () => reply(request, response, pathname))
  })
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  return { pages, asked, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

function reply(request, response, path) {
  const accepts = request.headers['accept-encoding'] ?? ''
  // A progress part asks how far it is, the badge listens for news: there is none.
  if (path === '/p' || path === '/duties/live') return response.writeHead(204).end()
  if (path === '/down') return request.socket.destroy()
  if (path === '/refused') {
    response.writeHead(409, { 'Content-Type': 'text/html; charset=utf-8', 'HX-Retarget': '#notice', 'HX-Reswap': 'innerHTML' })
    return response.end('<div class="notice notice-danger" role="alert"><p>这项任务刚刚被别人签收，请刷新。</p></div>')
  }
  if (request.method === 'POST') return (request.headers['x-upload'] ? response.writeHead(200, { 'HX-Redirect': '/inbox' }) : response.writeHead(303, { Location: '/inbox' })).end()
  if (path.startsWith('/assets/')) return asset(response, path, accepts)
  const name = { '/': 'inbox', '/plans/1': 'list', '/duties/1/extend': 'form' }[path] ?? path.slice(1)
  try {
    const page = readFileSync(join(dir, `${name}.html`))
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Encoding': 'gzip' }).end(gzipSync(page, { level: 5 }))
  } catch {
    response.writeHead(404).end()
  }
}

function asset(response, path, accepts) {
  const [extension, encoding] = accepts.includes('br') ? ['.br', 'br'] : ['.gz', 'gzip']
  const body = readFileSync(join(root, 'assets/dist', path.slice(8) + extension))
  response.writeHead(200, { 'Content-Type': types[path.split('.').pop()], 'Content-Encoding': encoding, 'Cache-Control': 'public, max-age=31536000, immutable' }).end(body)
}
