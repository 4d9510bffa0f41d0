// The rooms that decide and translate do so without waiting, clock, chance or locale: the same input gives the same output.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { PURE_ROOMS } from './rooms.ts'
import { isTest } from './rules.ts'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))
const IMPURE =
  /\b(?:await|async|Promise|Date\.now|Math\.random|new Date(?:\(\)|(?!\())|performance\.|crypto\.|process\.|set(?:Timeout|Interval|Immediate)|queueMicrotask|localeCompare|toLocale\w+|Intl\.)/g

describe.each(PURE_ROOMS)('%s', room => {
  const files = readdirSync(SRC + room, { recursive: true, encoding: 'utf8' }).filter(isProgram)

  test('has files to look at', () => {
    expect(files.length).toBeGreaterThan(3)
  })

  test.each(files)('%s is pure', file => {
    expect(impuritiesIn(readFileSync(`${SRC}${room}/${file}`, 'utf8'))).toEqual([])
  })
})

describe('the checker', () => {
  test.each([
    'export async function f() {}',
    'export const now = Date.now()',
    'export const now = new Date()',
    'export const now = new Date',
    'export const n = Math.random()',
    'export const order = (a: string, b: string) => a.localeCompare(b)',
    'setTimeout(() => {}, 1)',
  ])('finds %s', source => {
    expect(impuritiesIn(source)).not.toEqual([])
  })

  test('minds neither comments, nor types, nor a date made from a number', () => {
    const source =
      '// await Date.now()\nexport type A = Promise<void>\nexport const day = (ms: number) => new Date(ms)\n'
    expect(impuritiesIn(source)).toEqual([])
  })
})

function isProgram(file: string): boolean {
  return file.endsWith('.ts') && !isTest(`/${file}`)
}

/** Comments and types are compiled away first. */
function impuritiesIn(source: string): string[] {
  const { code } = transformSync(source, {
    loader: 'ts',
    minifyWhitespace: true,
    legalComments: 'none',
    target: 'es2023',
  })
  return [...code.matchAll(IMPURE)].map(([found]) => found)
}
