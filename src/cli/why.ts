// `syncline why FOLDER PATH`: what each side holds, what was agreed, what would be done and why, what failed and when it is tried again.

import type { Why } from '../api/shapes/paths.ts'
import { type LoginOptions, loginFor, takePassword } from '../assemble/login.ts'
import { openKnownFolder, realFolder } from '../assemble/open-folder.ts'
import { openPair } from '../assemble/open-pair.ts'
import { type RememberedRemote, rememberedRemotes } from '../assemble/remembered-remote.ts'
import { parseRemote, type RemoteAddress } from '../assemble/remote-address.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { loadIgnore } from '../scan/load-ignore.ts'
import { shown } from '../words/show.ts'
import { type Fact, factsOfFolder, factsOfPlan, factsOfRecords } from '../words/why.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'
import { listenForStop } from './stop-signals.ts'

export interface WhyOptions extends LoginOptions, DaemonOptions {
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
  const say = (fact: Pick<Fact, 'words'> & { readonly name: string }) =>
    void out.write(options.json ? `${JSON.stringify({ type: 'fact', ...fact })}\n` : `${lineOf(fact)}\n`)
  const held = await daemonOf(folder, options)
  const path = parsePathIn(held?.folder.path ?? folder, text)
  if (held === undefined) realFolder(folder)
  if (!options.json) out.write(`${shown(path)}\n`)
  if (held !== undefined) return askDaemon(held, path, say)
  const remotes = await onRecord(folder, path, say)
  const password = takePassword(process.env)
  for (const address of addressesToAsk(remotes, options, password)) {
    const failed = await askBoth({ folder, path, address, options, password }, say)
    if (failed !== undefined) err.write(`syncline: ${shown(failed.message)}\n`)
  }
  return EXIT.equal
}

/** The daemon has the passwords of its remotes, so all of them are asked. */
async function askDaemon({ client, folder }: Held, path: Path, say: (fact: DaemonFact) => void): Promise<number> {
  using stop = listenForStop()
  const { facts } = await client.paths.why(folder.id, path, 'remotes', stop.signal)
  for (const fact of facts) say(fact)
  return EXIT.equal
}

type Held = NonNullable<Awaited<ReturnType<typeof daemonOf>>>
type DaemonFact = Why['facts'][number]

/** One line, names in a column. */
function lineOf({ name, words }: { readonly name: string; readonly words: string }): string {
  return `${`${name}:`.padEnd(10)}${words}`
}

type Say = (fact: Fact) => void

/** What the index knows; returns the remotes that it knows. */
async function onRecord(folder: string, path: Path, say: Say): Promise<readonly RememberedRemote[]> {
  const files = await openKnownFolder(folder)
  try {
    const { index, tree } = files
    const ignore = await loadIgnore(tree, { caseFold: false })
    for (const fact of await factsOfFolder(path, { index, tree, ignore })) say(fact)
    const remotes = rememberedRemotes(index)
    for (const remote of remotes) for (const fact of factsOfRecords(path, remote, index)) say(fact)
    return remotes
  } finally {
    await files.close()
  }
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
      opened.pair.tryAgain()
      const explained = await opened.pair.explain(stop.signal)
      for (const fact of factsOfPlan(path, { ...explained, label: opened.remote.replica.label })) say(fact)
    } finally {
      await opened.close()
    }
    return undefined
  } catch (error) {
    if (error instanceof SyncError) return error
    throw error
  }
}
