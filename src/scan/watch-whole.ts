// macOS and Windows: one watch that the system itself keeps on the whole tree.
import { asSyncError } from '../model/errors.ts'
import { Hints } from './hints.ts'
import { poll } from './poll.ts'
import { isLeftAlone, placeOf } from './watch-names.ts'
import type { Watching } from './watch-options.ts'

export function watchWhole(watching: Watching): Disposable {
  const everything = () => watching.onHint('', 'below')
  const hints = new Hints({ ...watching, onHint: watching.onHint.bind(watching), onBurst: everything })
  let polling: Disposable | undefined
  const fail = (error: Error) => {
    if (polling !== undefined) return
    polling = poll(watching)
    watching.onFault(asSyncError(error))
  }
  const close = tryOpen(watching, fail, name => {
    const path = name?.replaceAll('\\', '/')
    if (path === undefined) hints.add('', 'below')
    else if (!isLeftAlone(watching, path)) hints.add(placeOf(path))
  })
  return {
    [Symbol.dispose]() {
      close?.()
      polling?.[Symbol.dispose]()
      hints.close()
    },
  }
}

function tryOpen(watching: Watching, fail: (error: Error) => void, event: (name: string | undefined) => void) {
  try {
    return watching.open(watching.root, 'all', { event: (_, name) => event(name ?? undefined), error: fail })
  } catch (error) {
    fail(asSyncError(error))
    return undefined
  }
}
