// Folders that devices share: ours with ours, and ours with a real syncthing.
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'
import { MeshDevice } from './device.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean()
})

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-mesh-'))
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function ours(name: string): Promise<MeshDevice> {
  const device = await MeshDevice.start({ directory: place(), name })
  cleanUps.push(() => device.stop())
  return device
}

interface Theirs {
  readonly syncthing: Syncthing
  readonly root: string
}

async function theirs(peers: readonly MeshDevice[]): Promise<Theirs> {
  const syncthing = await Syncthing.start(place())
  cleanUps.push(() => syncthing.stop())
  const root = join(syncthing.home, 'folder')
  for (const { device, address } of peers) await syncthing.addDevice(device, [address])
  await syncthing.addFolder({ id: 'shared', path: root, devices: peers.map(({ device }) => device) })
  return { syncthing, root }
}

function write(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

/** Everything in a folder but what programs keep there for themselves. */
function tree(root: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (below === '' && ['.syncline', '.stfolder', '.stversions'].includes(entry.name)) continue
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: modeOf(root, path) }, tree(root, path))
    else if (entry.isSymbolicLink()) found[path] = 'link'
    else
      found[path] =
        `${modeOf(root, path)} ${statSync(join(root, path)).size} ${readFileSync(join(root, path)).toString('base64').slice(0, 80)}`
  }
  return found
}

