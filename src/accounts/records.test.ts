// App passwords, sessions, logins of clients, grants and favourites.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Database } from '../platform/node/sqlite.ts'
import type { NodeId } from '../store/space.ts'
import type { AppPasswordId, User, UserId } from './accounts.ts'
import { makeAccounts, type TestAccounts } from './testing/bench-accounts.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
let made: TestAccounts
let anna: User
let bob: User
beforeEach(async () => {
  made = makeAccounts()
  anna = await made.accounts.users.add({ name: 'anna', password: 'correct horse' })
  bob = await made.accounts.users.add({ name: 'bob', password: 'correct horse' })
})
afterEach(() => made.remove())

const come = async (name: string, password: string) =>
  (await made.accounts.signIn({ name, password, address: '127.0.0.1' })).as

describe('app passwords', () => {
  test('one opens the door of its user only, by name or alone, and says which it is', async () => {
    const { record, secret } = made.accounts.appPasswords.create(anna.id, 'phone')
    expect(await come('ANNA', secret)).toBe('visitor')
    expect(await come('bob', secret)).toBe('refused')
    expect(made.accounts.signInByToken(secret)).toEqual({
      as: 'visitor',
      visitor: { user: anna, by: { kind: 'app-password', id: record.id, label: 'phone' } },
    })
    expect(made.accounts.signInByToken('correct horse')).toEqual({ as: 'refused' })
  })

  test('revoked, it is refused at once, and the others go on', async () => {
    const { appPasswords } = made.accounts
    const phone = appPasswords.create(anna.id, 'phone')
    const laptop = appPasswords.create(anna.id, 'laptop')
    expect(await come('anna', phone.secret)).toBe('visitor')
    expect(appPasswords.revoke(bob.id, phone.record.id)).toBe('missing')
    expect(appPasswords.revoke(anna.id, phone.record.id)).toBe('revoked')
    expect(appPasswords.revoke(anna.id, phone.record.id)).toBe('missing')
    expect(await come('anna', phone.secret)).toBe('refused')
    expect(await come('anna', laptop.secret)).toBe('visitor')
    expect(appPasswords.list(anna.id).map(({ label }) => label)).toEqual(['laptop'])
  })

  test('a use is noted to the hour, and a new password of the user leaves it alone', async () => {
    const { appPasswords, users } = made.accounts
    const { secret } = appPasswords.create(anna.id, 'phone')
    expect(appPasswords.list(anna.id)[0]?.usedAt).toBeUndefined()
    const first = made.clock.nowMs
    await come('anna', secret)
    made.clock.nowMs += 30 * MINUTE_MS
    await come('anna', secret)
    expect(appPasswords.list(anna.id)[0]?.usedAt).toBe(first)
    made.clock.nowMs += 31 * MINUTE_MS
    await users.setPassword(anna.id, 'another horse')
    await come('anna', secret)
    expect(appPasswords.list(anna.id)[0]?.usedAt).toBe(made.clock.nowMs)
  })

  test('of a disabled user it is refused until they are enabled again, of a removed one for ever', async () => {
    const { appPasswords, users } = made.accounts
    const { secret } = appPasswords.create(anna.id, 'phone')
    users.change(anna.id, { isDisabled: true })
    expect(made.accounts.signInByToken(secret).as).toBe('refused')
    users.change(anna.id, { isDisabled: false })
    expect(made.accounts.signInByToken(secret).as).toBe('visitor')
    users.remove(anna.id)
    expect(made.accounts.signInByToken(secret).as).toBe('refused')
    expect(() => appPasswords.create(anna.id, 'x')).toThrow(/no such user/)
  })

  test('a label of any length and kind becomes a line', () => {
    const { record } = made.accounts.appPasswords.create(anna.id, `a\u0000b\r\n${'\u202e'}${'ü'.repeat(500)}`)
    expect(record.label).toMatch(/^a b ü{116}$/)
    expect(made.accounts.appPasswords.create(anna.id, '\n').record.label).toBe('unnamed')
  })
})

