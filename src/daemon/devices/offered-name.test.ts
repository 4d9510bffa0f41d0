import { basename, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { directoryNameOf } from './offered-name.ts'

const named = (label: string, folder = 'abcd-1234') => directoryNameOf({ label, folder })

test('a label that can be a name is the name', () => {
  expect(named('Photos of 2026')).toBe('Photos of 2026')
  expect(named('Übersicht')).toBe('Übersicht')
})

test('without a label it is the id', () => {
  expect(named('')).toBe('abcd-1234')
  expect(named(' ... ')).toBe('abcd-1234')
  expect(named('', '../..')).toBe('folder')
})

test('what leads elsewhere, hides, or breaks lines is left out', () => {
  expect(named('../../etc/passwd')).toBe('etc passwd')
  expect(named('/srv/.ssh')).toBe('srv .ssh')
  expect(named('.hidden')).toBe('hidden')
  expect(named('~root')).toBe('root')
  expect(named('two\nlines\u202e')).toBe('two lines')
  expect(named('C:\\Windows')).toBe('C Windows')
})

test('whatever the words are, it is one name in the directory that was given', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.string({ unit: 'binary', maxLength: 150 }),
      (label, folder) => {
        const name = named(label, folder)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
        expect(name).not.toMatch(/^\.|[/\0\n]/)
        expect(basename(join('/given', name))).toBe(name)
        expect(name).not.toBe('')
      },
    ),
    { numRuns: 50 },
  )
})
