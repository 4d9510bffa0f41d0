// Opens `config.yaml`, keeps an eye on it, and changes it without taking anything away from its author.
import { type FSWatcher, watch } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SyncError } from '../../model/errors.ts'
import type { Log } from '../../platform/world.ts'
import { readText, replaceFile } from '../home/private-file.ts'
import type { Config, ConfigDraft, ConfigFile, ConfigProblem } from './config.ts'
import { DEFAULT_CONFIG, FIRST_TEXT } from './config-defaults.ts'
import { draftOf, textOf, validConfig } from './config-draft.ts'
import { keepLines } from './keep-lines.ts'
import { readConfig } from './read-config.ts'

export interface ConfigOptions {
  /** Written when there is no file yet. */
  readonly firstText?: string
  /** Until when an editor's several writes count as one. */
  readonly quietMs?: number
  readonly log?: Log
}

const QUIET_MS = 200
const MAX_TRIES = 20

/** Never throws for what is in the file: what is wrong with it is told in `problems`, and the last good one is in force, or else the defaults. */
export async function openConfig(file: string, options: ConfigOptions = {}): Promise<ConfigFile> {
  const opened = new YamlConfig(file, options)
  await opened.start()
  return opened
}

class YamlConfig implements ConfigFile {
  readonly file: string
  readonly #name: string
  readonly #lastGood: string
  readonly #options: ConfigOptions
  readonly #changes = new Set<(config: Config, before: Config) => void>()
  readonly #problemTold = new Set<(problems: readonly ConfigProblem[]) => void>()
  #current: Config = DEFAULT_CONFIG
  #problems: readonly ConfigProblem[] = []
  /** The text that was looked at last, and the one that is kept as the last good one. */
  #text: string | undefined
  #goodText: string | undefined
  #turn: Promise<unknown> = Promise.resolve()
  readonly #watchers: FSWatcher[] = []
  #quiet: NodeJS.Timeout | undefined

  constructor(file: string, options: ConfigOptions) {
    this.file = file
    this.#name = basename(file)
    this.#lastGood = join(dirname(file), this.#name.replace(/(\.ya?ml)?$/, '.last-good$1'))
    this.#options = options
  }

  get current(): Config {
    return this.#current
  }

  get problems(): readonly ConfigProblem[] {
    return this.#problems
  }

  async start(): Promise<void> {
    this.#goodText = await readText(this.#lastGood)
    const text = await readText(this.file)
    if (text === undefined) await this.#begin()
    else await this.#take(text)
    await this.#watch()
  }

