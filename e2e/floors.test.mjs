// What is newer than the oldest promised browsers is found in what was built, before such a browser meets it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tooNew } from '../assets/floors.mjs'
import { root } from './lib.mjs'

test('the desk holds nothing newer than Chromium 88', () => {
  const dist = join(root, 'assets', 'dist')
  const files = readdirSync(dist).filter(name => /\.(css|js)$/.test(name))
  assert(files.length >= 3, 'nothing was built')
  for (const name of files) assert.deepEqual(tooNew(name.split('.').pop(), 88, readFileSync(join(dist, name), 'utf8')), [], name)
})

test('what is newer than a floor is named', () => {
  for (const [kind, floor, text] of [
    ['css', 88, '.a:has(b){color:red}'], ['css', 88, '.a{color:color-mix(in srgb,red,blue)}'], ['css', 88, '@layer a{}'], ['css', 88, '.a{height:100dvh}'],
    ['css', 88, '@media (width>=10px){}'], ['css', 88, '.a{translate:1px}'], ['css', 88, '.a{b{color:red}&:hover{color:blue}}'], ['css', 78, '.a{display:flex;gap:4px}'],
    ['css', 78, '.a{inset:0}'], ['css', 78, '.a{width:min(1px,2px)}'], ['css', 78, '.a{aspect-ratio:1}'], ['js', 88, 'a.at(-1)'], ['js', 88, 'structuredClone(a)'], ['js', 78, 'a.replaceAll(b,c)'],
  ]) assert.equal(tooNew(kind, floor, text).length, 1, text)
  for (const [kind, floor, text] of [['css', 88, '.a{display:flex;gap:4px;inset:0}'], ['css', 78, '.a{display:grid;gap:4px}'], ['css', 78, '.a{transform:translate(1px)}'], ['js', 88, 'a.replaceAll(b,c)'], ['js', 78, 'a.charAt(1)']]) {
    assert.deepEqual(tooNew(kind, floor, text), [], text)
  }
})
