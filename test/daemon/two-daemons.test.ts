// Two daemons on one machine, each with a folder, both with the same remote; people edit on all three sides while either daemon is
// killed and started again. Afterwards everything is equal, and nothing is lost that nobody had seen and replaced.
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { APACHE, startApache } from '../interop/servers/apache.ts'
import { describePeer } from '../peers.ts'
import { Dice } from '../sim/dice.ts'
import { openStage, type RunningDaemon, type Stage, tree, until } from './daemon-process.ts'

const SEED = Number(process.env['SYNCLINE_SEED'] ?? Date.now() % 1_000_000)
const ROUNDS = Number(process.env['SYNCLINE_ROUNDS'] ?? 6)
const EDITS = 12
const NO_SIGNAL = new AbortController().signal

/** What was written and not replaced or deleted by somebody who had seen it. */
class Writings {
  readonly live = new Set<string>()
  #count = 0

  next(): string {
    this.#count += 1
    const text = `<${SEED}:${this.#count}>`
    this.live.add(text)
    return text
  }

  seen(text: string): void {
    this.live.delete(text)
  }
}

/** Somebody who edits the tree `root`. Each act takes away exactly what it has seen, whatever a daemon does in the same instant. */
class Person {
  readonly #root: string
  readonly #desk: string
  readonly #dice: Dice
  readonly #writings: Writings
  #count = 0

  constructor(root: string, desk: string, dice: Dice, writings: Writings) {
    mkdirSync(desk, { recursive: true })
    this.#root = root
    this.#desk = desk
    this.#dice = dice
    this.#writings = writings
  }

  act(): void {
    const files = this.#files()
    const what = this.#dice.below(10)
    const file = files[this.#dice.below(Math.max(1, files.length))]
    if (file === undefined || what < 4) return this.#create()
    if (what < 7) return this.#edit(file)
    if (what < 9) return this.#move(file)
    if (files.length > 4) this.#delete(file)
  }

  #create(): void {
    this.#place(this.#draft(this.#writings.next()), this.#name())
  }