/** Undefined while something in it comes and goes: a temporary file of the other program, say. */
function atRest(root: string): Record<string, string> | undefined {
  try {
    return tree(root)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function modeOf(root: string, path: string): string {
  return (statSync(join(root, path)).mode & 0o777).toString(8)
}

async function until(what: string, isSo: () => unknown, describe: () => unknown = () => '', withinMs = 60_000) {
  const end = Date.now() + withinMs
  while (!(await isSo())) {
    if (Date.now() > end)
      throw new Error(
        `not so within ${withinMs / 1000} s: ${what}\n${JSON.stringify(describe(), (_, value) => (typeof value === 'bigint' ? String(value) : value), 1)}`,
      )
    await sleep(30)
  }
}

function untilEqual(a: string, b: string, devices: readonly MeshDevice[]): Promise<void> {
  return until(
    'both folders are equal',
    () => {
      const [there, here] = [atRest(a), atRest(b)]
      return there !== undefined && JSON.stringify(there) === JSON.stringify(here)
    },
    () => ({ a: atRest(a), b: atRest(b), problems: devices.map(({ problems, last }) => [problems, last]) }),
  )
}

async function pair(): Promise<[MeshDevice, MeshDevice]> {
  const [a, b] = [await ours('a'), await ours('b')]
  a.share([b])
  b.share([a])
  return [a, b]
}

test('what one device has, the other gets', async () => {
  const [a, b] = [await ours('a'), await ours('b')]
  write(a.root, 'one.txt', 'one')
  write(a.root, 'deep/er/two.txt', 'two')
  write(a.root, 'empty', '')
  write(a.root, 'large.bin', Buffer.alloc(700_000, 'abc'))
  mkdirSync(join(a.root, 'nothing in it'))
  symlinkSync('one.txt', join(a.root, 'link'))
  chmodSync(join(a.root, 'one.txt'), 0o600)
  a.share([b])
  b.share([a])
  await untilEqual(a.root, b.root, [a, b])
  expect(Object.keys(tree(b.root))).toHaveLength(8)
  expect(statSync(join(b.root, 'one.txt')).mtimeMs).toBeCloseTo(statSync(join(a.root, 'one.txt')).mtimeMs, 0)
})

test('changes, renames and deletions travel both ways, and then nothing moves any more', async () => {
  const [a, b] = await pair()
  write(a.root, 'from a', '1')
  write(b.root, 'from b', '2')
  a.hint()
  b.hint()
  await untilEqual(a.root, b.root, [a, b])
  write(a.root, 'from b', '2, changed by a')
  renameSync(join(b.root, 'from a'), join(b.root, 'renamed by b'))
  a.hint()
  b.hint()
  await until(
    'the rename arrived',
    () => existsSync(join(a.root, 'renamed by b')) && !existsSync(join(a.root, 'from a')),
  )
  await untilEqual(a.root, b.root, [a, b])
  rmSync(join(a.root, 'renamed by b'))
  a.hint()
  const isGone = ({ folder }: MeshDevice) => folder.mesh.announced('renamed by b' as never)?.deleted
  await until(
    'the deletion arrived, and was announced',
    () => isGone(a) && isGone(b) && !existsSync(join(b.root, 'renamed by b')),
  )
  expect(readFileSync(join(b.root, 'from b'), 'utf8')).toBe('2, changed by a')
  const sequences = () => [a, b].map(({ folder }) => folder.mesh.own().sequence)
  const before = sequences()
  a.hint()
  b.hint()
  await sleep(500)
  expect(sequences()).toEqual(before)
})

test('a file changed on both while apart keeps one name and both contents, the same on both', async () => {
  const [a, b] = [await ours('a'), await ours('b')]
  write(a.root, 'letter.txt', 'from a, later')
  write(b.root, 'letter.txt', 'from b')
  utimesSync(join(b.root, 'letter.txt'), new Date(1e12), new Date(1e12))
  a.share([b])
  b.share([a])
  await until(
    'there are two',
    () => readdirSync(a.root).filter(name => name.startsWith('letter')).length === 2,
    () =>
      [a, b].map(({ root, problems, last, events, folder }) => [
        tree(root),
        problems,
        last,
        events.filter(({ type }) => type === 'outcome'),
        String(folder.mesh.global('letter.txt' as never)?.announcement.version),
      ]),
    8000,
  )
  await untilEqual(a.root, b.root, [a, b])
  expect(readFileSync(join(b.root, 'letter.txt'), 'utf8')).toBe('from a, later')
  const copy = readdirSync(a.root).find(name => name.includes('.sync-conflict-')) as string
  expect(copy).toMatch(new RegExp(`^letter\\.sync-conflict-\\d{8}-\\d{6}-${a.device.slice(0, 7)}\\.txt$`))
  expect(readFileSync(join(a.root, copy), 'utf8')).toBe('from b')
})

test('renames, copies, zeros and small changes of large files move next to no bytes', async () => {
  const [a, b] = await pair()
  const noise = randomBytes(5_000_000)
  write(a.root, 'large', noise)
  write(a.root, 'changed', Buffer.concat([noise, noise]).subarray(1))
  a.hint()
  await untilEqual(a.root, b.root, [a, b])
  const bytes = () => b.network.connection(a.device)?.channel.traffic.in ?? 0
  const before = bytes()
  expect(before).toBeGreaterThan(5_000_000)
  renameSync(join(a.root, 'large'), join(a.root, 'renamed'))
  write(a.root, 'copy/of it', noise)
  write(a.root, 'zeros', new Uint8Array(20_000_000))
  write(a.root, 'changed', Buffer.concat([Buffer.from('in front'), noise, noise]).subarray(0, 9_999_999))
  a.hint()
  await until('all of it is there', () => existsSync(join(b.root, 'renamed')) && !existsSync(join(b.root, 'large')))
  await untilEqual(a.root, b.root, [a, b])
  expect(bytes() - before).toBeLessThan(400_000)
})

test('the same content on both is no conflict', async () => {
  const [a, b] = [await ours('a'), await ours('b')]
  write(a.root, 'same', 'the same')
  write(b.root, 'same', 'the same')
  a.share([b])
  b.share([a])
  await until('both have agreed', () =>
    [a, b].every(({ folder }) => folder.mesh.announced('same' as never) !== undefined),
  )
  await untilEqual(a.root, b.root, [a, b])
  expect(readdirSync(a.root).filter(name => name !== '.syncline')).toEqual(['same'])
})

describePeer('a real syncthing', ['syncthing'], () => {
  test('takes what we have, and gives us what it has', async () => {
    const a = await ours('a')
    const b = await theirs([a])
    write(a.root, 'ours/small.txt', 'from ours')
    write(a.root, 'ours/empty', '')
    write(a.root, 'ours/large.bin', Buffer.alloc(3_000_000, 'xyz'))
    symlinkSync('small.txt', join(a.root, 'ours/link'))
    write(b.root, 'theirs/small.txt', 'from theirs')
    write(b.root, 'theirs/empty', '')
    write(b.root, 'theirs/large.bin', Buffer.alloc(2_000_000, 'uvw'))
    symlinkSync('small.txt', join(b.root, 'theirs/link'))
    mkdirSync(join(b.root, 'ün ïcode & odd [names]#%'))
    await b.syncthing.scan('shared')
    a.share([{ device: b.syncthing.device, address: b.syncthing.address }])
    await untilEqual(a.root, b.root, [a])
    expect(Object.keys(tree(a.root))).toHaveLength(11)
    await b.syncthing.until(
      'it says we have everything',
      async () => (await b.syncthing.completion('shared', a.device)) === 100,
    )
    const status = await b.syncthing.status('shared')
    expect(status).toMatchObject({ needTotalItems: 0, pullErrors: 0, errors: 0 })
  })

  test('and we follow each other through edits, renames, deletions and a conflict', async () => {
    const a = await ours('a')
    const b = await theirs([a])
    write(a.root, 'one', '1')
    write(a.root, 'two', '2')
    write(a.root, 'dir/three', '3')
    a.share([{ device: b.syncthing.device, address: b.syncthing.address }])
    await untilEqual(a.root, b.root, [a])
    write(a.root, 'one', '1, changed by ours')
    renameSync(join(b.root, 'two'), join(b.root, 'dir/two renamed'))
    rmSync(join(b.root, 'dir/three'))
    a.hint()
    await b.syncthing.scan('shared')
    await until(
      'all of it arrived',
      () =>
        existsSync(join(a.root, 'dir/two renamed')) &&
        !existsSync(join(a.root, 'dir/three')) &&
        readFileSync(join(b.root, 'one'), 'utf8').includes('changed'),
    )
    await untilEqual(a.root, b.root, [a])
    await b.syncthing.call('POST', `/system/pause?device=${a.device}`)
    await b.syncthing.until('apart', async () => !(await b.syncthing.isConnected(a.device)))
    write(a.root, 'one', 'ours, later')
    write(b.root, 'one', 'theirs')
    utimesSync(join(b.root, 'one'), new Date(1_700_000_000_000), new Date(1_700_000_000_000))
    a.hint()
    await b.syncthing.scan('shared')
    await b.syncthing.call('POST', `/system/resume?device=${a.device}`)
    await until('there are two', () =>
      [a.root, b.root].every(root => readdirSync(root).filter(name => name.startsWith('one')).length === 2),
    )
    await untilEqual(a.root, b.root, [a])
    expect(readFileSync(join(a.root, 'one'), 'utf8')).toBe('ours, later')
    const status = await b.syncthing.status('shared')
    expect(status).toMatchObject({ needTotalItems: 0, pullErrors: 0, errors: 0 })
  })
})
