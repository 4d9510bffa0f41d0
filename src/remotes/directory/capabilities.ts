// What this directory can: tried out once on its disk, and remembered.
import { type NameRules, POSIX_NAMES } from '../../model/names.ts'
import { codeOf, type Stat, type Tree } from '../../platform/tree.ts'
import { randomHex } from '../../platform/world.ts'
import type { Capabilities } from '../../replica/replica.ts'
import { type PlaceOptions, removeIfThere, STAGING } from './place.ts'

/** What differs between disks. */
interface Traits {
  readonly mtimePrecisionNs: bigint
  readonly modes: boolean
  readonly symlinks: boolean
  readonly caseSensitive: boolean
  readonly normalizes: boolean
  /** Whether it refuses the characters that Windows does. */
  readonly windowsNames: boolean
}

const POSIX: Traits = {
  mtimePrecisionNs: 1000n,
  modes: true,
  symlinks: true,
  caseSensitive: true,
  normalizes: false,
  windowsNames: false,
}

/** A dry run tries nothing out: it goes by what was found before, or takes the disk for an ordinary one. */
export async function findCapabilities(options: PlaceOptions): Promise<Capabilities> {
  const { tree, memory, mode, world } = options
  const known = parseTraits(memory.get('traits'))
  if (known !== undefined || mode === 'read-only') return capabilitiesOf(known ?? POSIX)
  const traits = await probe(tree, `${STAGING}/probe-${randomHex(world.random, 6)}`)
  memory.set('traits', writeTraits(traits))
  return capabilitiesOf(traits)
}

function capabilitiesOf(traits: Traits): Capabilities {
  return {
    directoryStamps: 'none',
    ids: true,
    reusesIds: true,
    guard: 'check-then-act',
    replacesInTwoActs: true,
    moves: 'trees',
    removesTrees: false,
    sums: [],
    setsMtime: 'always',
    mtimePrecisionNs: traits.mtimePrecisionNs,
    modes: traits.modes,
    symlinks: traits.symlinks,
    emptyDirectories: true,
    names: namesOf(traits),
    smallFileBytes: 256 * 1024,
    parallel: 4,
  }
}

function namesOf({ caseSensitive, normalizes, windowsNames }: Traits): NameRules {
  return { ...POSIX_NAMES, caseSensitive, normalizes, ...(windowsNames && { refuses: refusalOfWindows }) }
}

function refusalOfWindows(name: string): string | undefined {
  if (/[\x00-\x1f<>:"|?*\\]/.test(name)) return 'the other disk does not allow one of its characters'
  return /[. ]$/.test(name) ? 'the other disk does not allow a dot or a space at the end' : undefined
}

// Lower case, and spelt in Unicode NFD.
const LETTERS = 'u\u0308a'
const FINEST = 1_000_001_234_567_000n

async function probe(tree: Tree, path: string): Promise<Traits> {
  const file = path + LETTERS
  const [written] = await tree.writeSmall([{ path: file, bytes: new Uint8Array(0), mode: 0o640, mtimeNs: FINEST }])
  if (written === undefined || written instanceof Error) throw written
  try {
    return {
      mtimePrecisionNs: precisionOf(written),
      modes: written.mode === 0o640,
      symlinks: await takes(tree, `${path}-link`, link => tree.makeSymlink(link, 'nowhere')),
      caseSensitive: (await tree.stat(path + LETTERS.toUpperCase())) === undefined,
      normalizes: !(await hasName(tree, file)),
      windowsNames: !(await takes(tree, `${path}:?`, odd => writeEmpty(tree, odd))),
    }
  } finally {
    await removeIfThere(tree, file)
  }
}

function precisionOf({ mtimeNs }: Stat): bigint {
  for (const step of [1000n, 1_000_000n, 10_000_000n, 1_000_000_000n]) {
    if (mtimeNs >= FINEST - step + 1n && mtimeNs <= FINEST + step && mtimeNs % step === 0n) return step
  }
  return 2_000_000_000n
}

async function hasName(tree: Tree, path: string): Promise<boolean> {
  const name = path.slice(STAGING.length + 1)
  return (await tree.list(STAGING)).some(listed => listed.name === name)
}

async function takes(tree: Tree, path: string, make: (path: string) => Promise<void>): Promise<boolean> {
  try {
    await make(path)
    await removeIfThere(tree, path)
    return true
  } catch (error) {
    // What concerns the disk as a whole is no answer.
    if (codeOf(error) === undefined || codeOf(error) === 'ENOSPC' || codeOf(error) === 'EIO') throw error
    return false
  }
}

async function writeEmpty(tree: Tree, path: string): Promise<void> {
  const [written] = await tree.writeSmall([{ path, bytes: new Uint8Array(0) }])
  if (written instanceof Error) throw written
}

function writeTraits({ mtimePrecisionNs, ...rest }: Traits): string {
  return JSON.stringify({ ...rest, mtimePrecisionNs: String(mtimePrecisionNs) })
}

/** Undefined for what this version did not write: then the disk is tried out again. */
function parseTraits(text: string | undefined): Traits | undefined {
  const found = parsed(text)
  if (typeof found !== 'object' || found === null) return undefined
  const { mtimePrecisionNs, modes, symlinks, caseSensitive, normalizes, windowsNames } = found as Record<
    string,
    unknown
  >
  if (typeof mtimePrecisionNs !== 'string' || !/^[1-9]\d{0,9}$/.test(mtimePrecisionNs)) return undefined
  if (!isFlag(modes) || !isFlag(symlinks) || !isFlag(caseSensitive)) return undefined
  if (!isFlag(normalizes) || !isFlag(windowsNames)) return undefined
  return { mtimePrecisionNs: BigInt(mtimePrecisionNs), modes, symlinks, caseSensitive, normalizes, windowsNames }
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
