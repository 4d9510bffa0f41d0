// What came out of a run, compared with what the story says.
import { expect } from 'vitest'
import { isConflictName } from '../../src/sync/conflict-name.ts'
import type { Counts } from '../../src/sync/summary.ts'
import { statusOf } from './play.ts'
import type { Ran, Stage } from './stage.ts'
import type { Contested, Expected, Requests, Spot, Story, Wanted, Who } from './story.ts'
import type { Shown, Surface } from './surface.ts'

export function checkExpected(stage: Stage, story: Story, wanted: Expected, ran: Ran): void {
  const told = tellRun(ran)
  if (wanted.error instanceof RegExp) expect(ran.error?.code ?? '', told).toMatch(wanted.error)
  else expect(ran.error?.code, told).toBe(wanted.error)
  checkTrees(stage, wanted, told)
  checkReasons(wanted, ran, told)
  if (wanted.error === undefined) {
    const usual = wanted.brake !== undefined ? 4 : Object.keys(wanted.unsynced ?? {}).length > 0 ? 1 : 0
    expect(statusOf(ran), told).toBe(wanted.status ?? usual)
  } else if (wanted.status !== undefined) expect(statusOf(ran), told).toBe(wanted.status)
  expect(ran.summary?.brake?.because, told).toBe(wanted.brake)
  checkCost(stage, wanted, ran.summary?.counts, told)
  checkTrash(stage, wanted, told)
  void story
}

function checkTrees(stage: Stage, wanted: Expected, told: string): void {
  const onA = wanted.onA ?? wanted.tree
  const onB = wanted.onB ?? wanted.tree
  for (const [who, tree] of [
    ['a', onA],
    ['b', onB],
  ] as const) {
    if (tree === undefined) continue
    const surface = stage.surfaceOf(who)
    expect(plain(surface), `${who.toUpperCase()}: ${told}`).toEqual(resolved(stage, tree))
    expect(copiesIn(surface), `copies on ${who.toUpperCase()}: ${told}`).toEqual(resolvedCopies(stage, wanted))
  }
}

/** A tree without its conflict copies, comparable with one in a story. */
export function plain(surface: Surface): Record<string, Spot> {
  const spots = [...surface.list()]
    .filter(([path]) => !isCopy(path))
    .map(([path, shown]) => [path, spotOf(shown)] as const)
  return Object.fromEntries(spots)
}

function spotOf(shown: Shown): Spot {
  if (shown.kind === 'directory') return null
  if (shown.kind === 'symlink') return { link: shown.target }
  return shown.kind === 'file' ? brief(shown.text) : 'neither file nor directory nor link'
}

/** Long texts are told apart without filling the screen. */
const brief = (text: string): string =>
  text.length <= 200 ? text : `${text.slice(0, 20)}… of ${text.length}: ${hash(text)}`

function hash(text: string): number {
  let sum = 7
  for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) | 0
  return sum
}

/** `wanted` with the directories that go without saying. */
function resolved(stage: Stage, wanted: Wanted): Record<string, Spot> {
  const tree: Record<string, Spot> = {}
  for (const [path, spot] of Object.entries(wanted)) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) tree[path.slice(0, at)] ??= null
    const text = isContested(spot) ? settled(stage, spot) : spot
    tree[path] = typeof text === 'string' ? brief(text) : text
  }
  return tree
}

function isContested(spot: Spot | Contested): spot is Contested {
  return typeof spot === 'object' && spot !== null && 'keep' in spot
}

/** The remote keeps the name. */
function settled(stage: Stage, { a, b, keep }: Contested): string {
  const remote = stage.direction === 'forth' ? b : a
  return keep === 'winner' ? remote : remote === a ? b : a
}

export const isCopy = (path: string): boolean => path.split('/').some(isConflictName)

const COPY = / \(conflicted copy \d{4}-\d\d-\d\d \d{6}(?: \d+)?\)/

function copiesIn(surface: Surface): Record<string, string[]> {
  const copies: Record<string, string[]> = {}
  for (const [path, shown] of surface.list()) {
    if (!isCopy(path) || shown.kind === 'directory') continue
    const origin = path.replace(COPY, '')
    const text = shown.kind === 'file' ? brief(shown.text) : shown.kind === 'symlink' ? `-> ${shown.target}` : '?'
    copies[origin] = [...(copies[origin] ?? []), text].sort()
  }
  return copies
}

