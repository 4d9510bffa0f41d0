// `syncline why FOLDER PATH`: what each side holds, what was agreed, what would be done and why, what failed and when it is tried again.

import { type LoginOptions, loginFor, takePassword } from '../assemble/login.ts'
import { openKnownFolder } from '../assemble/open-folder.ts'
import { openPair } from '../assemble/open-pair.ts'
import { type RememberedRemote, rememberedRemotes } from '../assemble/remembered-remote.ts'
import { parseRemote, type RemoteAddress } from '../assemble/remote-address.ts'
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { explain } from '../plan/explain.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { loadIgnore } from '../scan/load-ignore.ts'
import { tripleAt } from '../sync/triples.ts'
import { wordsOfAgreement, wordsOfEntry, wordsOfRow } from './entry-words.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'
import { counted, shown, shownTime } from './show.ts'
import { listenForStop } from './stop-signals.ts'
import { reasonOfHeld, wordsOf } from './words.ts'

export interface WhyOptions extends LoginOptions {
  readonly remote?: string
  readonly trustCert?: string
}

/** Looks at the other side only where that needs no password, or there is one. Changes nothing. */
export async function whyCommand(
  folder: string,
  text: string,
  options: WhyOptions,
  { out, err }: Streams,
): Promise<number> {
  const path = parsePathIn(folder, text)
  const say = (name: string, words: string) => void out.write(`${`${name}:`.padEnd(10)}${words}\n`)
  out.write(`${shown(path)}\n`)
  const remotes = await onRecord(folder, path, say)
  const password = takePassword(process.env)
  for (const address of addressesToAsk(remotes, options, password)) {
    const failed = await askBoth({ folder, path, address, options, password }, say)
    if (failed !== undefined) err.write(`syncline: ${shown(failed.message)}\n`)
  }
  return EXIT.equal
}

type Say = (name: string, words: string) => void

/** What the index knows; returns the remotes that it knows. */
async function onRecord(folder: string, path: Path, say: Say): Promise<readonly RememberedRemote[]> {
  const files = await openKnownFolder(folder)
  try {
    const { index, tree } = files
    say('here', `${wordsOfRow(index.row(path)?.state)} (as last scanned)`)
    const ignore = await loadIgnore(tree, { caseFold: false })
    const isDirectory = (await tree.stat(path).catch(() => undefined))?.kind === 'directory'
    const rule = ignore.ruleOf(path, isDirectory ? 'directory' : 'other')
    if (rule !== undefined) say('rule', `${shown(rule.source)}: ${shown(rule.text)}`)
    const conflict = index.conflicts().find(record => record.path === path)
    if (conflict !== undefined)
      say('conflict', `this is the version from here of ${shown(conflict.origin)}, kept ${shownTime(conflict.at)}`)
    const remotes = rememberedRemotes(index)
    for (const remote of remotes) tellRecord(index, remote, path, say)
    return remotes
  } finally {
    await files.close()
  }
}

function tellRecord(index: FolderIndex, remote: RememberedRemote, path: Path, say: Say): void {
  const records = index.pair(remote.id)
  const who = remote.user === undefined ? '' : `, as ${remote.user}`
  say('remote', shown((remote.address ?? remote.id) + who))
  const agreed = records.agreement(path)
  say('agreed', `${wordsOfAgreement(agreed)}${sinceThen(index, path, agreed)}`)
  tellFailure(records, path, say)
}

function sinceThen(index: FolderIndex, path: Path, agreed: Agreement | undefined): string {
  if (agreed === undefined) return ''
  const row = index.row(path)
  return row !== undefined && String(row.sequence) === agreed.local ? ', unchanged here since' : ', changed here since'
}

function tellFailure(records: PairRecords, path: Path, say: Say): void {
  const failure = records.failure(path)
  if (failure === undefined) return
  say('failed', `${counted(failure.count, 'time')}, last ${shownTime(failure.lastAt)}: ${shown(failure.message)}`)
  say('next try', `${shownTime(failure.nextTryAt)}, or as soon as either side changes`)
}

function addressesToAsk(
  remotes: readonly RememberedRemote[],
  options: WhyOptions,
  password: string | undefined,
): readonly RemoteAddress[] {
  if (options.remote !== undefined) return [parseRemote(options.remote)]
  const known = remotes.flatMap(({ address, user }): RemoteAddress[] => {
    if (address === undefined) return []
    const parsed = parseRemote(address)
    return [parsed.kind === 'server' && user !== undefined ? { ...parsed, user } : parsed]
  })
  const hasPassword = password !== undefined || options.passwordFile !== undefined
  return known.filter(({ kind }) => kind === 'directory' || hasPassword)
}

interface Question {
  readonly folder: string
  readonly path: Path
  readonly address: RemoteAddress
  readonly options: WhyOptions
  readonly password: string | undefined
}

/** Looks at both sides as a dry run does. Returns why that was not possible, if it was not. */
async function askBoth(
  { folder, path, address, options, password }: Question,
  say: Say,
): Promise<SyncError | undefined> {
  using stop = listenForStop()
  try {
    const opened = await openPair(
      {
        folder,
        remote: address,
        access: 'look',
        login: loginFor(address, options, password),
        trustCert: options.trustCert,
        ignoreFrom: [],
        approved: new Set(),
        trash: 'keep',
        trust: 'metadata',
        world: nodeWorld({ log: () => {} }),
        report: () => {},
      },
      stop.signal,
    )
    try {
      const { plan, parts } = await opened.pair.explain(stop.signal)
      const triple = tripleAt(path, parts)
      say('now here', wordsOfEntry(triple.local))
      say('there', `${wordsOfEntry(triple.remote)} (${shown(opened.remote.replica.label)})`)
      for (const words of verdictOf(plan, path)) say('next run', words)
    } finally {
      await opened.close()
    }
    return undefined
  } catch (error) {
    if (error instanceof SyncError) return error
    throw error
  }
}

/** What a run would do with `path`, and why. */
function verdictOf(plan: Plan, path: Path): readonly string[] {
  const held = plan.held.filter(item => item.path === path).map(item => `leave it alone: ${reasonOfHeld(item)}`)
  const steps = plan.waves.flatMap(wave => wave.steps).filter(step => concerns(step, path))
  const acts = steps.map(step => `${wordsOf(step)}: ${explain(step.because)}`)
  if (held.length + acts.length > 0) return [...held, ...acts]
  if (plan.deferred.includes(path)) return ['it is looked at again after the steps that come first']
  return [`nothing: ${explain('in-sync')}`]
}

function concerns(step: Step, path: Path): boolean {
  if (step.path === path || ('from' in step && step.from === path)) return true
  return step.do === 'remove' && (step.below?.includes(path) ?? false)
}
