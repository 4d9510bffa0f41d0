// Other people's programs that tests run against: skipped where they are not installed, demanded where they must be.
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { describe, test } from 'vitest'

export interface Peer {
  readonly name: string
  readonly available: boolean
  /** Where it was found. */
  readonly file?: string
  /** Why it is not available, as the end of a sentence; empty when it is. */
  readonly why: string
}

/** Debian keeps servers where an ordinary user's PATH does not look. */
const SERVER_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Looks for a program by its command, or for a file (a library, a module) by its absolute path. */
export function peer(name: string, command: string): Peer {
  const file = isAbsolute(command) ? readable(command) : executable(command)
  if (file !== undefined) return { name, available: true, file, why: '' }
  return { name, available: false, why: `${command} is not installed` }
}

/**
 * A group of tests that needs `commands` (see `peer`). Where one is missing, the whole group is one skipped test with the reason
 * in its name; with SYNCLINE_REQUIRE_PEERS=1 it is one failed test instead.
 */
export function describePeer(name: string, commands: readonly string[], body: () => void): void {
  const missing = commands.map(command => peer(name, command)).filter(({ available }) => !available)
  const why = missing.map(each => each.why).join(', ')
  if (why === '') describe(name, body)
  else if (process.env['SYNCLINE_REQUIRE_PEERS'] === '1') failFor(name, why)
  else test.skip(`${name} [${why}]`, () => {})
}

function failFor(name: string, why: string): void {
  test(`${name} is there to be tested against`, () => {
    throw new Error(`${name}: ${why}, and SYNCLINE_REQUIRE_PEERS asks for it.`)
  })
}

function executable(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SERVER_FOLDERS]
  return folders.map(folder => join(folder, command)).find(file => canAccess(file, constants.X_OK))
}

function readable(file: string): string | undefined {
  return canAccess(file, constants.R_OK) ? file : undefined
}

function canAccess(file: string, mode: number): boolean {
  try {
    accessSync(file, mode)
    return true
  } catch {
    return false
  }
}