function resolvedCopies(stage: Stage, { copies = {} }: Expected): Record<string, string[]> {
  const texts = (listed: readonly (string | Contested)[]) =>
    listed.map(text => brief(typeof text === 'string' ? text : settled(stage, text))).sort()
  return Object.fromEntries(Object.entries(copies).map(([origin, listed]) => [origin, texts(listed)]))
}

function checkReasons(wanted: Expected, { summary }: Ran, told: string): void {
  if (summary === undefined) return
  const isTold = ({ path }: { readonly path: string }) => !path.startsWith(`${wanted.unsyncedBelow}/`)
  const reasons = Object.fromEntries(
    summary.unsynced.filter(isTold).map(({ path, because }) => [path.replace(COPY, ''), because]),
  )
  const patterns = Object.entries(wanted.unsynced ?? {}).map(([path, because]) => [
    path,
    typeof because === 'string' ? because : expect.stringMatching(because),
  ])
  expect(reasons, told).toEqual(Object.fromEntries(patterns))
}

function checkCost(stage: Stage, wanted: Expected, counts: Counts | undefined, told: string): void {
  // What others moved on a plain server, which has neither ids nor checksums, is a delete and a new file.
  if (stage.kind === 'webdav' && stage.direction === 'back') return
  if (counts !== undefined) {
    const done = {
      moved: counts.moved,
      transfers: counts.uploaded + counts.downloaded,
      bytes: counts.uploadedBytes + counts.downloadedBytes,
      deleted: counts.deletedHere + counts.deletedThere,
    }
    for (const what of ['moved', 'transfers', 'bytes', 'deleted'] as const)
      if (wanted[what] !== undefined) expect(done[what], `${what}: ${told}`).toBe(wanted[what])
  }
  const requests = stage.direction === 'forth' ? wanted.requests : wanted.requestsBack
  if (requests !== undefined && stage.side.server !== undefined) checkRequests(stage, requests, told)
}

function checkRequests(stage: Stage, requests: Requests, told: string): void {
  const { server } = stage.side
  const log = server?.requests.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n')
  for (const [method, times] of Object.entries(requests))
    expect(method === 'any' ? server?.count() : server?.count(method, ABOUT_FILES), `${method}\n${log}\n${told}`).toBe(
      times,
    )
}

/** Not what a client asks once about a server, and tries with names of its own. */
const ABOUT_FILES = /^(?!\/ocs|\/status\.php|.*\.syncline-probe)/

function checkTrash(stage: Stage, wanted: Expected, told: string): void {
  const check = (who: Who, texts: readonly string[] | undefined) => {
    const surface = stage.surfaceOf(who)
    // Plain servers keep nothing.
    if (texts === undefined || (stage.kind === 'webdav' && surface === stage.remote)) return
    expect(surface.kept(), `trash: ${told}`).toEqual(expect.arrayContaining([...texts]))
  }
  check('a', wanted.trashOnA)
  check('b', wanted.trashOnB)
}

/** For the message of a check that fails. */
export function tellRun({ summary, error, plans, outcomes }: Ran): string {
  const steps = plans.map((plan, pass) => {
    const planned = plan.waves.flatMap(({ steps }) =>
      steps.map(step => `  ${step.do} ${side(step)} ${step.path} (${step.because})`),
    )
    const held = plan.held.map(
      ({ path, because, detail }) => `  held ${path} (${because}${detail === undefined ? '' : `, ${detail}`})`,
    )
    return [
      `pass ${pass + 1}${plan.brake === undefined ? '' : ` brake ${plan.brake.because}`}`,
      ...planned,
      ...held,
    ].join('\n')
  })
  const ended = outcomes
    .filter(({ as }) => as !== 'done')
    .map(outcome => {
      const why = outcome.as === 'failed' ? `: ${outcome.error.code} ${outcome.error.message}` : ''
      return `  ${outcome.as} ${outcome.step.do} ${outcome.step.path}${why}`
    })
  const unsynced = summary?.unsynced.map(({ path, because, reason }) => `  ${path}: ${because} ${reason}`) ?? []
  return ['', ...steps, 'ended', ...ended, 'unsynced', ...unsynced, error?.message ?? ''].join('\n')
}

function side(step: object): string {
  return 'to' in step ? String(step.to) : 'on' in step ? String(step.on) : ''
}
