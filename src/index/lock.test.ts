import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from './lock.ts'

test('only one holds the lock, and the next one gets it when that lets go', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-lock-'))
  try {
    const file = join(directory, 'lock')
    const first = lockFolder(file)
    expect(() => lockFolder(file)).toThrow(expect.objectContaining({ code: 'folder-locked', scope: 'folder' }))
    first[Symbol.dispose]()
    lockFolder(file)[Symbol.dispose]()
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('there is nothing beside it while it is held, and what an older program left there is removed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-lock-'))
  try {
    const file = join(directory, 'lock')
    writeFileSync(file, '')
    writeFileSync(`${file}-journal`, Buffer.alloc(512))
    const held = lockFolder(file)
    expect(readdirSync(directory)).toEqual(['lock'])
    held[Symbol.dispose]()
    expect(readdirSync(directory)).toEqual(['lock'])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
