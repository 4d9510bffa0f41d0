// The ignore files of a folder, found and read.
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import { codeOf, type Tree } from '../platform/tree.ts'
import type { Dialect } from './glob.ts'
import { type ExplainedRules, type IgnoreFile, ignoreRules } from './ignore.ts'
import { includesOf } from './ignore-file.ts'

export interface LoadOptions {
  readonly caseFold: boolean
  /** Rules that do not lie in the folder: a file named on the command line. They come first. */
  readonly extra?: readonly IgnoreFile[]
  readonly defaults?: 'junk' | 'none'
}

/** Rules for all devices, synced like any file. */
export const SHARED_RULES = '.syncignore'
/** Rules for this device. */
export const DEVICE_RULES = `${OWN_DIRECTORY}/ignore`
/** Syncthing's rules, also only for this device. */
export const SYNCTHING_RULES = '.stignore'

export const MAX_IGNORE_BYTES = 256 * 1024
const MAX_INCLUDED = 100

/**
 * The rules of a folder. The nearest to the user comes first, so that a rule which others sync to us cannot bring back what this
 * device leaves alone: command line, this device, `.stignore`, `.syncignore`, defaults.
 * Throws `SyncError` 'usage' when a file cannot be understood or read: the run must stop then.
 */
export async function loadIgnore(tree: Tree, options: LoadOptions): Promise<ExplainedRules> {
  const found = [
    await readRules(tree, DEVICE_RULES, 'syncline'),
    await readRules(tree, SYNCTHING_RULES, 'stignore'),
    await readRules(tree, SHARED_RULES, 'syncline'),
  ]
  const files = [...(options.extra ?? []), ...found.filter(file => file !== undefined)]
  return ignoreRules({ ...options, files })
}

async function readRules(tree: Tree, name: string, dialect: Dialect): Promise<IgnoreFile | undefined> {
  const text = await readText(tree, name)
  if (text === undefined) return undefined
  const texts = new Map<string, string>()
  await readIncluded(tree, text, name, texts)
  return { name, text, dialect, include: includer(texts) }
}

/** Included files, and what these include, into `texts`. Those that are missing are left to the parser, which knows the line. */
async function readIncluded(tree: Tree, text: string, from: string, texts: Map<string, string>): Promise<void> {
  for (const path of includesOf(text)) {
    const name = resolveInclude(path, from)
    if (name === undefined || texts.has(name)) continue
    const included = await readText(tree, name)
    if (included === undefined) continue
    if (texts.size >= MAX_INCLUDED) throw unreadable(from, `it includes more than ${MAX_INCLUDED} files`)
    texts.set(name, included)
    await readIncluded(tree, included, name, texts)
  }
}

function includer(texts: ReadonlyMap<string, string>): NonNullable<IgnoreFile['include']> {
  return (path, from) => {
    const name = resolveInclude(path, from)
    const text = name === undefined ? undefined : texts.get(name)
    return name === undefined || text === undefined ? undefined : { name, text }
  }
}

/** The path that `path` means when the file `from` names it; undefined when it leads out of the folder. */
function resolveInclude(path: string, from: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const names = from.split('/').slice(0, -1)
  for (const name of path.split('/')) {
    if (name === '..' && names.length === 0) return undefined
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return names.join('/')
}

const decoder = new TextDecoder('utf-8', { fatal: true })

async function readText(tree: Tree, name: string): Promise<string | undefined> {
  try {
    const { bytes } = await tree.readSmall(name, MAX_IGNORE_BYTES)
    return decoder.decode(bytes)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(name, reasonOf(error), error)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'it is not UTF-8 text'
  const code = codeOf(error)
  if (code === 'EFBIG') return `it is larger than ${MAX_IGNORE_BYTES / 1024} KiB`
  return code === 'ELOOP' ? 'it is a symlink, and those are not followed' : `the system says ${code ?? String(error)}`
}

function unreadable(name: string, why: string, cause?: unknown): SyncError {
  return new SyncError(
    'usage',
    `The ignore file ${name} cannot be used: ${why}. Nothing is synced until this is mended.`,
    {
      cause,
    },
  )
}
