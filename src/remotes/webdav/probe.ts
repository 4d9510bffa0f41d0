// Finds out a server's traits with a few files of its own in the root, which are removed again.
import { SyncError } from '../../model/errors.ts'
import { randomHex } from '../../platform/world.ts'
import type { Memory } from '../../replica/replica.ts'
import { parseHttpDate } from '../../wire/dav/dates.ts'
import { writeHref } from '../../wire/dav/hrefs.ts'
import { dav } from '../../wire/dav/names.ts'
import { writeProppatch } from '../../wire/dav/proppatch.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpAnswer, HttpRequest } from '../http/message.ts'
import { tells } from './mtime.ts'
import { destination, PROBE_PREFIX, propfind, type Site } from './site.ts'
import type { Traits } from './traits.ts'

const OLD_SECONDS = 1_600_000_000
const OTHER_SECONDS = 1_500_000_000
const TICK_MS = 20
const LAST_MODIFIED = [dav('lastmodified'), dav('getlastmodified')]

/** Tries the server. Throws the server's refusal when it does not even take the first file: then nothing is known. */
export async function probeTraits(site: Site, memory: Memory, signal: AbortSignal): Promise<Traits> {
  const benchOf = (name: string): Bench => ({
    ...{ site, signal },
    href: suffix => writeHref([...site.asked, name + suffix]),
  })
  // What was killed in the middle could not tidy up.
  const left = memory.get(UNDER_WAY)
  if (left !== undefined && LEFT.test(left)) await cleanUp(benchOf(left))
  const name = `${PROBE_PREFIX}${randomHex(site.world.random, 6)}`
  memory.set(UNDER_WAY, name)
  const bench = benchOf(name)
  try {
    await makeFirst(bench)
  } catch (error) {
    // A refusal leaves nothing to clean up.
    if (error instanceof SyncError && error.code !== 'offline') memory.set(UNDER_WAY, undefined)
    throw error
  }
  try {
    return await tryAll(bench)
  } finally {
    await cleanUp(bench)
    memory.set(UNDER_WAY, undefined)
  }
}

const UNDER_WAY = 'webdav-probe'
const LEFT = new RegExp(`^${PROBE_PREFIX.replaceAll('.', '\\.')}[0-9a-f]{12}$`)

interface Bench {
  readonly site: Site
  readonly signal: AbortSignal
  readonly href: (suffix: string) => string
}

// Decomposed on purpose: a server that composes it shows it under the other spelling.
const FIRST = '-e\u0301'
const SECOND = '-b'
const HALF = '-half'
const DIRECTORY = '-d/'

/** Three rows of questions that do not disturb each other, at the same time: most of it is waiting. */
async function tryAll(bench: Bench): Promise<Traits> {
  const [file, directory, atomicPut] = await allDone([tryFile(bench), tryDirectory(bench), tryHalf(bench)])
  return { ...file, ...directory, atomicPut }
}

async function tryFile(bench: Bench): Promise<Omit<Traits, 'makesParents' | 'hidesDots' | 'atomicPut'>> {
  const byHeader = (await state(bench)).mtimeMs === OLD_SECONDS * 1000
  const ifNoneMatch = (await put(bench, FIRST, 'probe 2', { 'If-None-Match': '*' })) === 412
  const precise = await tryPrecision(bench)
  const ifMatch = (await put(bench, FIRST, 'probe 3', { 'If-Match': '"syncline-no-such-state"' })) === 412
  const mtimeProperty = await tryProppatch(bench)
  const both = byHeader && mtimeProperty !== ''
  return {
    ifNoneMatch,
    ifMatch,
    precise,
    mtimeProperty,
    mtime: both ? 'both' : byHeader ? 'header' : mtimeProperty !== '' ? 'proppatch' : 'none',
    moveGuarded: await tryMove(bench),
    caseSensitive: !(await exists(bench, FIRST, path => path.replace(PROBE_PREFIX, PROBE_PREFIX.toUpperCase()))),
    normalizes: await exists(bench, '-\u00e9', path => path),
    ifMatchOnDelete: await tryDelete(bench),
  }
}

async function tryDirectory(bench: Bench): Promise<Pick<Traits, 'makesParents' | 'hidesDots'>> {
  const makesParents = ok(await put(bench, `${DIRECTORY}x`, 'probe', {}))
  return { makesParents, hidesDots: await tryDots(bench) }
}

