// Devices that share a folder, ours and real ones, for as long as one test: started, compared, waited for, and cleared away.
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach } from 'vitest'
import { Syncthing, type SyncthingFolder, type SyncthingOptions } from '../interop/syncthing.ts'
import { MeshDevice, type MeshDeviceOptions } from './device.ts'

export interface Theirs {
  readonly syncthing: Syncthing
  readonly root: string
  readonly device: string
  readonly address: string
}

const WITHIN_MS = 300_000
const ASK_EVERY_MS = 50
/** What many files take long to tell. */
const ASK_ALL_EVERY_MS = 300
/** Real peers look at their disk a second after something was written. */
const STILL_MS = 1500

const cleanUps: (() => unknown)[] = []

/** To be called once in a file of tests. */
export function clearAwayAfterEach(): void {
  afterEach(async () => {
    for (const clean of cleanUps.splice(0).reverse()) await clean()
  }, 180_000)
}

export function onEnd(clean: () => unknown): void {
  cleanUps.push(clean)
}

export function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-mesh-'))
  onEnd(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A device of ours; not sharing anything yet. */
export async function ours(name: string, options: Partial<MeshDeviceOptions> = {}): Promise<MeshDevice> {
  const device = await MeshDevice.start({ directory: place(), name, ...options })
  onEnd(() => device.stop())
  return device
}

/** A real device; not sharing anything yet. */
export async function theirs(options: SyncthingOptions = {}): Promise<Theirs> {
  const syncthing = await Syncthing.start(place(), options)
  onEnd(() => syncthing.stop())
  return { syncthing, root: join(syncthing.home, 'folder'), device: syncthing.device, address: syncthing.address }
}

interface Known {
  readonly device: string
  readonly address: string
}

/** A real device shares the folder with these. */
export async function shareFrom(
  { syncthing, root }: Theirs,
  peers: readonly Known[],
  settings: Partial<SyncthingFolder> = {},
): Promise<void> {
  for (const { device, address } of peers) await syncthing.addDevice(device, [address])
  await syncthing.addFolder({ id: 'shared', path: root, devices: peers.map(({ device }) => device), ...settings })
}

/** Ours and one real device share a folder, in which both have already what `fill` puts there. */
export async function pairWith(
  fill: (root: string, who: 'ours' | 'theirs') => void = () => {},
  settings: Partial<SyncthingFolder> = {},
  options: Partial<MeshDeviceOptions> = {},
): Promise<[MeshDevice, Theirs]> {
  const directory = place()
  mkdirSync(join(directory, 'folder'))
  fill(join(directory, 'folder'), 'ours')
  const [a, b] = await Promise.all([ours('a', { directory, ...options }), theirs()])
  mkdirSync(b.root, { recursive: true })
  fill(b.root, 'theirs')
  await shareFrom(b, [a], settings)
  a.share([b])
  return [a, b]
}

export function write(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

const OWN_NAMES = ['.syncline', '.stfolder', '.stversions', '.stignore', '.syncignore']

/** Everything in a folder but what programs keep there for themselves: mode, and content or target. */
export function tree(root: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {}
  const entries = readdirSync(join(root, below), { withFileTypes: true })
  for (const entry of entries.sort((x, y) => (x.name < y.name ? -1 : 1))) {
    if (below === '' && OWN_NAMES.includes(entry.name)) continue
    // What a real device has half done, it keeps for a day.
    if (/^\.syncthing\..*\.tmp$/.test(entry.name)) continue
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const at = join(root, path)
    const mode = (lstatSync(at).mode & 0o777).toString(8)
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: mode }, tree(root, path))
    else found[path] = entry.isSymbolicLink() ? `-> ${readlinkSync(at)}` : `${mode} ${contentOf(at)}`
  }
  return found
}

function contentOf(path: string): string {
  const bytes = readFileSync(path)
  return bytes.length <= 40
    ? JSON.stringify(bytes.toString('latin1'))
    : `${bytes.length} ${createHash('sha256').update(bytes).digest('base64url')}`
}