describe('sessions', () => {
  test('a session lasts while it is used, a week without use, and a month at most', () => {
    const { sessions } = made.accounts
    const { token, session } = sessions.open(anna.id, 'Firefox', 'own')
    for (let day = 0; day < 29; day++) {
      made.clock.nowMs += DAY_MS
      expect(sessions.find(token, 'own')).toEqual({ user: anna, by: { kind: 'session', id: session.id } })
    }
    made.clock.nowMs += DAY_MS
    expect(sessions.find(token, 'own')).toBeUndefined()
    const idle = sessions.open(anna.id, 'Firefox', 'own').token
    made.clock.nowMs += 7 * DAY_MS
    expect(sessions.find(idle, 'own')).toBeUndefined()
    expect(sessions.list(anna.id)).toEqual([])
  })

  test.each<[string, () => unknown]>([
    ['a new password', () => made.accounts.users.setPassword(anna.id, 'another horse')],
    ['disabling', () => made.accounts.users.change(anna.id, { isDisabled: true })],
    ['removal', () => made.accounts.users.remove(anna.id)],
  ])('%s of the user closes theirs, and nobody else’s', async (_, act) => {
    const { sessions } = made.accounts
    const hers = sessions.open(anna.id, 'Firefox', 'own').token
    const his = sessions.open(bob.id, 'Firefox', 'own').token
    await act()
    expect(sessions.find(hers, 'own')).toBeUndefined()
    expect(sessions.find(his, 'own')?.user.name).toBe('bob')
  })

  test('it is closed by its own, or from the list by its user', () => {
    const { sessions } = made.accounts
    const one = sessions.open(anna.id, 'Firefox', 'own')
    const other = sessions.open(anna.id, 'Safari', 'own')
    sessions.close(one.token)
    expect(sessions.closeById(bob.id, other.session.id)).toBe('missing')
    expect(sessions.closeById(anna.id, other.session.id)).toBe('closed')
    expect([sessions.find(one.token, 'own'), sessions.find(other.token, 'own'), sessions.find('', 'own')]).toEqual(
      Array(3).fill(undefined),
    )
  })

  test('a session for one’s own files is none for the administration, and the other way round', () => {
    const { sessions } = made.accounts
    const own = sessions.open(anna.id, 'Firefox', 'own').token
    const administration = sessions.open(anna.id, 'Firefox', 'administration').token
    expect(sessions.find(own, 'own')?.user).toEqual(anna)
    expect(sessions.find(own, 'administration')).toBeUndefined()
    expect(sessions.find(administration, 'administration')?.user).toEqual(anna)
    expect(sessions.find(administration, 'own')).toBeUndefined()
  })

  test('a form belongs to one session', () => {
    const { sessions } = made.accounts
    const one = sessions.open(anna.id, 'Firefox', 'own')
    const other = sessions.open(anna.id, 'Firefox', 'own')
    expect(sessions.isFormToken(one.token, one.formToken)).toBe(true)
    expect(sessions.formToken(one.token)).toBe(one.formToken)
    for (const wrong of ['', one.token, other.formToken]) expect(sessions.isFormToken(one.token, wrong)).toBe(false)
  })
})

describe('logins of clients', () => {
  test('granted in the browser, a login gives one app password, once', async () => {
    const { loginFlows } = made.accounts
    const { pollToken, loginToken } = loginFlows.start('Mozilla/5.0 (Linux) mirall/3.16')
    expect(loginFlows.poll(pollToken)).toEqual({ as: 'pending' })
    expect(loginFlows.find(loginToken)?.label).toBe('Mozilla/5.0 (Linux) mirall/3.16')
    expect(loginFlows.grant(loginToken, anna.id)).toBe('granted')
    expect(loginFlows.grant(loginToken, bob.id)).toBe('gone')
    made.reopen()
    const told = made.accounts.loginFlows.poll(pollToken)
    expect(told).toMatchObject({ as: 'granted', user: anna })
    expect(await come('anna', told.as === 'granted' ? told.secret : '')).toBe('visitor')
    expect(made.accounts.loginFlows.poll(pollToken)).toEqual({ as: 'gone' })
    expect(made.accounts.appPasswords.list(anna.id).map(({ label }) => label)).toEqual([
      'Mozilla/5.0 (Linux) mirall/3.16',
    ])
  })

  test('the token of the page fetches nothing, and that of the client grants nothing', () => {
    const { loginFlows } = made.accounts
    const { pollToken, loginToken } = loginFlows.start('client')
    expect(loginFlows.poll(loginToken)).toEqual({ as: 'gone' })
    expect(loginFlows.grant(pollToken, anna.id)).toBe('gone')
    expect(loginFlows.poll(pollToken)).toEqual({ as: 'pending' })
  })

  test('denied, expired or unknown, it is gone', () => {
    const { loginFlows } = made.accounts
    const denied = loginFlows.start('client')
    expect(loginFlows.deny(denied.loginToken)).toBe('denied')
    expect(loginFlows.poll(denied.pollToken)).toEqual({ as: 'gone' })
    const late = loginFlows.start('client')
    const granted = loginFlows.start('client')
    loginFlows.grant(granted.loginToken, anna.id)
    made.clock.nowMs += 20 * MINUTE_MS
    expect(loginFlows.find(late.loginToken)).toBeUndefined()
    expect(loginFlows.grant(late.loginToken, anna.id)).toBe('gone')
    for (const token of [late.pollToken, granted.pollToken, 'x', 'x'.repeat(5000)])
      expect(loginFlows.poll(token)).toEqual({ as: 'gone' })
    expect(made.accounts.appPasswords.list(anna.id)).toEqual([])
  })

  test.each<[string, () => unknown]>([
    ['a new password', () => made.accounts.users.setPassword(anna.id, 'another horse')],
    ['disabling', () => made.accounts.users.change(anna.id, { isDisabled: true })],
    ['removal', () => made.accounts.users.remove(anna.id)],
  ])('%s of the one who granted it takes it back', async (_, act) => {
    const { loginFlows } = made.accounts
    const { pollToken, loginToken } = loginFlows.start('client')
    loginFlows.grant(loginToken, anna.id)
    await act()
    expect(loginFlows.poll(pollToken)).toEqual({ as: 'gone' })
  })

  test('a thousand may wait, then others are told to come later', () => {
    const { loginFlows } = made.accounts
    loginFlows.start('client')
    const database = new Database(made.file, { name: 'It', mend: '' })
    database.exec(`
      WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 998)
      INSERT INTO login_flows SELECT randomblob(32), randomblob(32), 'x', NULL, expires_at FROM login_flows, counted`)
    database.close()
    loginFlows.start('client')
    expect(() => loginFlows.start('client')).toThrow(/Too many logins/)
    made.clock.nowMs += 20 * MINUTE_MS
    expect(() => loginFlows.start('client')).not.toThrow()
  })
})

