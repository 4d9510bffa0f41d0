// `syncline user …`: who may use this daemon as a server.
import { passwordFrom, takePassword } from '../assemble/login.ts'
import { shown, shownBytes, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonClient } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface PasswordOptions extends DaemonOptions {
  readonly passwordFile?: string
}

export interface UserAddOptions extends PasswordOptions {
  readonly admin?: boolean
  readonly displayName?: string
  /** Bytes. */
  readonly quota?: number | 'unlimited'
}

export async function userAdd(name: string, options: UserAddOptions, { out }: Streams): Promise<number> {
  const { displayName, quota, admin } = options
  const account = await daemonClient(options).accounts.add({
    name,
    password: passwordFrom(options, takePassword(process.env)),
    role: admin ? 'admin' : 'user',
    ...(displayName === undefined ? {} : { displayName }),
    ...(quota === undefined ? {} : { quotaBytes: quota }),
  })
  if (options.json) printObject(out, 'account', account)
  else out.write(`Added ${shown(account.name)}${admin ? ', an administrator' : ''}.\n`)
  return EXIT.equal
}

export async function userList(options: DaemonOptions, { out }: Streams): Promise<number> {
  printList(out, options.json, {
    items: await daemonClient(options).accounts.list(),
    type: 'account',
    words: ({ name, displayName, role, quotaBytes, isDisabled }) => [
      shown(name),
      shown(displayName),
      role,
      quotaBytes === 'unlimited' ? 'no quota' : shownBytes(quotaBytes),
      isDisabled ? 'disabled' : '',
    ],
    none: 'No accounts. `syncline user add NAME` adds one.',
  })
  return EXIT.equal
}

export interface UserRemoveOptions extends DaemonOptions {
  readonly removeFiles?: boolean
}

export async function userRemove(name: string, options: UserRemoveOptions, { out }: Streams): Promise<number> {
  await daemonClient(options).accounts.remove(name, options.removeFiles ? 'remove-files' : 'keep-files')
  if (!options.json) out.write(`Removed ${shown(name)}.${options.removeFiles ? '' : ' The files of its home stay.'}\n`)
  return EXIT.equal
}

export async function userPassword(name: string, options: PasswordOptions, { out }: Streams): Promise<number> {
  const password = passwordFrom(options, takePassword(process.env))
  await daemonClient(options).accounts.change(name, { password })
  if (!options.json) out.write(`The password of ${shown(name)} is changed, and its sessions are closed.\n`)
  return EXIT.equal
}

export async function userSwitch(
  to: 'enable' | 'disable',
  name: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  await daemonClient(options).accounts.change(name, { isDisabled: to === 'disable' })
  if (!options.json) out.write(`${shown(name)} is ${to}d.\n`)
  return EXIT.equal
}

export async function appPasswordAdd(
  name: string,
  label: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const { appPassword, password } = await daemonClient(options).accounts.addAppPassword(name, label)
  if (options.json) printObject(out, 'app-password', { ...appPassword, password })
  else out.write(`${password}\nThis is told once: type it into the app now.\n`)
  return EXIT.equal
}

export async function appPasswordList(name: string, options: DaemonOptions, { out }: Streams): Promise<number> {
  printList(out, options.json, {
    items: await daemonClient(options).accounts.appPasswords(name),
    type: 'app-password',
    words: ({ id, label, createdAt, usedAt }) => [
      shown(id),
      shown(label),
      `made ${shownTime(createdAt)}`,
      usedAt === undefined ? 'never used' : `last used ${shownTime(usedAt)}`,
    ],
    none: 'No app passwords.',
  })
  return EXIT.equal
}

export async function appPasswordRemove(
  name: string,
  id: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  await daemonClient(options).accounts.removeAppPassword(name, id)
  if (!options.json) out.write('Revoked: the app is asked for a password at its next request.\n')
  return EXIT.equal
}
