// The desktop clients' command-line programs, each with a private home, and a look at what they brought.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../src/platform/node/sqlite.ts'
import { PASSWORD } from './start-host.ts'

export type Command = 'owncloudcmd' | 'nextcloudcmd'

export interface SyncOptions {
  readonly password?: string
  readonly seconds?: number
  readonly retries?: number
  readonly environment?: Readonly<Record<string, string>>
}

export interface ClientRun {
  readonly code: number
  readonly said: string
}

/** Files by path with their text; null for a directory. */
export type Contents = Readonly<Record<string, string | null>>

export class RealClient {
  readonly folder: string
  readonly #home: string
  readonly #command: Command

  constructor(command: Command) {
    this.#command = command
    this.#home = mkdtempSync(join(tmpdir(), 'syncline-client-'))
    this.folder = join(this.#home, 'folder')
    mkdirSync(this.folder)
    writeFileSync(join(this.#home, 'exclude.lst'), '# nothing\n')
  }

  /** One run. */
  async sync(url: string, options: SyncOptions = {}): Promise<ClientRun> {
    const { password = PASSWORD, seconds = 120, retries, environment: extra } = options
    const login = ['--exclude', join(this.#home, 'exclude.lst'), '--non-interactive', '--trust']
    const times = retries === undefined ? [] : ['--max-sync-retries', String(retries)]
    const args = [...login, ...times, '-u', 'alice', '-p', password, this.folder, url]
    const environment = {
      ...process.env,
      HOME: this.#home,
      QT_QPA_PLATFORM: 'offscreen',
      XDG_RUNTIME_DIR: this.#home,
      ...extra,
    }
    const child = spawn('timeout', [String(seconds), this.#command, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    const hear = (chunk: unknown): void => {
      said = (said + String(chunk)).slice(-4000)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    return new Promise(resolve => child.on('close', code => resolve({ code: code ?? -1, said })))
  }

  /** Has it try again at once what failed: by itself it waits for half a minute. */
  forgetFailures(): void {
    const name = readdirSync(this.folder).find(each => /^\.(_?sync_.*|csync_.*|sync_journal)\.db$/.test(each))
    if (name === undefined) return
    const database = new Database(join(this.folder, name), { name: 'The journal', mend: '' })
    database.exec('PRAGMA busy_timeout = 5000')
    database.exec('DELETE FROM blacklist')
    database.close()
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  contents(): Contents {
    const contents: Record<string, string | null> = {}
    for (const entry of readdirSync(this.folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const name = path.slice(this.folder.length + 1)
      if (/(^|\/)\.(_?sync_|csync|owncloudsync)/.test(name)) continue
      contents[name] = entry.isDirectory() ? null : readFileSync(path, 'latin1')
    }
    return contents
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }
}
