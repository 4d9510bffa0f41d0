// `syncline demo`: the main job, shown with the real commands on two directories that it makes and removes.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

/** Runs a command line and returns its exit status. */
export type RunCommand = (args: readonly string[]) => Promise<number>

interface Stage {
  readonly home: string
  readonly backup: string
  say(text: string): void
  /** Shows a command, runs it, and checks that it ends as it should. */
  run(expected: number, ...args: readonly string[]): Promise<void>
  /** Shows what both directories hold. */
  show(): void
}

/** Asks nothing, and leaves nothing behind. Returns 70 when a command did not end as it should. */
export async function demoCommand(runCommand: RunCommand, { out }: Streams): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'syncline-demo-'))
  try {
    const stage = openStage(root, runCommand, text => void out.write(`${text}\n`))
    await firstSync(stage)
    await bothEdit(stage)
    await moveAndDelete(stage)
    await bringBack(stage)
    stage.say('That is all. The two directories are removed again. Next: docs/guide/first-steps.md')
    return EXIT.equal
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error
    out.write(`${error.message}\n`)
    return EXIT.bug
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

class Unexpected extends Error {}

async function firstSync(stage: Stage): Promise<void> {
  const { home, backup, say, run, show } = stage
  say('# 1. Two directories, each with something that the other has not\n')
  write(home, 'letter.txt', 'Dear Ada,\n')
  write(home, 'photos/sea.jpg', 'pretend this is the sea\n')
  write(backup, 'recipe.txt', 'Flour, water, salt.\n')
  show()
  say('\nFirst only ask what would be done, and why:\n')
  await run(EXIT.equal, 'sync', home, backup, '--dry-run')
  say('\nThen do it:\n')
  await run(EXIT.equal, 'sync', home, backup)
  show()
}

async function bothEdit({ home, backup, say, run, show }: Stage): Promise<void> {
  say('\n# 2. Both sides change the same file\n')
  write(home, 'letter.txt', 'Dear Ada, how are you?\n')
  write(backup, 'letter.txt', 'Dear Ada, it rains.\n')
  await run(EXIT.equal, 'sync', home, backup)
  say('\nNeither version is lost: the other side keeps the name, the version from here is kept beside it.\n')
  show()
  await run(EXIT.equal, 'conflicts', home)
  const copy = readdirSync(home).find(name => name.includes('conflicted copy'))
  if (copy !== undefined) await run(EXIT.equal, 'why', home, copy)
}

async function moveAndDelete({ home, backup, say, run, show }: Stage): Promise<void> {
  say('\n# 3. A directory is renamed here, a file is deleted there\n')
  renameSync(join(home, 'photos'), join(home, 'pictures'))
  rmSync(join(backup, 'recipe.txt'))
  await run(EXIT.equal, 'sync', home, backup, '--verbose')
  say(
    '\nThe rename was one rename there too: nothing was copied again. The deleted file went to the trash of the folder.\n',
  )
  show()
}

async function bringBack({ home, backup, say, run, show }: Stage): Promise<void> {
  say('\n# 4. The deletion was a mistake\n')
  await run(EXIT.equal, 'trash', home)
  await run(EXIT.equal, 'restore', home, 'recipe.txt')
  await run(EXIT.equal, 'sync', home, backup)
  show()
  say('')
}

function openStage(root: string, runCommand: RunCommand, say: (text: string) => void): Stage {
  const home = join(root, 'home')
  const backup = join(root, 'backup')
  mkdirSync(home)
  mkdirSync(backup)
  const run = async (expected: number, ...args: readonly string[]) => {
    say(`$ syncline ${args.map(quoted).join(' ')}`)
    const status = await runCommand(args)
    if (status !== expected)
      throw new Unexpected(`The command ended with ${status}, not ${expected}. Please report this.`)
  }
  const show = () => {
    for (const [name, at] of [['home', home] as const, ['backup', backup] as const])
      for (const path of filesIn(at)) say(`  ${name.padEnd(6)}  ${path.padEnd(48)}  ${firstLine(join(at, path))}`)
  }
  return { home, backup, say, run, show }
}

let written = 0

/** Each file a second younger than the one before, so that times tell them apart on any disk. */
function write(root: string, path: string, text: string): void {
  const file = join(root, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  written += 1
  const time = Date.now() / 1000 - 600 + written
  utimesSync(file, time, time)
}

function filesIn(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
  return names
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(path => !path.startsWith('.syncline'))
    .sort()
}

function firstLine(file: string): string {
  return readFileSync(file, 'utf8').split('\n')[0] ?? ''
}

function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word}'`
}
