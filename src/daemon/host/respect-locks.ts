// A space in which nothing changes that an app has locked: for those who hold no locks themselves.
import { locksConcerning, type Touch } from '../../dav/lock-checks.ts'
import type { Locks } from '../../dav/locks.ts'
import { SyncError } from '../../model/errors.ts'
import type { Place } from '../../model/path.ts'
import type { Space, SpaceChange } from '../../store/space.ts'

/** Its changes throw `locked`; everything else is as in `space`. */
export function respectLocks(space: Space, locks: Locks): Space {
  const assertFree = async (place: Place, touch: Touch): Promise<void> => {
    if ((await locksConcerning({ locks, space }, place, touch)).length === 0) return
    throw new SyncError('locked', `An app has locked ${place === '' ? 'this place' : place}. Close it there, or wait.`)
  }
  return {
    id: space.id,
    label: space.label,
    trash: space.trash,
    find: path => space.find(path),
    findById: id => space.findById(id),
    list: place => space.list(place),
    read: (file, range, signal) => space.read(file, range, signal),
    receive: (incoming, signal) => space.receive(incoming, signal),
    discard: received => space.discard(received),
    change: async (change, signal) => {
      for (const [place, touch] of touchedBy(change)) await assertFree(place, touch)
      return space.change(change, signal)
    },
    usage: place => space.usage(place),
    properties: node => space.properties(node),
    propertiesOf: nodes => space.propertiesOf(nodes),
    setProperties: (node, changes) => space.setProperties(node, changes),
    versions: {
      list: file => space.versions.list(file),
      read: (file, key, from) => space.versions.read(file, key, from),
      restore: async (file, key) => {
        const node = await space.findById(file)
        if (node !== undefined) await assertFree(node.path, 'content')
        return space.versions.restore(file, key)
      },
    },
    watch: onChange => space.watch(onChange),
    close: () => space.close(),
  }
}

function touchedBy(change: SpaceChange): readonly (readonly [Place, Touch])[] {
  switch (change.do) {
    case 'put':
      return [[change.at, change.when === 'absent' ? 'name' : 'content']]
    case 'set-mtime':
      return [[change.at, 'content']]
    case 'make-directory':
      return [[change.at, 'name']]
    case 'trash':
      return [[change.at, 'tree']]
    case 'move':
      return [
        [change.from, 'tree'],
        [change.to, 'tree'],
      ]
    case 'copy':
      return [[change.to, 'tree']]
  }
}
