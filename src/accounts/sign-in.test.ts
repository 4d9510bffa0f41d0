import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Database } from '../platform/node/sqlite.ts'
import type { SignedIn, User } from './accounts.ts'
import { networkOf } from './network-of.ts'
import { CHEAP, makeAccounts, type TestAccounts } from './testing/bench-accounts.ts'

const PASSWORD = 'correct horse battery'
const HOME = '203.0.113.7'
let made: TestAccounts
let anna: User
beforeEach(async () => {
  made = makeAccounts()
  anna = await made.accounts.users.add({ name: 'anna', password: PASSWORD })
})
afterEach(() => made.remove())

const signIn = (password: string, address = HOME, name = 'anna') => made.accounts.signIn({ name, password, address })

/** Wrong ones, until it is told to wait. */
async function guess(
  count: number,
  addressOf: (n: number) => string,
  name = 'anna',
): Promise<readonly SignedIn['as'][]> {
  const told: SignedIn['as'][] = []
  for (let n = 0; n < count; n++) told.push((await signIn(`wrong guess ${n}`, addressOf(n), name)).as)
  return told
}

const storedHash = () => {
  const database = new Database(made.file, { name: 'It', mend: '' })
  const text = database.get('SELECT password FROM users')?.[0]
  database.close()
  return String(text)
}

/** Far enough for a check to be under way. A hash ends in a later turn of the event loop. */
async function sameTurn(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve()
}

async function isHashed(signingIn: Promise<SignedIn>): Promise<boolean> {
  let isDone = false
  const told = signingIn.then(signedIn => {
    isDone = true
    return signedIn
  })
  await sameTurn()
  const took = !isDone
  expect((await told).as).toBe('visitor')
  return took
}

/** As another process would. */
function behind(sql: string): void {
  const database = new Database(made.file, { name: 'It', mend: '' })
  database.exec(sql)
  database.close()
}

describe('by password', () => {
  test('the right one comes in, in any case of the name and any spelling of the password', async () => {
    expect(await signIn(PASSWORD, HOME, 'ANNA')).toEqual({
      as: 'visitor',
      visitor: { user: anna, by: { kind: 'password' } },
    })
    await made.accounts.users.setPassword(anna.id, 'Zoe\u0308 und Zoe\u0308')
    expect((await signIn('Zoë und Zoë')).as).toBe('visitor')
  })

  test('a wrong password, a wrong name, no password and a disabled user get one answer', async () => {
    const bob = await made.accounts.users.add({ name: 'bob', password: PASSWORD })
    await made.accounts.users.add({ name: 'eve' })
    made.accounts.users.change(bob.id, { isDisabled: true })
    const told = [
      await signIn('wrong password'),
      await signIn(PASSWORD, HOME, 'nobody'),
      await signIn(PASSWORD, HOME, 'eve'),
      await signIn('', HOME, 'eve'),
      await signIn(PASSWORD, HOME, 'bob'),
      await signIn('x'.repeat(5000)),
      await signIn(PASSWORD, HOME, 'x'.repeat(5000)),
    ]
    expect(new Set(told.map(each => JSON.stringify(each)))).toEqual(new Set(['{"as":"refused"}']))
  })

  test('a password that was right a moment ago is not hashed again, from where it was', async () => {
    expect(await isHashed(signIn(PASSWORD))).toBe(true)
    expect(await isHashed(signIn(PASSWORD))).toBe(false)
    expect(await isHashed(signIn(PASSWORD, '198.51.100.1'))).toBe(true)
    made.clock.nowMs += 5 * 60_000
    expect(await isHashed(signIn(PASSWORD))).toBe(true)
    made.reopen()
    expect(await isHashed(signIn(PASSWORD))).toBe(true)
  })

  test('the same password that comes many times at once is hashed once', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => signIn(PASSWORD)))
    expect(new Set(all.map(({ as }) => as))).toEqual(new Set(['visitor']))
    // More than sixty that are hashed have to wait.
    await made.accounts.users.setPassword(anna.id, 'another long one')
    const others = await Promise.all(Array.from({ length: 100 }, (_, n) => signIn('another long one', `10.0.0.${n}`)))
    expect(new Set(others.map(({ as }) => as))).toEqual(new Set(['visitor', 'too-many']))
  })

  test('a changed password, a disabled user and a removed one are in force at the next request', async () => {
    const { users } = made.accounts
    expect((await signIn(PASSWORD)).as).toBe('visitor')
    await users.setPassword(anna.id, 'another long one')
    expect((await signIn(PASSWORD)).as).toBe('refused')
    expect((await signIn('another long one')).as).toBe('visitor')
    users.change(anna.id, { isDisabled: true })
    expect((await signIn('another long one')).as).toBe('refused')
    users.change(anna.id, { isDisabled: false })
    expect((await signIn('another long one')).as).toBe('visitor')
    users.remove(anna.id)
    expect((await signIn('another long one')).as).toBe('refused')
  })

  test('what another process changed is in force at the next request', async () => {
    await signIn(PASSWORD)
    behind('UPDATE users SET password = NULL')
    expect((await signIn(PASSWORD)).as).toBe('refused')
    const { secret } = made.accounts.appPasswords.create(anna.id, 'phone')
    expect((await signIn(secret)).as).toBe('visitor')
    behind('DELETE FROM app_passwords')
    expect((await signIn(secret)).as).toBe('refused')
  })

  test('a name that now is somebody else’s lets in nobody who had it', async () => {
    const { users } = made.accounts
    expect((await signIn(PASSWORD)).as).toBe('visitor')
    users.change(anna.id, { name: 'anna-maria' })
    expect((await signIn(PASSWORD)).as).toBe('refused')
    await users.add({ name: 'anna', password: 'another long one' })
    expect((await signIn(PASSWORD)).as).toBe('refused')
    expect((await signIn(PASSWORD, HOME, 'anna-maria')).as).toBe('visitor')
  })

  test.each<[string, () => void]>([
    ['is disabled', () => void made.accounts.users.change(anna.id, { isDisabled: true })],
    ['is removed', () => made.accounts.users.remove(anna.id)],
    ['gets another password', () => behind(`UPDATE users SET password = '${storedHash()}x'`)],
  ])('who %s while the password is checked does not come in', async (_, act) => {
    const checking = signIn(PASSWORD)
    await sameTurn()
    act()
    expect(await checking).toEqual({ as: 'refused' })
  })

  test('a hash that was made with less work is made anew at the next sign-in', async () => {
    const before = storedHash()
    made.reopen({ ...CHEAP, logN: 6 })
    expect((await signIn(PASSWORD)).as).toBe('visitor')
    expect(before).toMatch(/^scrypt\$4\$1\$1\$/)
    expect(storedHash()).toMatch(/^scrypt\$6\$1\$1\$/)
    made.reopen({ ...CHEAP, logN: 5 })
    expect((await signIn(PASSWORD)).as).toBe('visitor')
    expect(storedHash()).toMatch(/^scrypt\$6\$/)
  })
})

