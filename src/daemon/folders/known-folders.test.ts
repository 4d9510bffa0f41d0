import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openState } from '../home/state-database.ts'
import { knownFolders } from './known-folders.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanUps.splice(0).reverse()) clean()
})

/** A folder that was open before, under the marker 'first'. */
function folder() {
  const home = mkdtempSync(join(tmpdir(), 'syncline-known-'))
  const state = openState(join(home, 'state.db'))
  cleanUps.push(
    () => rmSync(home, { recursive: true }),
    () => state.close(),
  )
  const named = { id: 'docs', path: join(home, 'docs') }
  mkdirSync(join(named.path, '.syncline'), { recursive: true })
  const known = knownFolders(state)
  known.remember(named, 'first')
  const mark = (marker: string) => writeFileSync(join(named.path, '.syncline', 'folder-id'), `${marker}\n`)
  return { named, known, mark }
}

test('a folder is known again by its marker', () => {
  const { named, known, mark } = folder()
  mark('first')
  expect(() => known.check(named)).not.toThrow()
})

test('one that lost its marker, or has another, is refused', () => {
  const { named, known, mark } = folder()
  expect(() => known.check(named)).toThrow(/has lost its marker/)
  mark('other')
  expect(() => known.check(named)).toThrow(/another folder than before/)
})

test('the marker of Syncthing stands for a lost one, and not for another', () => {
  const { named, known, mark } = folder()
  mkdirSync(join(named.path, '.stfolder'))
  expect(() => known.check(named)).not.toThrow()
  mark('other')
  expect(() => known.check(named)).toThrow(/another folder than before/)
})
