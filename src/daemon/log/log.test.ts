import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import type { LogConfig } from '../config/config.ts'
import { type DaemonLog, type DaemonLogOptions, openLog } from './log.ts'

const PLANTED = 'planted-4711-secret'
const CONFIG: LogConfig = { level: 'debug', file: 'auto', maxBytes: 10_000, keep: 2 }
let directory: string
let logs: DaemonLog[]
let stderr: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-log-'))
  logs = []
  stderr = ''
})
afterEach(() => {
  for (const each of logs) each.close()
  rmSync(directory, { recursive: true, force: true })
})

function opened(options: Partial<DaemonLogOptions> = {}): DaemonLog {
  const writeError = (text: string) => {
    stderr += text
  }
  const now = () => Date.UTC(2026, 0, 2)
  const log = openLog({ config: CONFIG, file: join(directory, 'x.log'), environment: {}, now, writeError, ...options })
  logs.push(log)
  return log
}
const written = () =>
  readdirSync(directory)
    .map(name => readFileSync(join(directory, name), 'utf8'))
    .join('')

test('a line is one JSON object, in a file for its user only', () => {
  opened().log('warn', 'The disk\nis full.', {
    folder: 'photos',
    free: 0n,
    took: 1.5,
    error: new SyncError('io', 'It failed.'),
  })
  const [line = '', rest] = written().split('\n')
  expect(rest).toBe('')
  expect(JSON.parse(line)).toEqual({
    level: 'warn',
    time: '2026-01-02T00:00:00.000Z',
    message: 'The disk\nis full.',
    fields: {
      folder: 'photos',
      free: '0',
      took: 1.5,
      error: expect.objectContaining({ type: 'SyncError', code: 'io', message: 'It failed.' }),
    },
  })
  expect(statSync(join(directory, 'x.log')).mode & 0o777).toBe(0o600)
})

test('what is below the level is not told, and the level can be changed while it runs', () => {
  const daemon = opened({ config: { ...CONFIG, level: 'warn' } })
  daemon.log('info', 'one')
  daemon.configure({ ...CONFIG, level: 'info' })
  daemon.log('info', 'two')
  daemon.log('debug', 'three')
  expect(daemon.recent('debug', 10).map(({ message }) => message)).toEqual(['two'])
  expect(written()).toMatch(/^[^\n]*two[^\n]*\n$/)
})

test('the newest lines can be asked for by level and number', () => {
  const daemon = opened({ keepLines: 100 })
  for (let n = 0; n < 1000; n++) daemon.log(n % 10 === 0 ? 'error' : 'info', `line ${n}`)
  expect(daemon.recent('debug', 2).map(({ message }) => message)).toEqual(['line 998', 'line 999'])
  expect(daemon.recent('error', 2).map(({ message }) => message)).toEqual(['line 980', 'line 990'])
  expect(daemon.recent('debug', 5000).length).toBeLessThanOrEqual(125)
  expect(daemon.recent('debug', 0)).toEqual([])
})

describe('a file', () => {
  test('that has grown is put aside, and no more than those asked for are kept', () => {
    const daemon = opened()
    for (let n = 0; n < 400; n++) daemon.log('info', `line ${n} ${'x'.repeat(100)}`)
    const names = readdirSync(directory).sort()
    expect(names).toEqual(['x.log', 'x.log.1', 'x.log.2'])
    for (const name of names) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(10_000)
    const all = ['x.log.2', 'x.log.1', 'x.log'].flatMap(name =>
      readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'),
    )
    const numbers = all.map(line => Number(/line (\d+)/.exec(line)?.[1]))
    expect(numbers).toEqual(numbers.map((_, n) => 400 - numbers.length + n))
  })

  test('goes on after a restart, and counts what is there', () => {
    opened().log('info', 'one')
    logs[0]?.close()
    opened().log('info', 'two')
    expect(written().trimEnd().split('\n')).toHaveLength(2)
  })

  test('that cannot be written stops nothing, and is told once on stderr', () => {
    writeFileSync(join(directory, 'file'), '')
    const daemon = opened({ file: join(directory, 'file', 'x.log') })
    for (let n = 0; n < 5; n++) daemon.log('info', 'line')
    expect(stderr).toMatch(/^syncline: The log .* cannot be written \(\w+\)\.\n$/)
    expect(daemon.recent('info', 10)).toHaveLength(5)
  })

  test('that cannot be written says so and why, and how many lines it has lost when it can', () => {
    writeFileSync(join(directory, 'file'), '')
    const file = join(directory, 'file', 'x.log')
    const said: (readonly unknown[])[] = []
    const daemon = opened({ file, onFile: (...words) => said.push(words) })
    for (let n = 0; n < 3; n++) daemon.log('info', 'line')
    daemon.tryAgain()
    expect(said).toEqual([[file, expect.objectContaining({ code: 'EEXIST' })]])
    rmSync(join(directory, 'file'))
    daemon.tryAgain()
    expect(said.slice(1)).toEqual([[file]])
    expect(readFileSync(file, 'utf8')).toMatch(/^\{"level":"warn".*"fields":\{"lost":4\}.*\}\n$/)
    daemon.tryAgain()
    daemon.log('info', 'line')
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2)
  })
})