describe('guessing', () => {
  test('from one address it has to wait, longer each time, and a restart changes nothing', async () => {
    const names = (n: number) => `user${n}`
    for (let n = 0; n < 21; n++) await signIn('wrong guess', HOME, names(n))
    const first = await signIn('wrong guess', HOME, 'another')
    made.reopen()
    expect(await signIn('wrong guess', HOME, 'another')).toEqual(first)
    expect(first).toEqual({ as: 'too-many', retryAfterMs: 1000 })
    made.clock.nowMs += 1000
    expect((await signIn('wrong guess', HOME, 'another')).as).toBe('refused')
    expect(await signIn('wrong guess', HOME, 'another')).toEqual({ as: 'too-many', retryAfterMs: 2000 })
    expect((await signIn(PASSWORD, '198.51.100.1')).as).toBe('visitor')
  })

  test('one name from many addresses has to wait', async () => {
    const told = await guess(12, n => `198.51.100.${n}`)
    expect(told.filter(as => as === 'refused')).toHaveLength(11)
    expect(told.at(-1)).toBe('too-many')
  })

  test('a name that nobody has is treated like one that somebody has', async () => {
    const told = await guess(30, n => `198.51.100.${n}`)
    expect(await guess(30, n => `192.0.2.${n}`, 'nobody')).toEqual(told)
  })

  test('many guesses at once gain nothing', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, (_, n) => signIn(`wrong guess ${n}`, `198.51.100.${n}`)))
    expect(all.filter(({ as }) => as === 'refused').length).toBeLessThanOrEqual(11)
  })

  test('the owner comes in from where they came before, while a stranger guesses', async () => {
    await signIn(PASSWORD)
    made.clock.nowMs += 3_600_000
    await guess(30, n => `198.51.100.${n}`)
    expect((await signIn(PASSWORD, '192.0.2.200')).as).toBe('too-many')
    expect((await signIn(PASSWORD)).as).toBe('visitor')
  })

  test('an app password comes in whatever was guessed, also from the address of the guesser', async () => {
    const { secret } = made.accounts.appPasswords.create(anna.id, 'phone')
    await guess(60, () => HOME)
    expect((await signIn(PASSWORD)).as).toBe('too-many')
    expect((await signIn(secret)).as).toBe('visitor')
  })

  test('a revoked app password that is tried for ever shuts out nobody', async () => {
    const { record, secret } = made.accounts.appPasswords.create(anna.id, 'phone')
    made.accounts.appPasswords.revoke(anna.id, record.id)
    for (let n = 0; n < 100; n++) expect((await signIn(secret)).as).toBe('refused')
    expect((await signIn(PASSWORD)).as).toBe('visitor')
  })

  test('to know one password does not make guessing another cheaper', async () => {
    await made.accounts.users.add({ name: 'eve', password: 'password of eve' })
    let refused = 0
    for (let n = 0; n < 60; n++) {
      if ((await signIn(`wrong guess ${n}`, HOME)).as === 'refused') refused += 1
      await signIn('password of eve', HOME, 'eve')
    }
    expect(refused).toBeLessThanOrEqual(21)
  })

  test('right ones cost nothing, however many', async () => {
    for (let n = 0; n < 40; n++) {
      made.reopen()
      expect((await signIn(PASSWORD)).as).toBe('visitor')
    }
  })

  test('a right one does not end a wait that a wrong one brought meanwhile', async () => {
    for (let n = 0; n < 19; n++) await signIn('wrong guess', HOME, `user${n}`)
    const both = await Promise.all([signIn(PASSWORD), signIn('wrong guess', HOME, 'another')])
    expect(both.map(({ as }) => as)).toEqual(['visitor', 'refused'])
    expect((await signIn('wrong guess', HOME, 'yet another')).as).toBe('too-many')
  })

  test('wrong attempts are forgiven with time', async () => {
    await guess(12, n => `198.51.100.${n}`)
    made.clock.nowMs += 24 * 3_600_000
    expect((await guess(10, n => `198.51.100.${n}`)).every(as => as === 'refused')).toBe(true)
  })

  test('a clock that was put back locks nobody out for longer', async () => {
    await guess(12, n => `198.51.100.${n}`)
    made.clock.nowMs -= 365 * 86_400_000
    const told = await signIn(PASSWORD, '192.0.2.1')
    expect(told.as === 'too-many' && told.retryAfterMs).toBeLessThanOrEqual(5 * 60_000)
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
