import { expect, test } from 'vitest'
import type { SyncEvent } from '../sync/events.ts'
import { NOTHING } from '../sync/summary.ts'
import { textOutput } from './text-output.ts'

function terminal() {
  const screen = { out: '', err: '' }
  let time = 0
  const into = (name: 'out' | 'err') => (text: string) => {
    screen[name] += text
  }
  const pass = (ms: number) => {
    time += ms
  }
  const output = textOutput(
    {
      out: { write: into('out') },
      err: { write: into('err'), isTTY: true, columns: 60 },
    },
    { detail: 'brief', now: () => time },
  )
  return { output, screen, pass }
}

const progress = (done: number): SyncEvent => ({
  type: 'progress',
  steps: { done, of: 1000 },
  bytes: { done: done * 1000, of: 1_000_000 },
})

test('the bar is drawn at most ten times a second, on one line', () => {
  const { output, screen, pass } = terminal()
  for (let i = 0; i < 1000; i += 1) {
    output.event(progress(i))
    pass(1)
  }
  expect(screen.err.split('\r\x1b[K').length - 1).toBe(10)
  expect(screen.err).not.toContain('\n')
  for (const line of screen.err.split('\r\x1b[K')) expect(line.length).toBeLessThan(60)
})

test('the bar is gone before the result is told', () => {
  const { output, screen } = terminal()
  output.event(progress(1))
  output.finish({ counts: NOTHING, unsynced: [], passes: 1 }, 100)
  expect(screen.err.endsWith('\r\x1b[K')).toBe(true)
  expect(screen.out).toBe('Both sides are equal. Nothing to do (0.1 s).\n')
})

test('a name cannot draw on the terminal', () => {
  const { output, screen } = terminal()
  const path = 'a\x1b[2J' as never
  output.finish({ counts: NOTHING, unsynced: [{ path, because: 'x', reason: 'no \x07 bell' }], passes: 1 }, 0)
  expect(screen.out).toContain('a\\x1b[2J: no \\x07 bell\n')
})
