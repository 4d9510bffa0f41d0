import { expect, test } from 'vitest'
import type { Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { GOOD_SERVER, MemoryRemote } from '../remotes/memory/memory-remote.ts'
import { MemoryServer } from '../remotes/memory/memory-server.ts'
import { type Foreign, type Need, replicaConformance } from './conformance.ts'
import { type Meter, metered } from './metered.ts'
import type { Replica } from './replica.ts'

const SIGNAL = new AbortController().signal
const LACKS: readonly Need[] = ['many at once', 'modes', 'reopening', 'symlinks']
const PATH = 'file' as Path

/** Writes down what passes. */
function noting(): Meter & { readonly passed: string[] } {
  const passed: string[] = []
  return {
    passed,
    begin: (path, direction, from) => {
      passed.push(`${direction} of ${path} from ${from}`)
      return { pass: async bytes => void passed.push(String(bytes)), end: () => void passed.push('end') }
    },
    pass: async (bytes, direction) => void (bytes > 0 && passed.push(`${direction} of ${bytes}`)),
  }
}

replicaConformance(
  'a replica with a meter',
  async () => {
    const server = new MemoryServer(() => Date.now())
    const foreign: Foreign = {
      put: async (path, bytes) => server.put(path as Path, bytes),
      remove: async path => server.remove(path as Path),
      makeDirectory: async path => server.makeDirectory(path as Path),
    }
    const replica = metered(new MemoryRemote(server, { traits: GOOD_SERVER }), noting())
    return { replica, foreign, dispose: async () => undefined }
  },
  LACKS,
)

test('bytes in both directions are counted where they move, and their end is told also when they are left', async () => {
  const meter = noting()
  const server = new MemoryServer(() => 0)
  const replica = metered(new MemoryRemote(server, { traits: GOOD_SERVER }), meter)
  const source = {
    ...{ path: PATH, size: 5, mtimeNs: undefined },
    open: async function* (from: number) {
      yield Buffer.from('hello').subarray(from)
    },
    sum: async () => undefined,
  }
  const staged = await replica.stage(source, { token: undefined, save: () => {} }, SIGNAL)
  const made = await replica.commit({ do: 'put', path: PATH, staged, mtimeNs: undefined, expect: 'absent' }, SIGNAL)
  expect(meter.passed).toEqual(['upload of file from 0', '5', 'end'])
  meter.passed.length = 0
  const stamp = made.as === 'done' && made.entry?.kind === 'file' ? made.entry.stamp : ('' as Stamp)
  const reading = replica.read(PATH, stamp, 2, SIGNAL)
  for await (const _ of reading) break
  expect(meter.passed).toEqual(['download of file from 2', '3', 'end'])
})

test('what is read or staged many at once is let through as one, and small bytes at hand too', async () => {
  const meter = noting()
  const many: Partial<Replica> = { readMany: async () => [], stageMany: async () => [] }
  const one = Object.assign(new MemoryRemote(new MemoryServer(() => 0), { traits: GOOD_SERVER }), many)
  const replica = metered(one, meter)
  const wanted = { path: PATH, expect: '' as Stamp, size: 4 }
  await replica.readMany?.([wanted, wanted], SIGNAL)
  const source = { path: PATH, mtimeNs: undefined, open: async function* () {}, sum: async () => undefined }
  const bytes = Buffer.from('abc')
  await replica.stageMany?.([{ ...source, size: 3, bytes }], SIGNAL)
  await replica.stage({ ...source, size: 3, bytes }, { token: undefined, save: () => {} }, SIGNAL).catch(() => {})
  expect(meter.passed.filter(text => text.includes(' of ') && !text.includes('from'))).toEqual([
    'download of 8',
    'upload of 3',
    'upload of 3',
  ])
})
