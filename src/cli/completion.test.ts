// Completion, asked as the shell asks it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from './program.ts'

let directory: string
let script: string

async function scriptFor(shell: string): Promise<string> {
  let text = ''
  const stream = {
    write(piece: string) {
      text += piece
    },
  }
  expect(await runProgram(['completion', shell], { out: stream, err: stream })).toBe(0)
  return text
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-completion-'))
  script = join(directory, 'syncline.bash')
  writeFileSync(script, await scriptFor('bash'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** What bash offers for the last of `words`. */
function offered(...words: readonly string[]): readonly string[] {
  const ask =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for bash to replace
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _syncline; printf "%s\\n" "${COMPREPLY[@]}"'
  const out = execFileSync('bash', ['--norc', '-c', ask, 'bash', script, 'syncline', ...words], { encoding: 'utf8' })
  return out.split('\n').filter(word => word !== '')
}

test('the first word is a command', () => {
  expect(offered('')).toEqual(expect.arrayContaining(['sync', 'folder', 'status', 'start']))
  expect(offered('rem')).toEqual(['remote'])
})

test('commands within commands are found behind options', () => {
  expect(offered('folder', '--json', 'sc')).toEqual(['scan'])
  expect(offered('user', 'app-password', 'l')).toEqual(['list'])
})

test('options are those of the command', () => {
  expect(offered('remote', 'add', '--pass')).toEqual(['--password-file'])
  expect(offered('sync', '--dry')).toEqual(['--dry-run'])
  expect(offered('status', '--dry')).toEqual([])
})

test('where a path stands, nothing is in the way of files', () => {
  expect(offered('folder', 'add', '')).toEqual([])
})

test.each(['zsh', 'fish'])('%s is told of every command', async shell => {
  const text = await scriptFor(shell)
  for (const name of ['folder add', 'user app-password remove', 'grant list', 'sync'])
    expect(text).toContain(`'${name}'`)
})

test('another shell is refused in words', async () => {
  const stream = { write: () => true }
  expect(await runProgram(['completion', 'cmd'], { out: stream, err: stream })).toBe(2)
})
