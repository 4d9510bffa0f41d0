// The tree that each user sees: a home of their own, and the folders they were granted.
import type { Accounts, Grant, User, UserId } from '../../accounts/accounts.ts'
import { SyncError } from '../../model/errors.ts'
import type { Mount } from '../../store/members.ts'
import { mountedSpace } from '../../store/mounted.ts'
import type { Space } from '../../store/space.ts'
import type { HostedSpaces } from '../../store/sqlite/hosted-spaces.ts'
import { absentFolder } from '../folders/absent-folder.ts'
import type { HostState } from '../home/host-state.ts'

export interface UserSpacesOptions {
  readonly accounts: Accounts
  readonly spaces: HostedSpaces
  /** A folder of this daemon as a space; undefined while it is not there, as when its disk is unplugged. */
  folder(id: string): Space | undefined
  /** What is remembered of folders that were there once. */
  readonly roots: Pick<HostState, 'rootOf' | 'rememberRoot'>
}

export interface UserSpaces {
  /** The same one each time, as long as nothing about it changes. Throws `offline` while a folder that was granted has never been there. */
  of(user: User): Promise<Space>
  /** What is there of folders is another way: trees are put together anew. */
  foldersChanged(): void
  /** Removes a home with all that is in it, for good. */
  removeHome(user: UserId): Promise<void>
  close(): Promise<void>
}

interface View {
  readonly space: Space
  readonly made: 'as it is' | 'put together'
}

export function userSpaces({ accounts, spaces, folder, roots }: UserSpacesOptions): UserSpaces {
  const views = new Map<UserId, Promise<View>>()
  const forget = (user: UserId): void => {
    const view = views.get(user)
    views.delete(user)
    // Requests that are under way go on with the old one; only who watches it is let go. A home is not ours to close.
    view?.then(({ space, made }) => (made === 'put together' ? space.close() : undefined)).catch(() => {})
  }
  const watching = accounts.watch(forget)

  async function homeOf(user: User): Promise<Space> {
    const id = idOf(user.id)
    const quotaBytes = user.quotaBytes === 'unlimited' ? undefined : user.quotaBytes
    if (!(await spaces.has(id)))
      return spaces.create({
        id,
        label: `Files of ${user.displayName}`,
        ...(quotaBytes === undefined ? {} : { quotaBytes }),
      })
    await spaces.setQuota(id, quotaBytes)
    return spaces.open(id)
  }

  async function viewOf(user: User): Promise<View> {
    const home = await homeOf(user)
    const mounts: Mount[] = []
    for (const grant of accounts.grants.of(user.id)) mounts.push(await mountOf(grant))
    if (mounts.length === 0) return { space: home, made: 'as it is' }
    return { space: mountedSpace({ home, mounts }), made: 'put together' }
  }

  async function mountOf({ folder: id, mount: name, rights }: Grant): Promise<Mount> {
    const space = folder(id)
    if (space === undefined) return { name, space: absent(id, name), rights: 'read' }
    const root = await space.find('')
    if (root !== undefined) roots.rememberRoot(id, root.id)
    return { name, space, rights }
  }

  function absent(id: string, name: string): Space {
    const root = roots.rootOf(id)
    if (root !== undefined) return absentFolder(id, name, root)
    throw new SyncError('offline', `The folder "${name}" was not there yet. Syncing goes on when it is.`)
  }

  return {
    async of(user) {
      const known = views.get(user.id)
      if (known !== undefined) return (await known).space
      const view = viewOf(user)
      views.set(user.id, view)
      view.catch(() => {
        if (views.get(user.id) === view) views.delete(user.id)
      })
      return (await view).space
    },
    foldersChanged() {
      for (const user of [...views.keys()]) forget(user)
    },
    async removeHome(user) {
      forget(user)
      if (await spaces.has(idOf(user))) await spaces.remove(idOf(user))
    },
    async close() {
      watching[Symbol.dispose]()
      for (const user of [...views.keys()]) forget(user)
    },
  }
}

const idOf = (user: UserId): string => `home-${user}`
