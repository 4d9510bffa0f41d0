// The history of a folder in a Git repository beside it: each change of each file one commit, so that any tool for Git can read it.
// Nothing is ever pushed, and no file of the folder is changed by it.
import { mkdirSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { assert } from '../../model/errors.ts'
import { fastImport, type GitCommit } from './fast-import.ts'
import { toGitPath } from './git-paths.ts'
import { askGit, readGit, runGit } from './run-git.ts'

const BRANCH = 'refs/heads/main'
const MARK = 'Syncline-Up-To'

export interface GitVersion {
  readonly commit: string
  /** Milliseconds since 1970, to the second: when it came. */
  readonly at: number
  readonly author: string
  readonly kind: 'file' | 'symlink'
  readonly size: number
}

export class GitHistory {
  readonly repository: string

  /** `repository`: absolute; it is made when something is first written. */
  constructor(repository: string) {
    assert(isAbsolute(repository), 'a repository is named by its absolute path')
    this.repository = repository
  }

  get isThere(): boolean {
    return statSync(this.repository, { throwIfNoEntry: false })?.isDirectory() === true
  }

  async make(): Promise<void> {
    if (this.isThere && (await runGit(this.repository, ['rev-parse', '--git-dir'])).status === 0) return
    mkdirSync(this.repository, { recursive: true, mode: 0o700 })
    await askGit(this.repository, ['init', '--quiet', '--bare', '--initial-branch=main'])
  }

  /** What the newest commit says it goes up to; undefined before the first. */
  async upTo(): Promise<string | undefined> {
    if (!this.isThere) return undefined
    const { status, out } = await runGit(this.repository, ['log', '-1', '--format=%B', BRANCH, '--'])
    if (status !== 0) return undefined
    return new RegExp(`^${MARK}: (.*)$`, 'm').exec(out.toString('utf8'))?.[1]
  }

  /** All of them, or none. `upTo` is what the last of them says. */
  async commit(commits: readonly GitCommit[], upTo: string): Promise<void> {
    const marked = commits.map((commit, at) =>
      at === commits.length - 1 ? { ...commit, message: `${commit.message}\n\n${MARK}: ${upTo}\n` } : commit,
    )
    const isFirst = (await runGit(this.repository, ['rev-parse', '--verify', '--quiet', BRANCH])).status !== 0
    await askGit(this.repository, ['fast-import', '--quiet', '--done'], fastImport(marked, isFirst))
    // Many small packs make reading slow.
    await askGit(this.repository, ['gc', '--auto', '--quiet'])
  }

  /** Takes bytes in; the name under which commits can put them. */
  async blob(bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const out = await askGit(this.repository, ['hash-object', '-w', '--stdin'], bytes)
    return out.toString('utf8').trim()
  }

  async count(): Promise<{ readonly commits: number; readonly lastAt: number | undefined }> {
    const { status, out } = await runGit(this.repository, ['rev-list', '--count', BRANCH, '--'])
    if (status !== 0) return { commits: 0, lastAt: undefined }
    const last = await askGit(this.repository, ['log', '-1', '--format=%ct', BRANCH, '--'])
    return { commits: Number(out.toString()), lastAt: Number(last.toString()) * 1000 }
  }

  /** Versions of a file that came before `before`, newest first. */
  async versions(path: string, before: number, limit: number): Promise<readonly GitVersion[]> {
    const at = toGitPath(path)
    const { status, out } = await runGit(this.repository, [
      ...['log', '-z', '--format=%H %ct %an', `--max-count=${limit}`, `--until=${Math.floor(before / 1000)}`],
      ...['--diff-filter=AMT', '--no-renames', BRANCH, '--', at],
    ])
    if (status !== 0) return []
    const commits = out
      .toString('utf8')
      .split('\0')
      .flatMap(line => {
        const [, commit, seconds, author] = /^([0-9a-f]{40,64}) (\d+) (.*)$/.exec(line) ?? []
        return commit === undefined ? [] : [{ commit, at: Number(seconds) * 1000, author: author ?? '' }]
      })
    return this.#withSizes(commits, path)
  }

  /** The bytes of a file, or where a link points to, as of a commit. Throws `missing` for what it does not have. */
  read(commit: string, path: string): AsyncIterable<Uint8Array> {
    return readGit(this.repository, ['cat-file', 'blob', `${commit}:${toGitPath(path)}`])
  }

  /** What a path was in a commit; undefined where it was no file. */
  async at(commit: string, path: string): Promise<Pick<GitVersion, 'kind' | 'size' | 'at'> | undefined> {
    const [tree, when] = await Promise.all([
      runGit(this.repository, ['ls-tree', '-z', '--long', commit, '--', toGitPath(path)]),
      runGit(this.repository, ['log', '-1', '--format=%ct', commit, '--']),
    ])
    const [, mode, size] = /^(\d{6}) blob [0-9a-f]+ +(\d+)\t/.exec(tree.out.toString('utf8')) ?? []
    if (tree.status !== 0 || when.status !== 0 || mode === undefined) return undefined
    const kind = mode === '120000' ? 'symlink' : 'file'
    return { kind, size: Number(size), at: Number(when.out.toString()) * 1000 }
  }

  async #withSizes(
    commits: readonly Pick<GitVersion, 'commit' | 'at' | 'author'>[],
    path: string,
  ): Promise<readonly GitVersion[]> {
    const versions: GitVersion[] = []
    for (const each of commits) {
      const found = await this.at(each.commit, path)
      if (found !== undefined) versions.push({ ...each, ...found })
    }
    return versions
  }
}
