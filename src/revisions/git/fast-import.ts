// Changes as `git fast-import` reads them: each one commit.
import { quoted } from './git-paths.ts'

/** What a path holds after the change. */
export type GitChange =
  | {
      readonly do: 'put'
      readonly path: string
      readonly mode: '100644' | '100755' | '120000'
      readonly bytes: Uint8Array
    }
  /** Bytes that are in the repository already. */
  | { readonly do: 'put-blob'; readonly path: string; readonly mode: '100644' | '100755'; readonly blob: string }
  | { readonly do: 'delete'; readonly path: string }

export interface GitCommit {
  /** Milliseconds since 1970. */
  readonly at: number
  /** For people: who made it. */
  readonly author: string
  readonly message: string
  readonly changes: readonly GitChange[]
}

const BRANCH = 'refs/heads/main'

/** `isFirst`: the branch begins with them. */
export function* fastImport(commits: readonly GitCommit[], isFirst: boolean): Generator<Uint8Array> {
  for (const [at, commit] of commits.entries()) {
    yield Buffer.from(headOf(commit) + (isFirst || at > 0 ? '' : `from ${BRANCH}^0\n`))
    for (const change of commit.changes) yield* bytesOf(change)
    yield Buffer.from('\n')
  }
  yield Buffer.from('done\n')
}

function headOf({ at, author, message }: GitCommit): string {
  const seconds = Math.max(0, Math.floor(at / 1000))
  const name = author.replace(/[<>\p{Cc}]/gu, ' ').trim() || 'unknown'
  const text = Buffer.from(message)
  return `commit ${BRANCH}
author ${name} <> ${seconds} +0000
committer Syncline <> ${seconds} +0000
data ${text.length}
${text.toString()}
`
}

function* bytesOf(change: GitChange): Generator<Uint8Array> {
  if (change.do === 'delete') yield Buffer.from(`D ${quoted(change.path)}\n`)
  else if (change.do === 'put-blob') yield Buffer.from(`M ${change.mode} ${change.blob} ${quoted(change.path)}\n`)
  else {
    yield Buffer.from(`M ${change.mode} inline ${quoted(change.path)}\ndata ${change.bytes.length}\n`)
    yield change.bytes
    yield Buffer.from('\n')
  }
}
