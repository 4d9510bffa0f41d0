import fc from 'fast-check'
import { expect, test } from 'vitest'
import { damaged, garbageText } from '../../../test/garbage.ts'
import type { Memory } from '../../replica/replica.ts'
import { CAUTIOUS, recallTraits, rememberTraits, type Traits } from './traits.ts'

const KEYS = ['version', 'fingerprint', 'traits', ...Object.keys(CAUTIOUS)]
const MINE: Traits = { ...CAUTIOUS, ifMatch: true, mtime: 'both', mtimeProperty: '{DAV:}lastmodified' }

function memoryWith(kept: Map<string, string>): Memory {
  return { get: key => kept.get(key), set: (key, value) => void kept.set(key, value ?? '') }
}

function remembered(): Map<string, string> {
  const kept = new Map<string, string>()
  rememberTraits(memoryWith(kept), 'Apache 1', MINE)
  return kept
}

test('traits are remembered of the same software only', () => {
  const memory = memoryWith(remembered())
  expect(recallTraits(memory, 'Apache 1')).toEqual(MINE)
  expect(recallTraits(memory, 'Apache 2')).toBeUndefined()
})

test('whatever the memory holds, traits are complete or have to be found out again', () => {
  const [[key, text] = ['', '']] = remembered()
  fc.assert(
    fc.property(fc.oneof(damaged(text, KEYS), garbageText(KEYS)), garbage => {
      const traits = recallTraits(memoryWith(new Map([[key, garbage]])), 'Apache 1')
      if (traits === undefined) return
      for (const [name, cautious] of Object.entries(CAUTIOUS))
        expect(typeof traits[name as keyof Traits], name).toBe(typeof cautious)
      expect(['header', 'proppatch', 'both', 'none']).toContain(traits.mtime)
    }),
    { numRuns: 2000 },
  )
})
