// Runs the browser tests: node e2e/run.mjs [pattern]. Non-zero if one fails.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const pattern = process.argv[2] ?? ''
const files = readdirSync(here).filter(name => name.endsWith('.test.mjs') && name.includes(pattern)).map(name => join(here, name))
if (files.length === 0) {
  console.error(`no browser test matches "${pattern}"`)
  process.exit(2)
}

let failed = 0
let passed = 0
// One at a time: each starts a browser and a program, and some measure time.
const stream = run({ files, concurrency: 1, timeout: 600_000 })
  .on('test:fail', () => { failed++ })
  .on('test:pass', () => { passed++ })
const report = stream.compose(new spec())
report.pipe(process.stdout)
await finished(report)
console.log(failed ? `${failed} failed, ${passed} passed` : `${passed} passed`)
process.exit(failed ? 1 : 0)
