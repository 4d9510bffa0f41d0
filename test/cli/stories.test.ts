// Looking into a folder's records and bringing things back.
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contents, fingerprint, syncline, twoDirectories, write } from './program.ts'

test('both versions of a conflict are kept, listed and explained', async () => {
  using two = twoDirectories()
  write(two.a, 'letter.txt', 'first')
  await syncline(['sync', two.a, two.b])
  write(two.a, 'letter.txt', 'from here')
  write(two.b, 'letter.txt', 'from there')
  await syncline(['sync', two.a, two.b])
  expect(contents(two.a)).toEqual(contents(two.b))
  expect(Object.values(contents(two.a)).sort()).toEqual(['/', 'from here', 'from there'])

  const copy = readdirSync(two.a).find(name => name.includes('conflicted copy')) ?? ''
  const { out } = await syncline(['conflicts', two.a])
  expect(out).toContain(`${copy}\n    the version from here of letter.txt`)
  const json = await syncline(['conflicts', two.a, '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ type: 'conflict', path: copy, origin: 'letter.txt' })
  // The other directory knows the copy by its name only.
  expect((await syncline(['why', two.a, copy])).out).toContain('the version from here of letter.txt')
  rmSync(join(two.a, copy))
  expect((await syncline(['conflicts', two.a])).out).toBe('No conflict copies.\n')
})

test('a deleted file is listed in the trash, restored, and then an edit like any other', async () => {
  using two = twoDirectories()
  write(two.a, 'docs/keep', 'x')
  write(two.a, 'docs/gone', 'precious')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.b, 'docs/gone'))
  await syncline(['sync', two.a, two.b])
  expect((await syncline(['trash', two.a])).out).toMatch(/deleted {2} +8 B {2}docs\/gone\n1 version, 8 B\./)
  expect(await syncline(['restore', two.a, 'docs/gone'])).toMatchObject({ status: 0 })
  await syncline(['sync', two.a, two.b])
  expect(contents(two.b)).toMatchObject({ 'docs/gone': 'precious' })
  expect((await syncline(['trash', two.a])).out).toContain('1 version')
})

test('what was deleted here is in the trash of the directory that it was synced with, and is brought back there', async () => {
  using two = twoDirectories()
  write(two.a, 'gone', 'precious')
  write(two.a, 'kept', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.a, 'gone'))
  await syncline(['sync', two.a, two.b])
  expect((await syncline(['trash', two.b])).out).toMatch(/deleted {2} +8 B {2}gone\n1 version, 8 B\./)
  expect(await syncline(['restore', two.b, 'gone'])).toMatchObject({ status: 0 })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toMatchObject({ gone: 'precious', kept: 'x' })
  expect((await syncline(['trash', two.b, '--sweep', '--older-than', '0'])).out).toMatch(/^1 version removed/)
})

test('a replaced file is restored, and the one in its place goes to the trash', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'old')
  await syncline(['sync', two.a, two.b])
  write(two.b, 'a', 'newer')
  await syncline(['sync', two.a, two.b])
  write(two.a, 'a', 'unseen by anybody')
  const { out } = await syncline(['restore', two.a, 'a'])
  expect(out).toContain('is in the trash')
  expect(contents(two.a)).toMatchObject({ a: 'old' })
  expect((await syncline(['trash', two.a, '--json'])).out.trim().split('\n')).toHaveLength(2)
  await syncline(['restore', two.a, 'a'])
  expect(contents(two.a)).toMatchObject({ a: 'unseen by anybody' })
  await syncline(['sync', two.a, two.b])
  expect(contents(two.b)).toMatchObject({ a: 'unseen by anybody' })
})

test('a directory is restored with what is missing in it, and --at chooses the time', async () => {
  using two = twoDirectories()
  write(two.a, 'docs/a', 'a')
  write(two.a, 'docs/deep/b', 'b')
  write(two.a, 'other', 'x')
  const longAgo = new Date('2020-01-01T00:00:00Z')
  utimesSync(join(two.a, 'docs/a'), longAgo, longAgo)
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.b, 'docs'), { recursive: true })
  await syncline(['sync', two.a, two.b, '--approve', 'deletes'])
  expect(contents(two.a)).toEqual({ '.': '/', other: 'x' })
  expect(await syncline(['restore', two.a, 'docs'])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toMatchObject({ 'docs/a': 'a', 'docs/deep/b': 'b' })
  rmSync(join(two.a, 'docs/a'))
  expect(await syncline(['restore', two.a, 'docs/a', '--at', '2021-01-01'])).toMatchObject({ status: 0 })
  expect(await syncline(['restore', two.a, 'docs/a', '--at', '2019-01-01'])).toMatchObject({ status: 1 })
  expect(await syncline(['restore', two.a, 'never'])).toMatchObject({ status: 1 })
})

