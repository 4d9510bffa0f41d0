// What a folder knows of one remote, forgotten: whatever is at its address then is met as if for the first time.
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { FolderIndex } from '../index/folder-index.ts'
import { codeOf } from '../platform/tree.ts'
import { rememberedRemotes } from './remembered-remote.ts'
import type { RemoteAddress } from './remote-address.ts'
import { forgetPlace } from './settings-memory.ts'

/**
 * Forgets what was agreed with the remote at `address`, what failed there, and which place it was: the next run merges both sides and
 * deletes nothing. With `user`, only as that user. Returns whether anything was known.
 */
export function forgetRemote(index: FolderIndex, address: RemoteAddress, user?: string): boolean {
  const wanted = address.kind === 'directory' ? placesOf(address.path) : [address.url.href]
  const known = rememberedRemotes(index).filter(
    remote => remote.address !== undefined && wanted.includes(remote.address) && (user ?? remote.user) === remote.user,
  )
  // A run that ended early has remembered the place, and nothing else.
  const names = [...known.flatMap(({ memory }) => memory ?? []), ...(address.kind === 'directory' ? wanted : [])]
  return index.durably(() => {
    for (const { id } of known) forgetAgreed(index, id)
    const places = names.map(name => forgetPlace(index, name))
    return known.length > 0 || places.includes(true)
  })
}

function forgetAgreed(index: FolderIndex, id: string): void {
  const records = index.pair(id)
  records.forgetAll()
  for (const { path } of records.failures()) records.clearFailure(path)
}

/** As it may have been called when it was there: of what is gone, links cannot be resolved any more. */
function placesOf(path: string): readonly string[] {
  const resolved = [() => realpathSync(path), () => join(realpathSync(dirname(path)), basename(path))].map(find => {
    try {
      return find()
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return path
    }
  })
  return [...new Set([...resolved, path])]
}
