// Accounts of the host and what they were granted.
import type { Accounts, AppPasswordId, User } from '../../accounts/accounts.ts'
import { ApiError } from '../../api/errors.ts'
import type { AccountService, GrantService } from '../../api/service.ts'
import type { Account, AppPassword, Grant } from '../../api/shapes/accounts.ts'
import { folderConfigOf, type ServiceParts } from './service-parts.ts'

/** What the host has of an account besides its record. */
export interface Homes {
  usedBytes(user: User): Promise<number | undefined>
  /** Removes the files of an account that is gone. */
  remove(user: User): Promise<void>
}

export function accountService(parts: ServiceParts, homes: Homes | undefined): AccountService {
  const { accounts, history } = parts
  const told = (account: string, what: 'added' | 'changed' | 'removed') =>
    history.add({ type: 'account', account, what })
  return {
    list: async () => accounts.users.list().map(shownAccount),
    get: async name => {
      const user = userOf(accounts, name)
      const usedBytes = await homes?.usedBytes(user)
      return { ...shownAccount(user), ...(usedBytes === undefined ? {} : { usedBytes }) }
    },
    add: async ({ name, password, displayName, role, quotaBytes }) => {
      const quota = quotaBytes ?? usualQuota(parts)
      const user = await accounts.users.add({
        name,
        ...(password === undefined ? {} : { password }),
        ...(displayName === undefined ? {} : { displayName }),
        ...(quota === undefined ? {} : { quotaBytes: quota }),
        isAdmin: role === 'admin',
      })
      told(user.name, 'added')
      return shownAccount(user)
    },
    change: async (name, { password, displayName, role, quotaBytes, isDisabled }) => {
      const { id } = userOf(accounts, name)
      if (password !== undefined) await accounts.users.setPassword(id, password)
      const user = accounts.users.change(id, {
        ...(displayName === undefined ? {} : { displayName }),
        ...(quotaBytes === undefined ? {} : { quotaBytes }),
        ...(isDisabled === undefined ? {} : { isDisabled }),
        ...(role === undefined ? {} : { isAdmin: role === 'admin' }),
      })
      told(user.name, 'changed')
      return shownAccount(user)
    },
    remove: async (name, files) => {
      const user = userOf(accounts, name)
      accounts.users.remove(user.id)
      if (files === 'remove-files') await homes?.remove(user)
      told(user.name, 'removed')
    },
    appPasswords: async name => accounts.appPasswords.list(userOf(accounts, name).id).map(shownAppPassword),
    addAppPassword: async (name, label) => {
      const { record, secret } = accounts.appPasswords.create(userOf(accounts, name).id, label)
      return { appPassword: shownAppPassword(record), password: secret }
    },
    removeAppPassword: async (name, id) => {
      if (accounts.appPasswords.revoke(userOf(accounts, name).id, id as AppPasswordId) === 'missing')
        throw new ApiError('not-found', 'There is no such app password.')
    },
  }
}

export function grantService(parts: ServiceParts): GrantService {
  const { accounts, history } = parts
  return {
    list: async () => accounts.grants.list().flatMap(grant => shownGrant(grant, accounts)),
    add: async ({ folder, account, rights, mount }) => {
      const user = userOf(accounts, account)
      const { label } = folderConfigOf(parts, folder)
      const before = accounts.grants.find(user.id, folder)
      const grant = { user: user.id, folder, rights, mount: mount ?? before?.mount ?? label }
      accounts.grants.put(grant)
      history.add({ type: 'account', account: user.name, what: 'granted' })
      return { folder, account: user.name, rights, mount: grant.mount }
    },
    remove: async (folder, account) => {
      const user = userOf(accounts, account)
      if (accounts.grants.remove(user.id, folder) === 'missing')
        throw new ApiError('not-found', `'${folder}' is not granted to ${user.name}.`)
      history.add({ type: 'account', account: user.name, what: 'grant-removed' })
    },
  }
}

function userOf({ users }: Accounts, name: string): User {
  const user = users.findByName(name)
  if (user === undefined) throw new ApiError('not-found', `There is no account '${name}'.`)
  return user
}

function shownAccount({
  id,
  name,
  displayName,
  isAdmin,
  quotaBytes,
  isDisabled,
  hasPassword,
  createdAt,
}: User): Account {
  const role = isAdmin ? 'admin' : 'user'
  return { id, name, displayName, role, quotaBytes, isDisabled, hasPassword, createdAt }
}

export function shownAppPassword(record: {
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly usedAt: number | undefined
}): AppPassword {
  const { id, label, createdAt, usedAt } = record
  return { id, label, createdAt, ...(usedAt === undefined ? {} : { usedAt }) }
}

function shownGrant(
  { user, folder, rights, mount }: ReturnType<Accounts['grants']['list']>[number],
  { users }: Accounts,
): readonly Grant[] {
  const name = users.find(user)?.name
  return name === undefined ? [] : [{ folder, account: name, rights, mount }]
}

/** What the configuration gives an account of which nothing else was said. */
function usualQuota({ config }: ServiceParts): number | undefined {
  const { quotaBytes } = config.current.host
  return quotaBytes === 'unlimited' ? undefined : quotaBytes
}