  #edit(file: string): void {
    const taken = this.#take(file)
    if (taken === undefined) return
    this.#writings.seen(readFileSync(taken, 'utf8'))
    unlinkSync(taken)
    this.#place(this.#draft(this.#writings.next()), file)
  }

  #move(file: string): void {
    const taken = this.#take(file)
    if (taken !== undefined) this.#place(taken, this.#name())
  }

  #delete(file: string): void {
    const taken = this.#take(file)
    if (taken === undefined) return
    this.#writings.seen(readFileSync(taken, 'utf8'))
    unlinkSync(taken)
  }

  #name(): string {
    const place = ['', 'x/', 'y/', 'x/z/'][this.#dice.below(4)]
    return `${place}f${this.#dice.below(12)}`
  }

  #draft(text: string): string {
    const file = this.#deskFile()
    writeFileSync(file, text)
    return file
  }

  /** Takes a file away, to look at what it is: undefined when a daemon was quicker. */
  #take(file: string): string | undefined {
    const to = this.#deskFile()
    try {
      renameSync(join(this.#root, file), to)
      return to
    } catch {
      return undefined
    }
  }

  /** Under the name, or another one: never over anything. */
  #place(from: string, name: string): void {
    for (let n = 0; ; n += 1) {
      const to = join(this.#root, n === 0 ? name : `${name}-${n}`)
      try {
        mkdirSync(dirname(to), { recursive: true })
        linkSync(from, to)
        unlinkSync(from)
        return
      } catch (error) {
        if (n > 50) throw error
      }
    }
  }

  #deskFile(): string {
    this.#count += 1
    return join(this.#desk, String(this.#count))
  }

  #files(): readonly string[] {
    return (readdirSync(this.#root, { recursive: true }) as string[])
      .filter(name => name !== '.syncline' && !name.startsWith('.syncline/'))
      .filter(name => statSync(join(this.#root, name), { throwIfNoEntry: false })?.isFile())
      .sort()
  }
}

interface Daemons {
  a: RunningDaemon
  b: RunningDaemon
}

interface Shared {
  /** Where the remote's files lie. */
  readonly root: string
  /** How the daemons reach it. */
  readonly address: string
  readonly pollSeconds?: number
  readonly login?: { readonly user: string; readonly password: string }
  /** Whether people edit there too. */
  readonly edits: 'edited' | 'left to the server'
}

async function playAll(stage: Stage, { root, address, pollSeconds, edits, login }: Shared): Promise<void> {
  const dice = new Dice(SEED)
  const writings = new Writings()
  const daemons: Daemons = { a: await stage.start('a'), b: await stage.start('b') }
  for (const name of ['a', 'b'] as const) {
    const { client } = daemons[name]
    await client.folders.add({ path: stage.at(`docs-${name}`), id: 'docs' })
    await until(async () => (await client.folders.status('docs')).state === 'idle', 'the folder to open')
    await client.remotes.add('docs', { address, id: 'shared', ...login }, NO_SIGNAL)
    if (pollSeconds !== undefined) await client.remotes.change('docs', 'shared', { pollSeconds })
  }
  const roots = [stage.at('docs-a'), stage.at('docs-b'), root]
  const people = roots
    .slice(0, edits === 'edited' ? 3 : 2)
    .map((at, n) => new Person(at, stage.at(`desk-${n}`), dice, writings))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let edit = 0; edit < EDITS; edit += 1) {
      people[dice.below(people.length)]?.act()
      await sleep(dice.below(60))
    }
    const victim = dice.below(2) === 0 ? 'a' : 'b'
    await daemons[victim].kill('SIGKILL')
    for (let edit = 0; edit < 3; edit += 1) people[dice.below(people.length)]?.act()
    daemons[victim] = await stage.start(victim)
  }
  await quiet(daemons, roots).catch(async error => {
    throw new Error(`${error.message}\n${await differences(daemons, roots)}`)
  })
  const [first, ...others] = roots.map(tree)
  for (const other of others) expect(other, `seed ${SEED}`).toEqual(first)
  const kept = roots.map(everything).join('\n')
  expect(
    [...writings.live].filter(text => !kept.includes(text)),
    `lost, seed ${SEED}`,
  ).toEqual([])
}

/** What is not equal, and what the daemons say to it. */
async function differences({ a, b }: Daemons, roots: readonly string[]): Promise<string> {
  const trees = roots.map(tree)
  const names = [...new Set(trees.flatMap(each => Object.keys(each)))].sort()
  const unequal = names.filter(name => new Set(trees.map(each => each[name])).size > 1)
  const lines = unequal.map(name => `${name}: ${trees.map(each => each[name] ?? 'none').join(' | ')}`)
  for (const { client } of [a, b]) {
    const { items } = await client.paths.unsynced('docs', undefined, { after: undefined, limit: 20 })
    const { folders } = await client.status()
    lines.push(JSON.stringify(items), JSON.stringify(folders.find(({ id }) => id === 'docs')?.remotes))
  }
  return lines.join('\n')
}

/** Until both have nothing left to do, and the trees are equal and stay so. */
async function quiet({ a, b }: Daemons, roots: readonly string[]): Promise<void> {
  let before = ''
  let times = 0
  await until(
    async () => {
      for (const { client } of [a, b]) for (const { id } of await client.brakes.list()) await client.brakes.approve(id)
      for (const { client } of [a, b]) await client.remotes.sync('docs', 'shared').catch(() => {})
      await sleep(300)
      const trees = roots.map(root => JSON.stringify(tree(root)))
      const isSame = new Set(trees).size === 1 && trees[0] === before
      before = trees[0] ?? ''
      times = isSame ? times + 1 : 0
      return times > 5
    },
    `all trees to be equal (seed ${SEED})`,
    60_000,
  )
}

/** All texts that a user could still find: files and what is in the trash. */
function everything(root: string): string {
  const texts: string[] = []
  for (const name of readdirSync(root, { recursive: true }) as string[]) {
    const file = join(root, name)
    const isOfUs = name.startsWith('.syncline/')
    if ((isOfUs && !name.startsWith('.syncline/trash')) || !statSync(file, { throwIfNoEntry: false })?.isFile())
      continue
    texts.push(readFileSync(file, 'utf8'))
  }
  return texts.join('\n')
}

test(`two daemons and one directory (seed ${SEED})`, { timeout: 180_000 }, async () => {
  await using stage = openStage()
  mkdirSync(stage.at('shared'))
  await playAll(stage, { root: stage.at('shared'), address: stage.at('shared'), edits: 'edited' })
})

describePeer('Apache', APACHE, () => {
  test(`two daemons and one WebDAV server (seed ${SEED})`, { timeout: 180_000 }, async () => {
    await using stage = openStage()
    chmodSync(stage.root, 0o755)
    mkdirSync(stage.at('apache'))
    const server = await startApache(stage.at('apache'))
    if ('missing' in server) throw new Error(server.missing)
    stage.onEnd(() => server.stop())
    await playAll(stage, { root: server.root, address: server.url.href, pollSeconds: 1, edits: 'left to the server' })
  })
})

test(`two daemons and a granted folder of a third (seed ${SEED})`, { timeout: 180_000 }, async () => {
  await using stage = openStage()
  const host = await stage.start('host')
  const login = { user: 'anna', password: 'correct horse battery' }
  await host.client.folders.add({ path: stage.at('served'), id: 'served' })
  await host.client.accounts.add({ name: login.user, password: login.password })
  await host.client.grants.add({ folder: 'served', account: 'anna', rights: 'write', mount: 'Shared' })
  const address = `${host.url}remote.php/dav/files/anna/Shared/`
  const headers = {
    depth: '0',
    authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`,
  }
  await until(
    async () => (await fetch(address, { method: 'PROPFIND', headers })).status === 207,
    'the folder to be served',
  )
  await playAll(stage, { root: stage.at('served'), address, pollSeconds: 1, edits: 'edited', login })
})
