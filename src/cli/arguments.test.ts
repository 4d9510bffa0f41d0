// Whatever is typed, the program ends with one of its exit statuses and a sentence.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from './program.ts'

let base: string

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'syncline-arguments-'))
})

afterAll(() => rmSync(base, { recursive: true }))

async function run(args: readonly string[]): Promise<{ status: number; text: string }> {
  let text = ''
  const stream = {
    write(piece: string) {
      text += piece
    },
  }
  const status = await runProgram(args, { out: stream, err: stream })
  return { status, text }
}

const OPTIONS = [
  '--at',
  '--older-than',
  '--sweep',
  '--json',
  '-n',
  '--approve',
  '--poll',
  '--trust-cert',
  '--user',
  '--',
]

test('any arguments about a folder that is not there end in words, and make nothing', async () => {
  const word = fc.oneof(
    fc.constantFrom(...OPTIONS, '', '..', '-', '--no-such', '2026-13-45', '1e9', '-1', 'sha256:'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const command = fc.constantFrom('sync', 'why', 'conflicts', 'restore', 'trash', 'doctor', 'no-such', '--version')
  await fc.assert(
    fc.asyncProperty(command, fc.array(word, { maxLength: 5 }), async (name, words) => {
      const { status, text } = await run([name, join(base, 'missing'), ...words])
      expect([0, 1, 2, 3, 4, 5]).toContain(status)
      expect(text).not.toMatch(/Internal error|TypeError|undefined is not/)
    }),
    { numRuns: 300 },
  )
  expect(readdirSync(base)).toEqual([])
})

test.each(['2026-11-20 18:00', '2026-11-20', '2026-11-20T18:00:00Z', '2026-11-20 18:00:00 +0100'])(
  '%s is a time',
  async at => {
    expect(await run(['restore', join(base, 'missing'), 'x', '--at', at])).toMatchObject({ status: 5 })
  },
)

test.each(['', 'yesterday', 'yesterday 5', '5', '11/20/2026', '2026-13-45', '25:00', '2026-11-20 18:00 nonsense'])(
  '%j is no time',
  async at => {
    const { status, text } = await run(['restore', join(base, 'missing'), 'x', '--at', at])
    expect({ status, told: text.includes('It is a date and time') }).toEqual({ status: 2, told: true })
  },
)

test('whatever is given as a time is one or is refused', async () => {
  const piece = fc.constantFrom('2026', '-', ':', '1', '99', ' ', 'T', 'Z', '+', '(', 'Jan', '\0', 'é')
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: piece, maxLength: 12 }), async at => {
      expect([2, 5]).toContain((await run(['restore', join(base, 'missing'), 'x', '--at', at])).status)
    }),
    { numRuns: 200 },
  )
})
