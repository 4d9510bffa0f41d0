// Whether files of ignore rules are still those that were read.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICE_RULES, SHARED_RULES, SYNCTHING_RULES } from '../scan/load-ignore.ts'

export interface RulesWatch {
  /** Whether one of the files was written, came or went since it was first looked at. */
  isChanged(): boolean
}

/** Looks at the rules of the folder `root` and at the files `extra` now, to compare with later. */
export function rulesWatch(root: string, extra: readonly string[] = []): RulesWatch {
  const files = [...[SHARED_RULES, DEVICE_RULES, SYNCTHING_RULES].map(name => join(root, name)), ...extra]
  const before = stateOf(files)
  return { isChanged: () => stateOf(files) !== before }
}

function stateOf(files: readonly string[]): string {
  return files
    .map(file => {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
    })
    .join(', ')
}
