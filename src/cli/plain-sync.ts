// `syncline sync FOLDER REMOTE` as most people call it: read without the parser of all commands, whose loading takes longer than such a run.
import type { SyncOptions } from './sync.ts'

export interface PlainSync {
  readonly folder: string
  readonly remote: string
  readonly options: SyncOptions
}

const OPTIONS: ReadonlyMap<string, SyncOptions> = new Map([
  ['--json', { json: true }],
  ['-v', { verbose: true }],
  ['--verbose', { verbose: true }],
  ['-n', { dryRun: true }],
  ['--dry-run', { dryRun: true }],
  ['--no-trash', { trash: false }],
])

/** What `args`, those of the program, ask for; undefined when they have to be looked at more closely. */
export function plainSync([command, ...args]: readonly string[]): PlainSync | undefined {
  if (command !== 'sync') return undefined
  const words = args.filter(arg => arg.startsWith('-'))
  const [folder, remote, ...more] = args.filter(arg => !arg.startsWith('-'))
  if (folder === undefined || remote === undefined || more.length > 0) return undefined
  const options = words.map(word => OPTIONS.get(word))
  if (options.includes(undefined)) return undefined
  return { folder, remote, options: Object.assign({}, ...options) as SyncOptions }
}