test('under systemd the log goes to its journal, with the priority in front', () => {
  const daemon = opened({ environment: { JOURNAL_STREAM: '8:123' }, errorStream: '8:123' })
  daemon.log('error', 'one')
  daemon.log('debug', 'two')
  expect(stderr).toMatch(/^<3>\{.*one.*\n<7>\{.*two.*\n$/)
  expect(readdirSync(directory)).toEqual([])
})

test('what was started from a program that writes to the journal, and does not itself, has its log in a file', () => {
  const daemon = opened({ environment: { JOURNAL_STREAM: '8:123' }, errorStream: '8:124' })
  daemon.log('error', 'one')
  expect(stderr).toBe('')
  expect(readdirSync(directory)).toHaveLength(1)
})

describe('a secret never gets out', () => {
  const basic = `Basic ${Buffer.from(`anna:${PLANTED}`).toString('base64')}`
  const SHAPES: readonly (readonly [string, string, Record<string, unknown>])[] = [
    ['password', 'x', { password: PLANTED }],
    ['deep', 'x', { request: { login: { userPassword: PLANTED } } }],
    ['token', 'x', { pollToken: PLANTED, loginToken: [PLANTED] }],
    ['app password', 'x', { appPassword: PLANTED }],
    ['headers', 'x', { headers: { authorization: PLANTED, 'set-cookie': [`s=${PLANTED}`] } }],
    ['header map', 'x', { headers: new Map([['Authorization', PLANTED]]) }],
    ['raw headers', 'x', { raw: ['Host', 'x', 'Authorization', PLANTED, 'Cookie', `a=${PLANTED}`] }],
    ['url field', 'x', { url: `https://anna:${PLANTED}@cloud.example.org/` }],
    ['url object', 'x', { url: new URL(`https://anna:${PLANTED}@cloud.example.org/`) }],
    ['url in the message', `GET https://anna:${PLANTED}@cloud.example.org/ failed`, {}],
    ['query', `GET /?token=${PLANTED}&a=1`, { form: `user=a&password=${PLANTED}` }],
    ['bearer', `Authorization: Bearer ${PLANTED}`, { header: `Bearer ${PLANTED}` }],
    ['json in a text', `{"password":"${PLANTED}"}`, { body: `{"user":"a","appPassword": "${PLANTED}"}` }],
    ['error', 'x', { error: new Error(`no: https://a:${PLANTED}@x/`, { cause: new Error(`password=${PLANTED}`) }) }],
    ['property of an error', 'x', { error: Object.assign(new Error('no'), { token: PLANTED }) }],
    ['our app password', `sap-${PLANTED}${'A'.repeat(30)}`, {}],
    ['a key', 'x', { [`https://a:${PLANTED}@x/`]: 1 }],
  ]
  test.each(SHAPES)('%s', (_, message, fields) => {
    const daemon = opened()
    daemon.log('info', message, fields)
    const all = written() + JSON.stringify(daemon.recent('debug', 10))
    expect(all).toMatch(/\[hidden\]/)
    expect(all).not.toContain(PLANTED)
  })

  test('nor in Basic credentials', () => {
    opened().log('info', basic, { header: basic, authorization: basic })
    expect(written()).not.toContain(basic.slice(6))
  })

  test('one that is known is left out wherever it turns up, also encoded', () => {
    const secret = 'pä ss"w/rd'
    const known: string[] = []
    opened({ secrets: () => known }).log('info', 'nothing is known yet')
    known.push(secret)
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret), Buffer.from(secret).toString('base64')]
    for (const form of forms) logs[0]?.log('info', `it says ${form}!`, { note: [form], [form]: 1 })
    for (const form of [...forms, JSON.stringify(secret).slice(1, -1)]) expect(written()).not.toContain(form)
  })

  test('wherever it stands in whatever is logged', () => {
    const daemon = opened({ secrets: () => [PLANTED], config: { ...CONFIG, maxBytes: 1e7 } })
    const withSecret = fc.tuple(fc.string(), fc.string()).map(([a, b]) => a + PLANTED + b)
    const anything = fc.anything({ values: [fc.string(), withSecret, fc.integer()], withMap: true, withSet: true })
    fc.assert(
      fc.property(withSecret, fc.dictionary(fc.oneof(fc.string(), withSecret), anything), (message, fields) => {
        daemon.log('info', message, fields)
      }),
      { numRuns: 300 },
    )
    expect(written()).not.toContain(PLANTED)
    expect(
      written()
        .trimEnd()
        .split('\n')
        .every(line => JSON.parse(line)),
    ).toBe(true)
  })
})

describe('whatever is logged', () => {
  test('ordinary fields stay as they are', () => {
    const fields = { path: 'docs/passing.odt', tokens: false, keyboard: 'x', passed: 3, url: 'https://x.org/a@b' }
    const daemon = opened()
    daemon.log('info', 'anna@example.org passed 3 tests', fields)
    expect(daemon.recent('info', 1)[0]).toMatchObject({ message: 'anna@example.org passed 3 tests', fields })
  })

  test('is bounded, and circles and fields that throw do no harm', () => {
    const circle: Record<string, unknown> = { name: 'circle' }
    circle['self'] = circle
    const daemon = opened({ config: { ...CONFIG, maxBytes: 1e6 } })
    daemon.log('info', 'x'.repeat(1e6), { circle, list: Array(1e5).fill('y'), bytes: Buffer.alloc(9) })
    daemon.log('info', 'throws', {
      get a() {
        throw new Error('no')
      },
    })
    expect(written().length).toBeLessThan(10_000)
    expect(daemon.recent('info', 2)[0]?.fields).toMatchObject({ circle: { self: '…' }, bytes: '9 bytes' })
    expect(daemon.recent('info', 1)[0]?.fields).toEqual({ unreadableFields: 'Error' })
  })
})
