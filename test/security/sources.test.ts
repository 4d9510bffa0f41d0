// What no source file of the program may use, because it would open a door.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url))

function filesThatSay(pattern: RegExp): readonly string[] {
  const files = (readdirSync(SOURCES, { recursive: true }) as string[]).filter(name => /(?<!\.test)\.ts$/.test(name))
  expect(files.length).toBeGreaterThan(100)
  return files.filter(name => pattern.test(readFileSync(join(SOURCES, name), 'utf8')))
}

test('few files start another program, with arguments that nobody else chooses, and none starts a shell', () => {
  expect(filesThatSay(/child_process/)).toEqual([
    'cli/open.ts',
    'cli/restart.ts',
    'cli/service.ts',
    'platform/node/find.ts',
    'platform/node/flush.ts',
    'revisions/git/run-git.ts',
  ])
  expect(filesThatSay(/\bshell: (true|')|execSync|import .*\bexec\b.*child_process/)).toEqual([])
})

test('random numbers that could be guessed are not used', () => {
  expect(filesThatSay(/Math\.random/)).toEqual([])
})

test('no text is run as a program', () => {
  expect(filesThatSay(/\beval\(|new Function\(|node:vm/)).toEqual([])
})
