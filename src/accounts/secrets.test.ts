// No secret is on disk or in an error, whatever was done with it.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeAccounts } from './testing/bench-accounts.ts'

const PASSWORD = 'planted-password-4711'
const SECOND = 'planted-second-0815'

test('the files of the database hold no password, token or app password', async () => {
  const made = makeAccounts()
  try {
    const { users, appPasswords, sessions, loginFlows } = made.accounts
    const { id } = await users.add({ name: 'anna', password: PASSWORD })
    const secrets = [PASSWORD, SECOND, 'planted-typo-in-name']
    const at = (name: string, password: string) => made.accounts.signIn({ name, password, address: '203.0.113.9' })
    await at('anna', PASSWORD)
    await at('anna', 'planted-typo-in-name')
    // People type the password where the name belongs.
    await at(SECOND, 'x')
    await users.setPassword(id, SECOND)
    await at('anna', SECOND)
    secrets.push(appPasswords.create(id, 'phone').secret)
    const session = sessions.open(id, 'Firefox', 'own')
    secrets.push(session.token, session.formToken)
    const flow = loginFlows.start('client')
    loginFlows.grant(flow.loginToken, id)
    const told = loginFlows.poll(flow.pollToken)
    const pending = loginFlows.start('client')
    secrets.push(flow.loginToken, flow.pollToken, pending.loginToken, pending.pollToken)
    secrets.push(told.as === 'granted' ? told.secret : 'none')
    const dump = made.dump()
    expect(dump).toContain('anna')
    expect(dump).toContain('scrypt$')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(4)
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
        expect(dump).not.toContain(form)
    }
    // A fast hash of a password would be as good as the password.
    for (const password of [PASSWORD, SECOND])
      for (const form of [password, `name ${password}`, `nobody ${password}`])
        expect(dump).not.toContain(createHash('sha256').update(form).digest().toString('latin1'))
  } finally {
    made.remove()
  }
})

test('whatever comes as name and password, an error tells neither', async () => {
  const made = makeAccounts()
  try {
    const anything = fc.string({ unit: 'binary', minLength: 12, maxLength: 2000 })
    await fc.assert(
      fc.asyncProperty(anything, anything, async (name, password) => {
        const tries = [
          made.accounts.signIn({ name, password, address: '203.0.113.9' }),
          made.accounts.users.add({ name: `a${name.length}`, password: `${password}\u0007`.repeat(200) }),
        ]
        for (const outcome of await Promise.allSettled(tries)) {
          const text = outcome.status === 'rejected' ? String((outcome.reason as Error).stack) : JSON.stringify(outcome)
          expect(text).not.toContain(password)
        }
        made.clock.nowMs += 3_600_000
      }),
      { numRuns: 60 },
    )
  } finally {
    made.remove()
  }
})

test('random secrets have 256 bits and never come twice', async () => {
  const made = makeAccounts()
  try {
    const { id } = await made.accounts.users.add({ name: 'anna' })
    const secrets = Array.from({ length: 100 }, () => made.accounts.appPasswords.create(id, 'x').secret)
    expect(new Set(secrets).size).toBe(100)
    for (const secret of secrets) expect(Buffer.from(secret.slice(4), 'base64url')).toHaveLength(32)
  } finally {
    made.remove()
  }
})
