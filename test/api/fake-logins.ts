// Sign-ins and sessions in memory, as the accounts of the host keep them.
import type { Accounts, SessionId, SessionScope, User, UserId, Visitor } from '../../src/accounts/accounts.ts'
import type { OwnerBrowsers } from '../../src/api/auth.ts'

export interface FakeLogins extends Pick<Accounts, 'signIn' | 'sessions'> {
  /** From now on this user is, or is not, an administrator. */
  setAdmin(name: string, isAdmin: boolean): void
}

/** One user each; the password is `password of NAME`. After three wrong attempts an address has to wait. */
export function fakeLogins(names: readonly { readonly name: string; readonly isAdmin: boolean }[]): FakeLogins {
  const users = new Map(names.map(({ name, isAdmin }) => [name, userOf(name, isAdmin)]))
  const open = new Map<string, { readonly name: string; readonly label: string; readonly scope: SessionScope }>()
  const wrong = new Map<string, number>()
  let made = 0
  const visitorOf = (name: string, by: Visitor['by']): Visitor => {
    const user = users.get(name)
    if (user === undefined) throw new Error(`no user ${name}`)
    return { user, by }
  }
  return {
    setAdmin: (name, isAdmin) => void users.set(name, userOf(name, isAdmin)),
    async signIn({ name, password, address }) {
      const count = wrong.get(address) ?? 0
      if (count >= 3) return { as: 'too-many', retryAfterMs: 30_500 }
      if (users.has(name) && password === `password of ${name}`)
        return { as: 'visitor', visitor: visitorOf(name, { kind: 'password' }) }
      if (users.has(name) && password === `app password of ${name}`) {
        const by = { kind: 'app-password', id: 'a' as never, label: 'phone' } as const
        return { as: 'visitor', visitor: visitorOf(name, by) }
      }
      wrong.set(address, count + 1)
      return { as: 'refused' }
    },
    sessions: {
      open(user, label, scope) {
        made += 1
        const token = `session-${made}`
        const name = [...users.values()].find(each => each.id === user)?.name ?? ''
        open.set(token, { name, label, scope })
        const session = { id: token as SessionId, label, createdAt: 0, usedAt: 0, expiresAt: 1 }
        return { session, token, formToken: `form of ${token}` }
      },
      find(token, scope) {
        const found = open.get(token)
        return found?.scope !== scope ? undefined : visitorOf(found.name, { kind: 'session', id: token as SessionId })
      },
      isFormToken: (token, formToken) => open.has(token) && formToken === `form of ${token}`,
      formToken: token => `form of ${token}`,
      list: () => [],
      close: token => void open.delete(token),
      closeById: () => 'missing',
    },
  }
}

/** Browsers let in by links, in memory. */
export function fakeBrowsers(): OwnerBrowsers {
  const codes = new Set<string>()
  const open = new Set<string>()
  let made = 0
  const next = (what: string) => {
    made += 1
    return `${what}-${made}`
  }
  return {
    makeCode() {
      const code = next('code')
      codes.add(code)
      return { code, expiresAt: 1 }
    },
    redeem(code) {
      if (!codes.delete(code)) return undefined
      const token = next('browser')
      open.add(token)
      return { token, formToken: `form of ${token}` }
    },
    isOpen: token => open.has(token),
    close: token => void open.delete(token),
    formToken: token => `form of ${token}`,
    isFormToken: (token, formToken) => formToken === `form of ${token}`,
  }
}

function userOf(name: string, isAdmin: boolean): User {
  return {
    ...{ id: `id of ${name}` as UserId, name, displayName: name, isAdmin, quotaBytes: 'unlimited' },
    ...{ isDisabled: false, hasPassword: true, createdAt: 0 },
  }
}
