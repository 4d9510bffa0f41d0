// Whether one directory holds exactly what its roll says.
import { lstatSync, readdirSync } from 'node:fs'
import { isReserved } from '../../model/path.ts'
import { readRoll } from '../roll.ts'
import type { Roll } from '../tree.ts'
import { codeOf } from '../tree.ts'
import type { Walker } from './confined.ts'
import { goInto } from './go-into.ts'
import { statOf } from './stat.ts'

const EXACT = { bigint: true, throwIfNoEntry: false } as const

/** What cannot be looked at is no answer. */
export function answersTo(walker: Walker, roll: Roll): boolean {
  try {
    const base = walker.enter(roll.place)
    // In the order of their bytes already where the system lists them so; where it does not, the answer may be a false no.
    const names = readdirSync(base).sort()
    return goInto(base, names.length, prefix => isAsOnRoll(prefix, names, roll))
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return false
  }
}

function isAsOnRoll(prefix: string, names: readonly string[], { place, text }: Roll): boolean {
  let at = 0
  for (const name of names) {
    if (place === '' && isReserved(name)) continue
    const stats = lstatSync(prefix + name, EXACT)
    if (stats === undefined) return false
    at = readRoll(text, at, name, statOf(stats))
    if (at < 0) return false
  }
  return at === text.length
}
