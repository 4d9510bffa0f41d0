// What an account of the host asks for itself, over the same tree that its apps see: rights are decided there.
import type { Accounts, AppPasswordId, User } from '../../accounts/accounts.ts'
import { ApiError } from '../../api/errors.ts'
import type { OwnService } from '../../api/own-service.ts'
import type { Locks } from '../../dav/locks.ts'
import type { Space } from '../../store/space.ts'
import type { EventHistory } from '../home/event-history.ts'
import { respectLocks } from '../host/respect-locks.ts'
import { ownPage } from '../listings/own-listing.ts'
import { SpaceListings } from '../listings/space-listings.ts'
import { shownAppPassword } from './account-service.ts'
import { makeDirectory, moveIn, openFile, receive, remove } from './content-service.ts'
import { ownTrash, ownVersions } from './own-past.ts'

export interface OwnParts {
  readonly accounts: Accounts
  readonly history: Pick<EventHistory, 'add'>
  /** As apps see it. */
  readonly spaceOf: (user: User) => Promise<Space>
  readonly locks: Locks
  readonly isMaintained: () => boolean
}

/** Of each account by itself. The service throws `unavailable` while the host is being maintained. */
export function ownServices(parts: OwnParts): (user: User) => OwnService {
  const listings = new SpaceListings()
  return user => {
    if (parts.isMaintained())
      throw new ApiError('unavailable', 'The server is being looked after. Try again in a few minutes.')
    return ownService(user, parts, listings)
  }
}

function ownService(user: User, parts: OwnParts, listings: SpaceListings): OwnService {
  const space = async () => respectLocks(await parts.spaceOf(user), parts.locks)
  return {
    ...ownAccount(user, parts),
    list: async (place, query, signal) =>
      ownPage({ place, query, of: user.id, space: await space() }, listings, signal),
    open: async path => openFile(path, await space()),
    upload: async (upload, signal) => receive(upload, await space(), signal),
    makeDirectory: async (path, signal) => makeDirectory(path, await space(), signal),
    move: async (move, signal) => moveIn(await space(), move, signal),
    remove: async (items, signal) => remove(items, await space(), signal),
    trash: ownTrash(space),
    versions: ownVersions(space),
  }
}

type OfAccount = 'about' | 'changePassword' | 'appPasswords' | 'addAppPassword' | 'removeAppPassword'

function ownAccount(user: User, { accounts, history, spaceOf }: OwnParts): Pick<OwnService, OfAccount> {
  const { appPasswords, grants, users } = accounts
  return {
    about: async () => {
      const { usedBytes } = await (await spaceOf(user)).usage('')
      const { name, displayName, quotaBytes } = user
      const folders = grants.of(user.id).map(({ mount, rights }) => ({ name: mount, rights }))
      return { account: name, displayName, usedBytes, quotaBytes, folders }
    },
    changePassword: async next => {
      await users.setPassword(user.id, next)
      history.add({ type: 'account', account: user.name, what: 'changed' })
    },
    appPasswords: async () => appPasswords.list(user.id).map(shownAppPassword),
    addAppPassword: async label => {
      const { record, secret } = appPasswords.create(user.id, label)
      return { appPassword: shownAppPassword(record), password: secret }
    },
    removeAppPassword: async id => {
      if (appPasswords.revoke(user.id, id as AppPasswordId) === 'missing')
        throw new ApiError('not-found', 'There is no such app password.')
    },
  }
}
