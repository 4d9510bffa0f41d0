import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { ignoreRules } from './ignore.ts'

interface Facts {
  readonly paths: readonly Path[]
  readonly facts: readonly (readonly [lines: readonly string[], ignored: string])[]
}

const { paths, facts } = JSON.parse(readFileSync(new URL('stignore-facts.json', import.meta.url), 'utf8')) as Facts

it.each(facts.map(([lines, ignored]) => ({ lines, ignored })))('Syncthing decides alike: $lines', fact => {
  expect(ignoredBy(fact.lines)).toEqual(fact.ignored === 'error' ? 'error' : pathsOf(fact.ignored))
})

function ignoredBy(lines: readonly string[]): readonly string[] | 'error' {
  try {
    const files = [{ name: '.stignore', text: lines.join('\n'), dialect: 'stignore' as const }]
    const rules = ignoreRules({ files, caseFold: false, defaults: 'none' })
    return paths.filter(path => rules.verdict(path, 'other') !== 'kept')
  } catch (error) {
    if (error instanceof SyncError) return 'error'
    throw error
  }
}

function pathsOf(bits: string): readonly string[] {
  const flags = BigInt(`0x${bits}`).toString(2).padStart(paths.length, '0')
  return paths.filter((_, index) => flags[index] === '1')
}
