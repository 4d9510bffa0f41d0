// Accounts in a temporary directory, with a clock that the test moves and hashes that cost little.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Clock } from '../../platform/world.ts'
import type { Accounts } from '../accounts.ts'
import { openAccounts } from '../open-accounts.ts'
import type { ScryptCost } from '../password-hash.ts'

export const CHEAP: ScryptCost = { logN: 4, r: 1, p: 1 }

export interface TestAccounts {
  accounts: Accounts
  readonly file: string
  readonly clock: Clock & { nowMs: number }
  /** Closes and opens again, as after a restart. */
  reopen(cost?: ScryptCost): Accounts
  /** All that is on disk. */
  dump(): string
  remove(): void
}

export function makeAccounts(cost: ScryptCost = CHEAP): TestAccounts {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-accounts-'))
  const file = join(directory, 'accounts.db')
  const { random } = nodeWorld({ log: () => {} })
  const clock = { nowMs: Date.UTC(2026, 0, 1), now: () => clock.nowMs, sleep: () => Promise.resolve() }
  const open = (with_: ScryptCost) => openAccounts({ file, clock, random, cost: with_ })
  const made: TestAccounts = {
    accounts: open(cost),
    file,
    clock,
    reopen(other = cost) {
      made.accounts.close()
      made.accounts = open(other)
      return made.accounts
    },
    dump: () =>
      readdirSync(directory)
        .map(name => readFileSync(join(directory, name)).toString('latin1'))
        .join('\n'),
    remove() {
      made.accounts.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return made
}