describe('grants', () => {
  const grant = (user: UserId, folder: string, mount: string, rights: 'read' | 'write' = 'read') =>
    made.accounts.grants.put({ user, folder, mount, rights })

  test('a grant is replaced by the next of the same folder, and gone with folder or user', () => {
    const { grants, users } = made.accounts
    grant(anna.id, 'photos', 'Photos')
    grant(anna.id, 'photos', 'Bilder', 'write')
    grant(anna.id, 'music', 'Music')
    grant(bob.id, 'photos', 'Photos')
    expect(grants.of(anna.id).map(({ mount, rights }) => [mount, rights])).toEqual([
      ['Bilder', 'write'],
      ['Music', 'read'],
    ])
    grants.removeFolder('photos')
    expect(grants.list().map(({ folder }) => folder)).toEqual(['music'])
    users.remove(anna.id)
    expect(grants.list()).toEqual([])
    expect(grants.remove(bob.id, 'photos')).toBe('missing')
  })

  test('two folders cannot be one name in a tree, in any case', () => {
    grant(anna.id, 'photos', 'Photos')
    expect(() => grant(anna.id, 'other', 'PHOTOS')).toThrow(/another folder, photos/)
    grant(bob.id, 'other', 'PHOTOS')
  })

  test.each(['', '.', '..', 'a/b', '.syncline', 'a\u0000b', ' '])('%j is no name for a mount', mount => {
    expect(() => grant(anna.id, 'photos', mount)).toThrow()
  })

  test('nobody gets one who is not there', () => {
    expect(() => grant('none' as UserId, 'photos', 'Photos')).toThrow(/no such user/)
  })
})

describe('favourites', () => {
  const nodes = Array.from({ length: 120 }, (_, n) => (n + 1) as NodeId)

  test('each user has their own, few or many', () => {
    const { favourites } = made.accounts
    for (const node of nodes.slice(0, 60)) favourites.set(anna.id, node, 'favourite')
    favourites.set(anna.id, 1 as NodeId, 'ordinary')
    favourites.set(bob.id, 1 as NodeId, 'favourite')
    expect(favourites.of(bob.id)).toEqual([1])
    expect([...favourites.among(anna.id, nodes)]).toEqual(nodes.slice(1, 60))
    expect([...favourites.among(anna.id, nodes.slice(0, 5))]).toEqual([2, 3, 4, 5])
    expect(favourites.has(anna.id, 1 as NodeId)).toBe(false)
    favourites.forget([1 as NodeId, 2 as NodeId])
    expect(favourites.of(bob.id)).toEqual([])
    expect(favourites.of(anna.id)[0]).toBe(3)
  })
})

test('an app password of somebody else cannot be revoked by its id', () => {
  const { record } = made.accounts.appPasswords.create(anna.id, 'phone')
  expect(made.accounts.appPasswords.revoke(bob.id, record.id)).toBe('missing')
  expect(made.accounts.appPasswords.revoke(anna.id, '' as AppPasswordId)).toBe('missing')
})
