// Lists a directory with the state of each name.
import { lstatSync, readdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { codeOf, type Listed } from '../tree.ts'
import { fault } from './confined.ts'
import { goInto } from './go-into.ts'
import { statOf } from './stat.ts'

/** After so many names other work gets a turn. */
const TURN = 2000
const EXACT = { bigint: true, throwIfNoEntry: false } as const
// What the decoder puts in place of bytes that are not UTF-8.
const REPLACEMENT = '\uFFFD'

/** `base` comes before the names and stays valid until the result is there. */
export async function listDirectory(base: string): Promise<readonly Listed[]> {
  const names = readdirSync(base)
  // A directory that was removed while a descriptor of it is open lists as empty: that must never pass for an emptied folder.
  if (names.length === 0 && lstatSync(`${base}.`).nlink === 0) throw fault('ENOENT', base)
  const listed: Listed[] = []
  for (let from = 0; from < names.length; from += TURN) {
    if (from > 0) await setImmediate()
    const some = names.slice(from, from + TURN)
    goInto(base, some.length, prefix => {
      for (const name of some) listed.push(look(prefix, name))
    })
  }
  return listed
}

function look(prefix: string, name: string): Listed {
  if (name.includes(REPLACEMENT)) return { name, stat: undefined, fault: 'not-unicode' }
  try {
    const stats = lstatSync(prefix + name, EXACT)
    return stats === undefined ? { name, stat: undefined, fault: 'gone' } : { name, stat: statOf(stats) }
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return { name, stat: undefined, fault: 'unreadable' }
  }
}
