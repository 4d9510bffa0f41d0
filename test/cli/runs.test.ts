// What a run promises around the sync itself: a dry run changes nothing, secrets stay secret, a killed run is made good.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFakeOwncloud } from '../fakes/owncloud/server.ts'
import { contents, fingerprint, pathsIn, start, syncline, twoDirectories, write } from './program.ts'

test('a dry run of a new pair writes nothing at all, on neither side', async () => {
  using two = twoDirectories()
  write(two.a, 'docs/a', 'a')
  write(two.b, 'b', 'b')
  const before = [fingerprint(two.a), fingerprint(two.b)]
  const { status, out } = await syncline(['sync', two.a, two.b, '--dry-run'])
  expect(status).toBe(0)
  expect(out).toContain('would upload docs/a (1 B): it is new here')
  expect(out).toContain('would download b (1 B): it is new on the other side')
  expect([fingerprint(two.a), fingerprint(two.b)]).toEqual(before)
})

test('a dry run towards a directory that is not there yet does not make it', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'a')
  const { status, out } = await syncline(['sync', two.a, join(two.root, 'new'), '--dry-run'])
  expect(status).toBe(0)
  expect(out).toContain('would upload a')
  expect(pathsIn(two.root)).not.toContain('new')
})

test('a dry run of a known pair writes nothing at all, on neither side', async () => {
  using two = twoDirectories()
  write(two.a, 'gone', 'x')
  write(two.a, 'both', 'x')
  write(two.a, 'moved', 'y')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.b, 'gone'))
  write(two.a, 'both', 'from a')
  write(two.b, 'both', 'from b!')
  renameSync(join(two.a, 'moved'), join(two.a, 'to here'))
  const before = [fingerprint(two.a), fingerprint(two.b)]
  const { out } = await syncline(['sync', two.a, two.b, '-n'])
  expect(out).toContain('would delete gone here: it was deleted on the other side')
  expect(out).toContain('would move moved to to here there')
  expect(out).toMatch(/both.*: it was changed on both sides/)
  const json = await syncline(['sync', two.a, two.b, '-n', '--json'])
  expect(
    json.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).type),
  ).toContain('step')
  expect([fingerprint(two.a), fingerprint(two.b)]).toEqual(before)
})

test('every line of --json is an object, the last one is the summary', async () => {
  using two = twoDirectories()
  for (let i = 0; i < 30; i += 1) write(two.a, `d/${i}`, `content ${i}`)
  const { status, out, err } = await syncline(['sync', two.a, two.b, '--json'])
  expect({ status, err }).toEqual({ status: 0, err: '' })
  const events = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['phase', 'plan', 'step', 'outcome', 'progress', 'summary']),
  )
  expect(events.filter(({ type, do: act }) => type === 'step' && act === 'transfer')).toHaveLength(30)
  expect(events.at(-1)).toMatchObject({ type: 'summary', isEqual: true, counts: { uploaded: 30 }, unsynced: [] })
})

test('an error is an object too with --json', async () => {
  using two = twoDirectories()
  const { out } = await syncline(['sync', two.a, 'http://127.0.0.1:1/', '--json'])
  expect(JSON.parse(out)).toMatchObject({ type: 'error', code: 'offline' })
})

test('control characters in names do not reach the terminal', async () => {
  using two = twoDirectories()
  write(two.a, 'a\x1b[31mred\nline', 'x')
  const { out } = await syncline(['sync', two.a, two.b, '--verbose'])
  expect(out).toContain('upload a\\x1b[31mred\\x0aline')
  expect(out).not.toContain('\x1b')
})

test('the same remote in other spellings is the same pair', async () => {
  using two = twoDirectories()
  write(two.a, 'x', 'x')
  await syncline(['sync', two.a, two.b])
  symlinkSync(two.b, join(two.root, 'link'))
  rmSync(join(two.b, 'x'))
  write(two.a, 'y', 'y')
  // A pair that was not known would bring the file back instead of deleting it.
  for (const spelling of [join(two.root, 'link'), `file://${two.b}/`, `${two.b}/../b/.`]) {
    expect(await syncline(['sync', two.a, spelling])).toMatchObject({ status: 0 })
    expect(Object.keys(contents(two.a))).toEqual(['.', 'y'])
  }
})

test('its own directory is closed to other users', async () => {
  using two = twoDirectories()
  await syncline(['sync', two.a, two.b])
  expect(statSync(join(two.a, '.syncline')).mode & 0o777).toBe(0o700)
})