/** `describe` is asked once, when it was in vain. */
export async function until(
  what: string,
  isSo: () => unknown,
  describe: () => unknown = () => '',
  withinMs = WITHIN_MS,
  everyMs = ASK_EVERY_MS,
): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await isSo())) {
    if (Date.now() > end)
      throw new Error(`not so within ${withinMs / 1000} s: ${what}\n${JSON.stringify(await describe(), asText, 1)}`)
    await sleep(everyMs)
  }
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

type Anybody = MeshDevice | Theirs

function isOurs(one: Anybody): one is MeshDevice {
  return one instanceof MeshDevice
}

interface FullStatus {
  readonly state: string
  readonly sequence: number
  readonly needTotalItems: number
  readonly pullErrors: number
  readonly errors: number
}

async function statusOf({ syncthing }: Theirs): Promise<FullStatus> {
  return (await syncthing.status('shared')) as unknown as FullStatus
}

/** What is still to be done, in words; nothing when everybody says that all is well. */
async function unrest(all: readonly Anybody[]): Promise<string[]> {
  const said: string[] = []
  for (const one of all) {
    if (isOurs(one)) {
      const lack = one.folder.mesh.lackOf('')
      if (lack.items > 0) said.push(`ours lacks ${lack.items}`)
      if (!one.isAtRest) said.push('ours is at work')
      for (const { device } of all)
        if (device !== one.device && one.folder.mesh.lackOf(device).items > 0) said.push(`${device} lacks something`)
      continue
    }
    const status = await statusOf(one)
    if (status.state !== 'idle' || status.needTotalItems > 0 || status.pullErrors > 0 || status.errors > 0)
      said.push(`theirs: ${JSON.stringify(status)}`)
    for (const { device } of all) {
      if (device === one.device) continue
      const completion = await one.syncthing.completion('shared', device)
      if (completion !== 100) said.push(`theirs says that ${device.slice(0, 7)} has ${completion} %`)
    }
  }
  return said
}

async function sequencesOf(all: readonly Anybody[]): Promise<readonly number[]> {
  return Promise.all(
    all.map(async one => (isOurs(one) ? one.folder.mesh.own().sequence : (await statusOf(one)).sequence)),
  )
}

/** All have the same tree, all say so, and nothing moves any more. `trees` compares where some are to differ. */
export async function untilSettled(
  all: readonly Anybody[],
  how: { readonly isSo?: () => unknown; readonly treesDiffer?: boolean } = {},
): Promise<void> {
  const { isSo = () => true, treesDiffer = false } = how
  const describe = async () => ({
    unrest: await unrest(all).catch(String),
    trees: all.map(({ root }) => tree(root)),
    ours: all.filter(isOurs).map(({ problems, last }) => ({ problems, last })),
    theirs: await Promise.all(
      all
        .flatMap(one => (isOurs(one) ? [] : [one]))
        .map(({ syncthing }) => syncthing.call('GET', '/folder/errors?folder=shared')),
    ).catch(String),
  })
  const end = Date.now() + WITHIN_MS
  for (;;) {
    await until(
      'everybody says that all is well',
      async () => (await isSo()) && (await unrest(all)).length === 0,
      describe,
      WITHIN_MS,
      ASK_ALL_EVERY_MS,
    )
    const [before, trees] = [await sequencesOf(all), all.map(({ root }) => JSON.stringify(tree(root)))]
    await sleep(STILL_MS)
    const isStill = JSON.stringify(before) === JSON.stringify(await sequencesOf(all))
    const isSame = treesDiffer || trees.every(one => one === trees[0])
    if (isStill && isSame && (await unrest(all)).length === 0) return
    if (Date.now() > end)
      throw new Error(`it does not come to rest:\n${JSON.stringify({ before, ...(await describe()) }, asText, 1)}`)
  }
}

/** A real device looks at its disk, and ours looks at its own. */
export async function lookAtDisks(all: readonly Anybody[]): Promise<void> {
  for (const one of all) {
    if (isOurs(one)) one.hint()
    else await one.syncthing.scan('shared')
  }
}
