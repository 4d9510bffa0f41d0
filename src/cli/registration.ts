// What the files that describe commands have in common.
import { type Command, type CommandOptions, Option } from 'commander'
import { pin } from './argument-values.ts'
import type { Streams } from './output.ts'

/** Where commands are added to, where they write, and what is told of how they ended. */
export interface Registration {
  readonly program: Command
  readonly streams: Streams
  readonly finish: (status: number) => void
}

export const HOME_WORDS = "where the daemon's own files are (or set SYNCLINE_HOME)"
export const JSON_WORDS = 'print one JSON object a line'
export const PASSWORD_WORDS = 'read the password from the first line of FILE (or set SYNCLINE_PASSWORD)'

/** A new option each time: commander does not share them. */
export function trustCertOption(): Option {
  return new Option('--trust-cert <sha256:…>', 'trust exactly the certificate with this fingerprint').argParser(pin)
}

/** A command that asks the daemon. */
export function daemonCommand(
  parent: Command,
  name: string,
  description: string,
  settings: CommandOptions = {},
): Command {
  return parent
    .command(name, settings)
    .description(description)
    .option('--home <dir>', HOME_WORDS)
    .option('--json', JSON_WORDS)
}