test('the trash is swept by age', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'x')
  write(two.a, 'b', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.b, 'a'))
  await syncline(['sync', two.a, two.b])
  expect((await syncline(['trash', two.a, '--sweep', '--older-than', '1'])).out).toMatch(/^0 versions/)
  expect((await syncline(['trash', two.a, '--sweep', '--older-than', '0'])).out).toMatch(/^1 version removed/)
  expect((await syncline(['trash', two.a])).out).toBe('The trash is empty.\n')
})

test('why tells what each side holds, what was agreed, what would be done, and changes nothing', async () => {
  using two = twoDirectories()
  write(two.a, 'a.txt', 'first')
  write(two.a, '.syncignore', '*.o\n')
  write(two.a, 'x.o', 'x')
  await syncline(['sync', two.a, two.b])
  write(two.b, 'a.txt', 'longer now')
  const before = [fingerprint(two.a), fingerprint(two.b)]
  const { status, out } = await syncline(['why', two.a, 'a.txt'])
  expect(status).toBe(0)
  expect(out).toMatch(/^here: +file, 5 B/m)
  expect(out).toMatch(/^remote: .*b$/m)
  expect(out).toMatch(/^agreed: +file, 5 B.*unchanged here since/m)
  expect(out).toMatch(/^there: +file, 10 B/m)
  expect(out).toContain('next run: download a.txt (10 B): it was changed on the other side only')
  expect((await syncline(['why', two.a, join(two.a, 'x.o')])).out).toMatch(/^rule: +\.syncignore, line 1: \*\.o$/m)
  expect([fingerprint(two.a), fingerprint(two.b)]).toEqual(before)
})

test('doctor finds a sound folder sound, without changing it in a dry run', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'x')
  await syncline(['sync', two.a, two.b])
  const before = fingerprint(two.a)
  expect(await syncline(['doctor', two.a, '--dry-run'])).toMatchObject({ status: 0 })
  expect(fingerprint(two.a)).toEqual(before)
  const { status, out } = await syncline(['doctor', two.a])
  expect(status).toBe(0)
  expect(out).toBe('ok: All 1 entries on record are as on disk.\nThe folder is sound.\n')
})

test('doctor sets a damaged index aside; afterwards both sides merge and nothing is deleted', async () => {
  using two = twoDirectories()
  for (let i = 0; i < 300; i += 1) write(two.a, `f${i}`, `content ${i}`)
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.b, 'f1'))
  writeFileSync(join(two.a, '.syncline/index.db'), 'this is no database, and was never meant to be one')
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 5 })
  const told = await syncline(['doctor', two.a, '--dry-run'])
  expect(told).toEqual({
    status: 1,
    out: expect.stringMatching(
      /^would repair: The index is damaged.*\nNothing was changed\. Without --dry-run it is repaired\.\n$/,
    ),
    err: '',
  })
  const { status, out } = await syncline(['doctor', two.a])
  expect(status).toBe(0)
  expect(out).toContain('set aside as')
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(Object.keys(contents(two.b))).toHaveLength(301)
  expect(contents(two.a)).toEqual(contents(two.b))
})

test('a formatted disk in the place of the remote is refused, until what was agreed with the old one is forgotten', async () => {
  using two = twoDirectories()
  write(two.a, 'kept', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(two.b, { recursive: true })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 3 })
  write(two.b, 'theirs', 'y')
  const refused = await syncline(['sync', two.a, two.b])
  expect(refused).toMatchObject({ status: 3, err: expect.stringContaining('doctor FOLDER --forget REMOTE') })
  expect(await syncline(['doctor', two.a, '--forget', two.b, '--dry-run'])).toMatchObject({ status: 1 })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 3 })
  expect(await syncline(['doctor', two.a, '--forget', join(two.b, 'no')])).toMatchObject({ status: 2 })
  expect(await syncline(['doctor', two.a, '--forget', two.b])).toMatchObject({ status: 0 })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toMatchObject({ kept: 'x', theirs: 'y' })
  expect(contents(two.b)).toEqual(contents(two.a))
})

test('doctor matches index and marker again; nothing is deleted by what follows', async () => {
  using two = twoDirectories()
  write(two.a, 'a', 'x')
  write(two.a, 'b', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.a, '.syncline/folder-id'))
  rmSync(join(two.a, 'a'))
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 5 })
  expect((await syncline(['doctor', two.a])).out).toContain('repaired: The marker is missing.')
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toMatchObject({ a: 'x', b: 'x' })
})