/** Waits for all of them also when one fails: what is still under way would leave files behind those who clean up. */
async function allDone<T extends readonly unknown[]>(
  doing: readonly [...{ readonly [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(doing)
  return (await Promise.all(doing)) as unknown as T
}

const ok = (status: number): boolean => status >= 200 && status < 300

async function ask(bench: Bench, wanted: HttpRequest): Promise<HttpAnswer> {
  const answer = await bench.site.client.request(wanted, bench.signal)
  await answer.drop()
  return answer
}

async function put(bench: Bench, suffix: string, body: string, headers: Record<string, string>): Promise<number> {
  const path = suffix.split('/').reduce((start, part) => (start === '' ? bench.href(part) : `${start}/${part}`), '')
  return (await ask(bench, { method: 'PUT', path, body, headers, repeat: 'safe' })).status
}

async function makeFirst(bench: Bench): Promise<void> {
  const headers = { 'X-OC-Mtime': String(OLD_SECONDS) }
  const answer = await ask(bench, { method: 'PUT', path: bench.href(FIRST), body: 'probe 1', headers, repeat: 'safe' })
  if (!ok(answer.status)) throw faultOf(bench.site.client.base.host, answer, { doing: 'take a file' })
}

async function state(bench: Bench): Promise<{ etag: string; mtimeMs: number | undefined }> {
  const listed = await propfind(bench.site.client, bench.href(FIRST), '0', { doing: 'show a new file' }, bench.signal)
  const text = (name: string) => listed?.responses[0]?.props.get(dav(name))?.text ?? ''
  return { etag: text('getetag').replace(/^W\//, ''), mtimeMs: parseHttpDate(text('getlastmodified')) }
}

/**
 * Quick rewrites of one size: an etag made of seconds repeats, at the latest the third time. The pause is for disks, whose
 * clocks tick a few hundred times a second.
 */
async function tryPrecision(bench: Bench): Promise<boolean> {
  const seen = new Set<string>()
  for (const body of ['quick 1', 'quick 2', 'quick 3', 'quick 4']) {
    await bench.site.world.clock.sleep(TICK_MS, bench.signal)
    await put(bench, FIRST, body, {})
    const { etag } = await state(bench)
    if (etag === '' || seen.has(etag)) return false
    seen.add(etag)
  }
  return true
}

/** The property that really moves the time of the file, '' when none does: some servers only store it. */
async function tryProppatch(bench: Bench): Promise<string> {
  const values: Record<string, string> = {
    [dav('lastmodified')]: String(OTHER_SECONDS),
    [dav('getlastmodified')]: new Date(OTHER_SECONDS * 1000).toUTCString(),
  }
  for (const name of LAST_MODIFIED) {
    const body = writeProppatch(new Map([[name, values[name] ?? '']]))
    const headers = { 'Content-Type': 'application/xml; charset=utf-8' }
    const wanted: HttpRequest = { method: 'PROPPATCH', path: bench.href(FIRST), headers, body, repeat: 'safe' }
    const answer = await bench.site.client.request(wanted, bench.signal)
    const text = await answer.text()
    if (answer.status === 207 && tells(text, name) && (await state(bench)).mtimeMs === OTHER_SECONDS * 1000) return name
  }
  return ''
}

async function tryMove(bench: Bench): Promise<boolean> {
  await put(bench, SECOND, 'second', {})
  const headers = { Destination: destination(bench.site, bench.href(FIRST)), Overwrite: 'F' }
  return (await ask(bench, { method: 'MOVE', path: bench.href(SECOND), headers })).status === 412
}

/** The last thing to try with the first file: it may be gone afterwards. */
async function tryDelete(bench: Bench): Promise<boolean> {
  const headers = { 'If-Match': '"syncline-no-such-state"' }
  return (await ask(bench, { method: 'DELETE', path: bench.href(FIRST), headers })).status === 412
}

async function exists(bench: Bench, suffix: string, respell: (path: string) => string): Promise<boolean> {
  const path = respell(bench.href(suffix))
  return (await propfind(bench.site.client, path, '0', { doing: 'look for a file' }, bench.signal)) !== undefined
}

/** After `makesParents` was tried: uses the directory that may have come from it. */
async function tryDots(bench: Bench): Promise<boolean> {
  const directory = bench.href(DIRECTORY.slice(0, -1))
  await ask(bench, { method: 'MKCOL', path: `${directory}/` })
  if (!ok(await put(bench, `${DIRECTORY}.x`, 'probe', {}))) return true
  const listed = await propfind(
    bench.site.client,
    `${directory}/`,
    '1',
    { doing: 'list a new directory' },
    bench.signal,
  )
  return listed?.responses.some(({ href }) => href.endsWith('/.x')) !== true
}

/** Sends half a file, looks from another connection, hangs up, and looks again. */
async function tryHalf(bench: Bench): Promise<boolean> {
  const { clock } = bench.site.world
  let shown = false
  const look = async () => {
    shown ||= await exists(bench, HALF, path => path)
  }
  const half = new Uint8Array(128 * 1024)
  const gaveUp = new Error('half is enough')
  const body = {
    size: half.length * 2,
    async *open() {
      yield half
      for (let looks = 0; looks < 3 && !shown; looks += 1) {
        await clock.sleep(50, bench.signal)
        await look()
      }
      throw gaveUp
    },
  }
  await ask(bench, { method: 'PUT', path: bench.href(HALF), body }).catch((error: unknown) => {
    bench.signal.throwIfAborted()
    bench.site.world.log('debug', 'the probing upload was given up', { error: String(error) })
  })
  await clock.sleep(50, bench.signal)
  await look()
  return !shown
}

async function cleanUp(bench: Bench): Promise<void> {
  const remove = (path: string) => ask(bench, { method: 'DELETE', path })
  const removeDirectory = async () => {
    const directory = bench.href(DIRECTORY.slice(0, -1))
    await allDone(['x', '.x'].map(name => remove(`${directory}/${name}`)))
    await remove(`${directory}/`)
  }
  await allDone([...[FIRST, SECOND, HALF].map(suffix => remove(bench.href(suffix))), removeDirectory()])
}
