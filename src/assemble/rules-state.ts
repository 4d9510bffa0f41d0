// Whether files of ignore rules are still those that were read.
import { statSync } from 'node:fs'

/** Another text when one of the files was written, came or went. */
export function rulesState(files: readonly string[]): string {
  return files
    .map(file => {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
    })
    .join(', ')
}
