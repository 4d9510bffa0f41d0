import { mkdtempSync, rmSync } from 'node:fs'
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
