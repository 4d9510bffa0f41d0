// Runs the built program as its users do: another process, real directories.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/syncline', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the program to its end. */
export function syncline(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, options).ended
}

export interface Started {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves once a line that satisfies `isWanted` was printed; rejects when the program ends without. Each line counts once. */
  line(isWanted: (line: string) => boolean): Promise<string>
  kill(signal: NodeJS.Signals): void
}

export function start(args: readonly string[], { env = {} }: RunOptions = {}): Started {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), ...env },
  })
  const lines = lineReader(child)
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, out, err }))
  })
  return { pid: child.pid ?? 0, ended, line: lines, kill: signal => void child.kill(signal) }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function lineReader(child: Child): Started['line'] {
  const lines: string[] = []
  let rest = ''
  let isOver = false
  let look = () => {}
  child.stdout.on('data', chunk => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    look()
  })
  child.on('close', () => {
    isOver = true
    look()
  })
  return isWanted =>
    new Promise((resolve, reject) => {
      look = () => {
        for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
          if (!isWanted(line)) continue
          look = () => {}
          return resolve(line)
        }
        if (isOver) reject(new Error('the program ended before it said what was waited for'))
      }
      look()
    })
}

/** Two empty directories, removed when disposed. */
export function twoDirectories(): { readonly root: string; readonly a: string; readonly b: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'syncline-cli-test-'))
  const [a, b] = [join(root, 'a'), join(root, 'b')]
  mkdirSync(a)
  mkdirSync(b)
  return { root, a, b, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

export function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** What users see: every path with its content, without the program's own directory. */
export function contents(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const path of pathsIn(root)) {
    if (path.startsWith('.syncline')) continue
    const stat = lstatSync(join(root, path))
    if (stat.isFile()) found[path] = readFileSync(join(root, path), 'utf8')
    else found[path] = stat.isSymbolicLink() ? `-> ${readlinkSync(join(root, path))}` : '/'
  }
  return found
}

/** Everything that a change would show in, own directory included. */
export function fingerprint(root: string): readonly string[] {
  return pathsIn(root).map(path => {
    const { mode, size, mtimeNs, ctimeNs, ino } = lstatSync(join(root, path), { bigint: true })
    return [path, mode, size, mtimeNs, ctimeNs, ino].join(' ')
  })
}

export function pathsIn(root: string): readonly string[] {
  return ['.', ...(readdirSync(root, { recursive: true }) as string[])].sort()
}
