import { statSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Database } from '../platform/node/sqlite.ts'
import type { UserId } from './accounts.ts'
import { openAccounts } from './open-accounts.ts'
import { makeAccounts, type TestAccounts } from './testing/bench-accounts.ts'
import { checkUserName, foldName } from './user-name.ts'

let made: TestAccounts
beforeEach(() => {
  made = makeAccounts()
})
afterEach(() => made.remove())

describe('names', () => {
  const SAME = [
    ['Anna', 'ANNA'],
    ['Zoë', 'Zoe\u0308'],
    ['straße', 'STRASSE'],
    ['Ⅳa', 'iva'],
    ['ａｎｎａ', 'anna'],
    ['ſam', 'Sam'],
    ['ᴬnna', 'anna'],
    ['ΣΑΣ', 'σας'],
    ['ǅa', 'dža'],
  ] as const
  test.each(SAME)('%s and %s are one name', async (one, other) => {
    await made.accounts.users.add({ name: one })
    await expect(made.accounts.users.add({ name: other })).rejects.toThrow(/There is a user named/)
    expect(made.accounts.users.findByName(other)?.name).toBe(one.normalize('NFC'))
  })

  test('two that come at once under one name cannot both be added', async () => {
    const { users } = made.accounts
    const both = await Promise.allSettled([
      users.add({ name: 'bo', password: 'correct horse' }),
      users.add({ name: 'BO', password: 'correct horse' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(users.list()).toHaveLength(1)
  })

  test.each([
    '',
    ' anna',
    'anna ',
    'a/b',
    'a\\b',
    'a:b',
    '..',
    '.',
    'a\u0000b',
    'a\u202eb',
    'a\u200bb',
    'x'.repeat(65),
  ])('%j is no name', name => {
    expect(() => checkUserName(name)).toThrow(/name/)
  })

  test('folding is the same when done again, in any case and Unicode form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), text => {
        const folded = foldName(text)
        expect(foldName(folded)).toBe(folded)
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) expect(foldName(text.normalize(form))).toBe(folded)
      }),
      { numRuns: 500 },
    )
  })
})

describe('users', () => {
  test('what was added is there after a restart', async () => {
    const user = await made.accounts.users.add({ name: 'anna', displayName: 'Anna B.', isAdmin: true, quotaBytes: 5e9 })
    expect(made.reopen().users.find(user.id)).toEqual(user)
    expect(user).toMatchObject({ isAdmin: true, quotaBytes: 5e9, isDisabled: false, hasPassword: false })
  })

  test('the id stays when the name changes, and is not used again', async () => {
    const { users } = made.accounts
    const anna = await users.add({ name: 'anna' })
    expect(users.change(anna.id, { name: 'anne', quotaBytes: 1 })).toMatchObject({ id: anna.id, name: 'anne' })
    const other = await users.add({ name: 'anna' })
    expect(other.id).not.toBe(anna.id)
    expect(() => users.change(other.id, { name: 'ANNE' })).toThrow(/There is a user named anne/)
    users.change(anna.id, { name: 'Anne' })
    users.remove(anna.id)
    expect(users.list().map(({ name }) => name)).toEqual(['anna'])
    expect(() => users.remove(anna.id)).toThrow(/no such user/)
  })

  test.each([
    ['tiny-pw', /too short/],
    ['x'.repeat(1025), /longer than/],
    [`sap-${'A'.repeat(43)}`, /form of an app password/],
  ])('the password %j is refused, and not repeated in the error', async (password, why) => {
    const error = await made.accounts.users.add({ name: 'anna', password }).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(why)
    expect(String(error)).not.toContain(password)
  })

  test.each([-1, 1.5, Number.NaN])('%d is no quota', async quotaBytes => {
    await expect(made.accounts.users.add({ name: 'anna', quotaBytes })).rejects.toThrow(/quota/)
  })

  test('those who watch are told of what changed, until they stop', async () => {
    const { users, grants } = made.accounts
    const told: UserId[] = []
    const watch = made.accounts.watch(user => told.push(user))
    const { id } = await users.add({ name: 'anna' })
    grants.put({ user: id, folder: 'photos', rights: 'read', mount: 'Photos' })
    watch[Symbol.dispose]()
    users.remove(id)
    expect(told).toEqual([id, id])
  })
})

test('the database is nobody else’s to read, whatever the umask', async () => {
  await made.accounts.users.add({ name: 'anna' })
  expect(statSync(made.file).mode & 0o777).toBe(0o600)
  expect(statSync(`${made.file}-wal`).mode & 0o777).toBe(0o600)
})

test('a database of another program is left as it is', () => {
  const other = new Database(`${made.file}.other`, { name: 'It', mend: '' })
  other.exec('CREATE TABLE things (a)')
  other.close()
  const { clock } = made
  const random = { bytes: (count: number) => new Uint8Array(count), below: () => 0 }
  expect(() => openAccounts({ file: `${made.file}.other`, clock, random })).toThrow(/belongs to another program/)
})