test('a password is in no output, file or list of processes', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: 'open-sesame-7' } })
  const secret = join(two.root, 'password')
  writeFileSync(secret, 'open-sesame-7\n')
  write(two.a, 'x', 'x')
  try {
    const url = new URL(server.url)
    const plain = ['sync', two.a, url.href, '--user', 'alice', '--watch', '--verbose', '--json']
    for (const args of [[...plain, '--password-file', secret], plain]) {
      const env = args === plain ? { SYNCLINE_PASSWORD: 'open-sesame-7' } : {}
      const run = start(args, { env })
      await run.line(line => line.includes('"summary"'))
      expect(readFileSync(`/proc/${run.pid}/cmdline`, 'latin1')).not.toContain('sesame')
      run.kill('SIGTERM')
      const { status, out, err } = await run.ended
      expect(status).toBe(0)
      expect(out + err).not.toContain('sesame')
    }
    expect(filesThatHold(two.a, 'sesame')).toEqual([])
    expect(filesThatHold(two.a, Buffer.from('alice:open-sesame-7').toString('base64'))).toEqual([])
  } finally {
    await server.stop()
  }
})

test('a password in the address works, is warned of, and is taken out of everything shown or kept', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: 'open-sesame-7' } })
  try {
    const url = new URL(server.url)
    url.username = 'alice'
    url.password = 'open-sesame-7'
    write(two.a, 'x', 'x')
    const run = start(['sync', two.a, url.href, '--watch', '--json'])
    await run.line(line => line.includes('"summary"'))
    expect(readFileSync(`/proc/${run.pid}/cmdline`, 'latin1')).not.toContain('sesame')
    run.kill('SIGINT')
    const { status, out, err } = await run.ended
    expect(status).toBe(0)
    expect(out).toContain('can be seen in the process list')
    expect(out + err).not.toContain('sesame')
    expect(filesThatHold(two.a, 'sesame')).toEqual([])
  } finally {
    await server.stop()
  }
})

test('a run that is killed is made good by the next one', async () => {
  using two = twoDirectories()
  for (let i = 0; i < 1500; i += 1) write(two.a, `d${i % 20}/${i}`, `content ${i}`)
  for (let i = 0; i < 200; i += 1) write(two.b, `e${i % 20}/${i}`, `content ${i}`)
  for (let kills = 0; kills < 3; kills += 1) {
    const run = start(['sync', two.a, two.b, '--json'])
    await run.line(line => line.includes('"outcome"') || line.includes('"summary"'))
    run.kill('SIGKILL')
    await run.ended
  }
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toEqual(contents(two.b))
  expect(Object.keys(contents(two.a))).toHaveLength(1 + 20 + 20 + 1500 + 200)
  const { out } = await syncline(['sync', two.a, two.b])
  expect(out).toContain('Nothing to do')
})

test('a run that is interrupted records what it did and says so', async () => {
  using two = twoDirectories()
  for (let i = 0; i < 3000; i += 1) write(two.a, `d${i % 20}/${i}`, `content ${i}`)
  const run = start(['sync', two.a, two.b, '--json'])
  await run.line(line => line.includes('"outcome"'))
  run.kill('SIGINT')
  const { status } = await run.ended
  expect([0, 130]).toContain(status)
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toEqual(contents(two.b))
})

test('--ignore-from leaves alone what the file says, and --no-trash keeps nothing', async () => {
  using two = twoDirectories()
  write(two.root, 'rules', '*.o\n')
  write(two.a, 'a.o', 'x')
  write(two.a, 'a.c', 'x')
  await syncline(['sync', two.a, two.b, '--ignore-from', join(two.root, 'rules'), '--no-trash'])
  expect(contents(two.b)).toEqual({ '.': '/', 'a.c': 'x' })
  rmSync(join(two.b, 'a.c'))
  write(two.b, 'b.c', 'y')
  await syncline(['sync', two.a, two.b, '--ignore-from', join(two.root, 'rules'), '--no-trash'])
  expect(contents(two.a)).toEqual({ '.': '/', 'a.o': 'x', 'b.c': 'y' })
  expect((await syncline(['trash', two.a])).out).toBe('The trash is empty.\n')
})

test('the demonstration runs to its end and leaves nothing behind', async () => {
  using two = twoDirectories()
  mkdirSync(join(two.root, 'tmp'))
  const { status, out, err } = await syncline(['demo'], { env: { TMPDIR: join(two.root, 'tmp') } })
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).toContain('Neither version is lost')
  expect(pathsIn(join(two.root, 'tmp'))).toEqual(['.'])
})

function filesThatHold(root: string, text: string): readonly string[] {
  return pathsIn(root).filter(path => {
    const file = join(root, path)
    return statSync(file).isFile() && readFileSync(file, 'latin1').includes(text)
  })
}

test('a run that is limited takes as long as its bytes need', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'x'.repeat(4000))
  write(two.b, 'b', 'y'.repeat(4000))
  const before = performance.now()
  const { status } = await syncline(['sync', two.a, two.b, '--limit-up', '2k', '--limit-down', '1MB/s'])
  expect(status).toBe(0)
  // However fast the machine is; a quarter of a second is saved up.
  expect(performance.now() - before).toBeGreaterThan(1500)
  expect(contents(two.b)).toEqual(contents(two.a))
  expect((await syncline(['sync', two.a, two.b, '--limit-up', 'fast'])).status).toBe(2)
})
