// A trash of which everything that comes and goes is noted in its catalogue.
import { SyncError } from '../model/errors.ts'
import type { Catalogue } from './catalogue.ts'
import type { Revision, Revisions } from './revisions.ts'

/** `onKept`: told of each file that left its place. Does not throw. */
export function catalogued(trash: Revisions, catalogue: Catalogue, onKept: (kept: Revision) => void): Revisions {
  const noted = <R extends Revision>(revision: R): R => {
    catalogue.add(revision)
    onKept(revision)
    return revision
  }
  /** Somebody has cleared the trash by hand. */
  const missed = (error: unknown, { id }: Revision): unknown => {
    if (error instanceof SyncError && error.code === 'missing') catalogue.remove(id)
    return error
  }
  return {
    keep: async (path, why) => noted(await trash.keep(path, why)),
    adopt: async (staged, path, why) => noted(await trash.adopt(staged, path, why)),
    keepTree: async path => {
      const kept = await trash.keepTree(path)
      catalogue.doubt(kept.id)
      return kept
    },
    takeTree: async (kept, to) => {
      await trash.takeTree(kept, to)
      catalogue.doubt(kept.id)
    },
    removeTree: async kept => {
      await trash.removeTree(kept)
      catalogue.doubt(kept.id)
    },
    take: async (revision, to) => {
      await trash.take(revision, to)
      catalogue.remove(revision.id)
    },
    remove: async revision => {
      await trash.remove(revision)
      catalogue.remove(revision.id)
    },
    sweep: async limits => {
      const swept = await trash.sweep(limits)
      if (swept.removed > 0) catalogue.doubtOldest()
      return swept
    },
    holdsTree: kept => trash.holdsTree(kept),
    list: (below, without) => trash.list(below, without),
    find: (path, at) => trash.find(path, at),
    async *read(revision, from) {
      try {
        yield* trash.read(revision, from)
      } catch (error) {
        throw missed(error, revision)
      }
    },
    copy: (revision, to) =>
      trash.copy(revision, to).catch((error: unknown) => {
        throw missed(error, revision)
      }),
  }
}
