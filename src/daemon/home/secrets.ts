// Passwords of remotes: in a file of their own, so that `config.yaml` can be shown to anybody.
import { chmod } from 'node:fs/promises'
import { SyncError } from '../../model/errors.ts'
import { readText, replaceFile } from './private-file.ts'

/** Names a remote: its folder's id and its own. */
export interface SecretOwner {
  readonly folder: string
  readonly remote: string
}

export interface Secrets {
  readonly file: string
  password(owner: SecretOwner): string | undefined
  /** Durable when the promise resolves. */
  setPassword(owner: SecretOwner, password: string): Promise<void>
  remove(owner: SecretOwner): Promise<void>
  removeFolder(folder: string): Promise<void>
  /** All values, for the log to leave out. */
  all(): readonly string[]
}

type Passwords = ReadonlyMap<string, string>

const MAX_PASSWORD = 4096

/** Throws `folder-unusable` when the file is there and not one of ours: it is never replaced then. Its mode becomes 0600. */
export async function openSecrets(file: string): Promise<Secrets> {
  const text = await readText(file)
  if (text !== undefined) await chmod(file, 0o600)
  return new SecretFile(file, text === undefined ? new Map() : parse(file, text))
}

class SecretFile implements Secrets {
  readonly file: string
  #passwords: Passwords
  #turn: Promise<unknown> = Promise.resolve()

  constructor(file: string, passwords: Passwords) {
    this.file = file
    this.#passwords = passwords
  }

  password(owner: SecretOwner): string | undefined {
    return this.#passwords.get(keyOf(owner))
  }

  setPassword(owner: SecretOwner, password: string): Promise<void> {
    if (password === '' || password.length > MAX_PASSWORD)
      throw new SyncError('usage', `A password has 1 to ${MAX_PASSWORD} characters.`)
    return this.#write(all => all.set(keyOf(owner), password))
  }

  remove(owner: SecretOwner): Promise<void> {
    return this.#write(all => all.delete(keyOf(owner)))
  }

  removeFolder(folder: string): Promise<void> {
    return this.#write(all => {
      for (const key of [...all.keys()]) if (key.startsWith(`${folder}/`)) all.delete(key)
    })
  }

  all(): readonly string[] {
    return [...this.#passwords.values()]
  }

  /** One after the other; in force only once it is on disk. */
  #write(edit: (all: Map<string, string>) => void): Promise<void> {
    const act = async () => {
      const next = new Map(this.#passwords)
      edit(next)
      await replaceFile(this.file, format(next))
      this.#passwords = next
    }
    const turn = this.#turn.then(act, act)
    this.#turn = turn
    return turn
  }
}

/** Ids have no slash in them. */
const keyOf = ({ folder, remote }: SecretOwner): string => `${folder}/${remote}`

function format(passwords: Passwords): string {
  return `${JSON.stringify({ version: 1, passwords: Object.fromEntries(passwords) }, null, 2)}\n`
}

/** Never with the text in the error: a parser's message shows a piece of it. */
function parse(file: string, text: string): Passwords {
  const unusable = new SyncError(
    'folder-unusable',
    `${file} cannot be understood. Mend it, or move it away and give the passwords of the remotes again.`,
  )
  const value = parsed(text)
  if (value === undefined) throw unusable
  const entries = Object.entries(value)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw unusable
  return new Map(entries)
}

function parsed(text: string): object | undefined {
  try {
    const { version, passwords } = JSON.parse(text) as { version?: unknown; passwords?: unknown }
    return version === 1 && typeof passwords === 'object' && passwords !== null ? passwords : undefined
  } catch {
    return undefined
  }
}
