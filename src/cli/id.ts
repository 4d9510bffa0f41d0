// `syncline id`: who this device is. Needs no daemon: the id is made when it is first wanted.
import { openIdentity } from '../daemon/first-start.ts'
import { findHome, makeHome } from '../daemon/home/home-directory.ts'
import type { HomeOption } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface IdOptions extends HomeOption {
  readonly json?: boolean
  readonly qr?: boolean
}

export async function idCommand({ home: named, json, qr }: IdOptions, { out }: Streams): Promise<number> {
  const home = findHome({ home: named, environment: process.env, platform: process.platform })
  makeHome(home)
  const { device } = await openIdentity(home)
  if (json) printObject(out, 'device', { id: device.device })
  else out.write(`${device.device}\n`)
  if (qr && !json) out.write(`${await codeOf(device.device)}\n`)
  return EXIT.equal
}

/** Half blocks, dark on light as cameras want it, whatever colours the terminal has. */
async function codeOf(text: string): Promise<string> {
  const { encode } = await import('uqr')
  const { data, size } = encode(text, { border: 2 })
  const isDark = (row: number, column: number) => data[row]?.[column] === true
  const rows = Array.from({ length: Math.ceil(size / 2) }, (_, half) =>
    Array.from({ length: size }, (_, column) => HALVES[`${isDark(2 * half, column)} ${isDark(2 * half + 1, column)}`]),
  )
  return rows.map(row => `\u001b[30;107m${row.join('')}\u001b[0m`).join('\n')
}

const HALVES: Readonly<Record<string, string>> = {
  'true true': '█',
  'true false': '▀',
  'false true': '▄',
  'false false': ' ',
}
