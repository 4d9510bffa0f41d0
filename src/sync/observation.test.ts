// What is known of the remote after what was done there, without looking again.
import { expect, test } from 'vitest'
import type { FileEntry, Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import type { Move } from '../plan/step.ts'
import { followOutcomes } from './observation.ts'

const path = (text: string) => text as Path
const file = (stamp: string): FileEntry => ({ kind: 'file', stamp: stamp as Stamp, size: 1, mtimeNs: 0n })

const moved = (from: string, to: string): Move => ({
  ...{ do: 'move', on: 'remote', from: path(from), path: path(to), kind: 'file', expect: 'a' as Stamp },
  because: 'push-moved',
})

test('where something was moved to, it is: that nothing was seen there before says nothing any more', () => {
  const before = new Map([
    [path('free'), undefined],
    [path('free/below'), undefined],
    [path('elsewhere'), undefined],
  ])
  const { dirty } = followOutcomes(before, [{ as: 'done', step: moved('from', 'free') }])
  expect([...dirty.keys()]).toEqual(['elsewhere'])
})

test('what was not as agreed when it was moved is not so at its new place', () => {
  const before = new Map<Path, FileEntry | undefined>([
    [path('to'), undefined],
    [path('from'), file('edited')],
    [path('from/below'), undefined],
  ])
  const { dirty } = followOutcomes(before, [{ as: 'done', step: moved('from', 'to') }])
  expect([...dirty]).toEqual([
    ['to', file('edited')],
    ['to/below', undefined],
  ])
})
