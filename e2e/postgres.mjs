// A PostgreSQL of the browser tests' own: a cluster on a socket in a temporary folder, ended with the test.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const home = '/usr/lib/postgresql'

/** Starts a cluster, or gives null where PostgreSQL is not installed. */
export function cluster(t) {
  if (!existsSync(home)) return null
  const bin = join(home, readdirSync(home).sort((a, b) => a - b).at(-1), 'bin')
  const dir = mkdtempSync(join(tmpdir(), 'weibao-e2e-pg-'))
  chmodSync(dir, 0o711)
  // PostgreSQL refuses to run as root.
  const root = process.getuid() === 0
  const id = flag => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const as = root ? { uid: id('-u'), gid: id('-g') } : {}
  if (root) execFileSync('chown', ['postgres', dir])
  const run = (program, ...args) => execFileSync(join(bin, program), args, { ...as, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  const data = join(dir, 'data')
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')
  run('pg_ctl', '-D', data, '-w', '-l', join(dir, 'log'), '-o', `-c listen_addresses='' -c unix_socket_directories=${dir} -c fsync=off`, 'start')
  const folders = mkdtempSync(join(tmpdir(), 'weibao-e2e-'))
  t.after(() => {
    run('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
    for (const place of [dir, folders]) rmSync(place, { recursive: true, force: true })
  })
  let count = 0
  return {
    create() {
      const name = `county${++count}`
      run('createdb', '-h', dir, '-U', 'postgres', name)
      return `postgres://postgres@/${name}?host=${dir}`
    },
    folder(name) {
      const path = join(folders, name)
      mkdirSync(path, { recursive: true })
      return path
    },
  }
}
