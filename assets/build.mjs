// Builds the browser bundle: Sass and TypeScript into assets/dist with hashed
// names, compressed forms and manifest.json. Run: node assets/build.mjs
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import * as sass from 'sass'
import { tooNew } from './floors.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
const modules = join(here, '..', 'node_modules')

// Old office browsers set the floor; see docs/decisions.
const desk = 88
const phone = 78

const manifest = {}
const sizes = []

function clean() {
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist)) {
    if (name !== '.keep') rmSync(join(dist, name), { recursive: true })
  }
}

function emit(logical, body) {
  body = Buffer.from(body)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10)
  const [, stem, ext] = logical.match(/^(.*)(\.[a-z]+)$/)
  const served = `${stem}.${hash}${ext}`
  const gz = gzipSync(body, { level: 9 })
  const br = brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  })
  writeFileSync(join(dist, served), body)
  writeFileSync(join(dist, served + '.gz'), gz)
  writeFileSync(join(dist, served + '.br'), br)
  manifest[logical] = served
  sizes.push([logical, body.length, gz.length, br.length])
  return served
}

/** Newer things than the floor must not slip in, not even through a library. */
function refuse(kind, floor, name, text) {
  const found = tooNew(kind, floor, text)
  if (found.length > 0) throw new Error(`${name} holds what Chromium ${floor} does not know: ${found.join(', ')}`)
}

async function style(entry, floor) {
  const compiled = sass.compile(join(here, 'scss', entry + '.scss'), {
    loadPaths: [modules],
    quietDeps: true,
    silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
  })
  const out = await build({
    stdin: { contents: compiled.css, loader: 'css', resolveDir: join(here, 'img') },
    bundle: true, minify: true, write: false, target: `chrome${floor}`, legalComments: 'none',
    // Pictures go through the manifest as files: data: addresses would need a wider CSP.
    plugins: [{
      name: 'pictures',
      setup(b) {
        b.onResolve({ filter: /\.svg$/ }, ({ path }) => ({
          path: './' + emit(basename(path), readFileSync(join(here, 'img', basename(path)))), external: true,
        }))
      },
    }],
  })
  const css = out.outputFiles[0].text
  refuse('css', floor, `${entry}.css`, css)
  if (css.includes('url(data:')) throw new Error(`${entry}.css holds a data: address, which the CSP refuses`)
  emit(entry + '.css', css)
}

async function script(entry, floor) {
  const out = await build({
    entryPoints: [join(here, 'src', entry + '.ts')],
    bundle: true, minify: true, write: false, format: 'iife', target: `chrome${floor}`, charset: 'utf8', legalComments: 'none',
    nodePaths: [modules],
  })
  refuse('js', floor, `${entry}.js`, out.outputFiles[0].text)
  emit(basename(entry) + '.js', out.outputFiles[0].contents)
}

function report() {
  const kb = n => (n / 1024).toFixed(1).padStart(7)
  console.log('file'.padEnd(18) + '    raw KB  gzip KB  brotli KB')
  for (const [name, raw, gz, br] of sizes) console.log(name.padEnd(18) + kb(raw) + '  ' + kb(gz) + '  ' + kb(br))
}

clean()
await style('desk', desk)
await script('desk', desk)
// Pages of the public are read on old phones.
await style('public', phone)
await script('public', phone)
// A page with much behaviour of its own (a review screen, a chart) brings src/pages/<name>.ts.
const pages = join(here, 'src', 'pages')
for (const name of existsSync(pages) ? readdirSync(pages).filter(n => n.endsWith('.ts')) : []) {
  await script('pages/' + name.slice(0, -3), desk)
}
for (const name of ['icons.svg', 'favicon.svg']) emit(name, readFileSync(join(here, 'img', name)))
writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n')
report()
