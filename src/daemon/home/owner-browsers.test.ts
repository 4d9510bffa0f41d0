// Browsers that a link lets in: once, for a while, over restarts, and with nothing in the database that lets anybody else in.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { OwnerBrowserTable } from './owner-browsers.ts'
import { openState } from './state-database.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const { random } = nodeWorld({ log: () => {} })
let place = ''
let now = 0
let database: ReturnType<typeof openState>

const world = { random, clock: { now: () => now, sleep: () => Promise.resolve() } }
const table = () => new OwnerBrowserTable(database, world)

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'syncline-browsers-'))
  now = 1_790_000_000_000
  database = openState(join(place, 'state.db'))
})

afterEach(() => {
  database.close()
  rmSync(place, { recursive: true, force: true })
})

function letIn(browsers: OwnerBrowserTable) {
  const opened = browsers.redeem(browsers.makeCode().code, 'a browser')
  if (opened === undefined) throw new Error('it was not let in')
  return opened
}

test('a code lets one browser in, once', () => {
  const browsers = table()
  const { code } = browsers.makeCode()
  const opened = browsers.redeem(code, 'a browser')
  expect(browsers.isOpen(opened?.token ?? '')).toBe(true)
  expect(browsers.redeem(code, 'another')).toBeUndefined()
})

test.each(['', 'guessed', 'x'.repeat(200)])('the code %j lets nobody in', code => {
  const browsers = table()
  browsers.makeCode()
  expect(browsers.redeem(code, 'a browser')).toBeUndefined()
})

test('a code is good for ten minutes', () => {
  const browsers = table()
  const { code, expiresAt } = browsers.makeCode()
  expect(expiresAt).toBe(now + 10 * MINUTE)
  now = expiresAt
  expect(browsers.redeem(code, 'a browser')).toBeUndefined()
})

test('no more than fifty codes wait at once, and there is room again when they have run out', () => {
  const browsers = table()
  for (let n = 0; n < 50; n += 1) browsers.makeCode()
  expect(() => browsers.makeCode()).toThrow(expect.objectContaining({ code: 'too-many-requests' }))
  now += 11 * MINUTE
  expect(browsers.makeCode().code).toMatch(/^[\w-]{43}$/)
})

test('a browser stays in over a restart, but a code does not', () => {
  const { token } = letIn(table())
  const { code } = table().makeCode()
  expect(table().isOpen(token)).toBe(true)
  expect(table().redeem(code, 'a browser')).toBeUndefined()
})

test('a browser is out after a week without use, after a month in any case, and when it signs out', () => {
  const browsers = table()
  const used = letIn(browsers)
  const idle = letIn(browsers)
  const closed = letIn(browsers)
  browsers.close(closed.token)
  expect(browsers.isOpen(closed.token)).toBe(false)
  for (let day = 0; day < 5; day += 1) {
    now += 6 * DAY - 1
    expect(browsers.isOpen(used.token)).toBe(true)
  }
  expect(browsers.isOpen(idle.token)).toBe(false)
  now += DAY
  expect(browsers.isOpen(used.token)).toBe(false)
})

test('a clock that was put back lets nobody stay for longer', () => {
  const browsers = table()
  const { token } = letIn(browsers)
  now -= DAY
  expect(browsers.isOpen(token)).toBe(false)
})

test('what a form has to carry belongs to one browser', () => {
  const browsers = table()
  const one = letIn(browsers)
  const other = letIn(browsers)
  expect(browsers.isFormToken(one.token, one.formToken)).toBe(true)
  expect(browsers.formToken(one.token)).toBe(one.formToken)
  expect(browsers.isFormToken(one.token, other.formToken)).toBe(false)
})

test('the oldest of fifty browsers makes room', () => {
  const browsers = table()
  const first = letIn(browsers)
  for (let n = 0; n < 50; n += 1) {
    now += 1
    letIn(browsers)
  }
  expect(browsers.isOpen(first.token)).toBe(false)
})

test('the database holds neither what a browser shows nor a code', () => {
  const browsers = table()
  const { token, formToken } = letIn(browsers)
  const { code } = browsers.makeCode()
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const kept = readFileSync(join(place, 'state.db')).toString('latin1')
  for (const secret of [token, formToken, code]) expect(kept).not.toContain(secret)
})