  reload(): Promise<Config> {
    return this.#inTurn(async () => {
      await this.#look()
      return this.#current
    })
  }

  change(edit: (draft: ConfigDraft) => void): Promise<Config> {
    return this.#inTurn(() => this.#apply(edit))
  }

  onChange(told: (config: Config, before: Config) => void): Disposable {
    return listener(this.#changes, (config, before) => told(config, before))
  }

  onProblems(told: (problems: readonly ConfigProblem[]) => void): Disposable {
    return listener(this.#problemTold, problems => told(problems))
  }

  async close(): Promise<void> {
    for (const watcher of this.#watchers) watcher.close()
    clearTimeout(this.#quiet)
    this.#changes.clear()
    this.#problemTold.clear()
    await this.#turn.catch(() => {})
  }

  /** There is no file: a first start, or it was taken away. What was good once is not lost by that. */
  async #begin(): Promise<void> {
    const text = this.#goodText ?? this.#options.firstText ?? FIRST_TEXT
    await replaceFile(this.file, text, async () => (await readText(this.file)) === undefined)
    await this.#take((await readText(this.file)) ?? text)
  }

  async #look(): Promise<void> {
    const text = await readText(this.file)
    // Gone while we run: an editor may be about to put the new one in its place. What is in force stays.
    if (text !== undefined) await this.#take(text)
  }

  /** Each try is on the newest text: what an editor saved in between is kept, and changed. */
  async #apply(edit: (draft: ConfigDraft) => void): Promise<Config> {
    // Where it is a link into somebody's own collection of settings, that is what is replaced.
    const target = await realpath(this.file).catch(() => this.file)
    for (let n = 0; n < MAX_TRIES; n++) {
      const before = await readText(this.file)
      if (before !== undefined && this.#isEmptied(before)) throw new SyncError('usage', this.#emptied().message)
      const after = edited(before ?? this.#goodText ?? '', edit, this.#name)
      const isSame = async () => (await readText(this.file)) === before
      if (after === before || (await replaceFile(target, after, isSame)) === 'replaced') {
        await this.#take(after)
        return this.#current
      }
    }
    throw new SyncError('changed', `${this.file} is being changed all the time. Try again later.`, { scope: 'folder' })
  }

  async #take(text: string): Promise<void> {
    if (text === this.#text) return
    this.#text = text
    if (this.#isEmptied(text)) {
      const before = this.#current
      this.#fallBack()
      return this.#tell(before, [this.#emptied()])
    }
    const read = readConfig(text, this.#name)
    if (read.config === undefined) this.#fallBack()
    else await this.#keepGood(text)
    const before = this.#current
    if (read.config !== undefined) this.#current = read.config
    this.#tell(before, read.problems)
  }

  /** Nobody empties a file to say something: a disk was full, or an editor died in the middle. */
  #isEmptied(text: string): boolean {
    return text.trim() === '' && this.#goodText !== undefined && this.#goodText.trim() !== ''
  }

  #emptied(): ConfigProblem {
    const message = `${this.#name} is empty, and was not before. ${basename(this.#lastGood)} beside it is what it was; for a beginning without any settings, write 'folders: {}'`
    return { severity: 'error', line: undefined, key: '', message }
  }

  #tell(before: Config, problems: readonly ConfigProblem[]): void {
    const isOther = JSON.stringify(problems) !== JSON.stringify(this.#problems)
    this.#problems = problems
    if (isOther) for (const told of this.#problemTold) told(problems)
    if (JSON.stringify(before) === JSON.stringify(this.#current)) return
    for (const told of this.#changes) told(this.#current, before)
  }

  /** Only a start has nothing in force yet. */
  #fallBack(): void {
    if (this.#current !== DEFAULT_CONFIG || this.#goodText === undefined) return
    this.#current = readConfig(this.#goodText, this.#name).config ?? DEFAULT_CONFIG
  }

  async #keepGood(text: string): Promise<void> {
    if (text === this.#goodText) return
    await replaceFile(this.#lastGood, text)
    this.#goodText = text
  }

  /** The directories, because editors replace the file. Where the system cannot, `reload` is all there is. */
  async #watch(): Promise<void> {
    const target = await realpath(this.file).catch(() => this.file)
    for (const file of new Set([this.file, target])) this.#watchFile(dirname(file), basename(file))
  }

  #watchFile(directory: string, name: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (_, changed) => {
        if (changed === null || changed === name) this.#lookSoon()
      })
      watcher.on('error', () => watcher.close())
      this.#watchers.push(watcher)
    } catch (error) {
      this.#options.log?.('warn', `Changes of ${this.file} are not noticed by themselves.`, { error })
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      // A file that cannot be read right now is told by the next reload or change.
      this.#inTurn(() => this.#look()).catch(error => this.#unreadable(error))
    }, this.#options.quietMs ?? QUIET_MS)
    this.#quiet.unref()
  }

  #unreadable(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#tell(this.#current, [{ severity: 'error', line: undefined, key: '', message }])
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act, act)
    this.#turn = turn
    return turn
  }
}

/** Throws `usage`: a file with errors must be mended by its author first, or the change would be made on a guess. */
function edited(text: string, edit: (draft: ConfigDraft) => void, name: string): string {
  validConfig(text, name)
  const { document } = readConfig(text, name)
  const untouched = textOf(document, text)
  edit(draftOf(document, name))
  const changed = textOf(document, text)
  if (changed === untouched) return text
  const wanted = validConfig(changed, name)
  // The layout is tried to be kept; what it says is certain.
  const kept = keepLines(text, untouched, changed)
  return JSON.stringify(readConfig(kept, name).config) === JSON.stringify(wanted) ? kept : changed
}

function listener<T>(all: Set<T>, told: T): Disposable {
  all.add(told)
  return { [Symbol.dispose]: () => void all.delete(told) }
}
