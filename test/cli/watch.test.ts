// --watch: what changes on one side appears on the other without anybody asking.
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startFakeOwncloud } from '../fakes/owncloud/server.ts'
import { contents, type Started, start, twoDirectories, write } from './program.ts'

/** The next summary of which something was done. */
function done(run: Started): Promise<string> {
  return run.line(line => line.includes('"summary"'))
}

test('an edit here, an edit there, a move and new rules are passed on by hints', async () => {
  using two = twoDirectories()
  write(two.a, 'docs/a', 'first')
  const run = start(['sync', two.a, two.b, '--watch', '--json'])
  await done(run)

  write(two.a, 'docs/a', 'edited here')
  await done(run)
  expect(readFileSync(join(two.b, 'docs/a'), 'utf8')).toBe('edited here')

  write(two.b, 'docs/a', 'edited there')
  await done(run)
  expect(readFileSync(join(two.a, 'docs/a'), 'utf8')).toBe('edited there')

  renameSync(join(two.a, 'docs'), join(two.a, 'papers'))
  expect(JSON.parse(await done(run))).toMatchObject({ counts: { moved: 1, uploaded: 0 } })
  expect(existsSync(join(two.b, 'papers/a'))).toBe(true)

  write(two.a, '.syncignore', 'secret\n')
  await done(run)
  write(two.a, 'secret', 'x')
  write(two.a, 'plain', 'x')
  await done(run)
  expect(contents(two.b)).toEqual({
    '.': '/',
    '.syncignore': 'secret\n',
    papers: '/',
    'papers/a': 'edited there',
    plain: 'x',
  })

  run.kill('SIGTERM')
  expect(await run.ended).toMatchObject({ status: 0, err: '' })
})

test('nothing is done in a directory that was moved away; when it is back, the watch goes on', async () => {
  using two = twoDirectories()
  const away = join(two.root, 'away')
  const run = start(['sync', two.a, two.b, '--watch', '--json'])
  await done(run)
  renameSync(two.b, away)
  write(two.a, 'x', 'x')
  // A run that was just under way may still have brought that one there; from here on each looks first.
  await run.line(line => line.includes('is not there any more'))
  write(two.a, 'y', 'y')
  renameSync(away, two.b)
  await vi.waitFor(() => expect(contents(two.b)).toEqual(contents(two.a)), { timeout: 60_000, interval: 50 })
  expect(contents(two.b)).toMatchObject({ x: 'x', y: 'y' })
  run.kill('SIGINT')
  expect(await run.ended).toMatchObject({ status: 0 })
})

test('a server is asked with one request while nothing happens, and its changes are fetched', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: 'secret' } })
  write(two.a, 'docs/a', 'first')
  const args = ['sync', two.a, String(server.url), '--user', 'alice', '--watch', '--json', '--poll', '1']
  const run = start(args, { env: { SYNCLINE_PASSWORD: 'secret' } })
  try {
    await done(run)
    const scanning = (line: string) => line.includes('"scanning"')
    await run.line(scanning)
    await run.line(scanning)
    const from = server.requests.length
    await run.line(scanning)
    await run.line(scanning)
    const asked = server.requests.slice(from).map(({ method }) => method)
    expect(asked.length).toBeLessThanOrEqual(2)
    expect(new Set(asked)).toEqual(new Set(['PROPFIND']))

    write(two.a, 'docs/a', 'edited here')
    expect(JSON.parse(await done(run))).toMatchObject({ counts: { uploaded: 1 } })

    server.tree.put('docs/new', 'from there')
    expect(JSON.parse(await done(run))).toMatchObject({ counts: { downloaded: 1 } })
    expect(readFileSync(join(two.a, 'docs/new'), 'utf8')).toBe('from there')
  } finally {
    run.kill('SIGINT')
    expect(await run.ended).toMatchObject({ status: 0 })
    await server.stop()
  }
})

test('while the server is away the watch waits, and says so once', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: 'secret' } })
  const args = ['sync', two.a, String(server.url), '--user', 'alice', '--watch', '--json', '--poll', '1']
  const run = start(args, { env: { SYNCLINE_PASSWORD: 'secret' } })
  await done(run)
  await server.stop()
  const notice = await run.line(line => line.includes('"notice"'))
  expect(JSON.parse(notice).text).toMatch(/Cannot reach .* Waiting until that works again\./)
  run.kill('SIGTERM')
  const { status, out } = await run.ended
  expect(status).toBe(0)
  expect(out.match(/"notice"/g)).toHaveLength(1)
})
