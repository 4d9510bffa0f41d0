// The commands about who may use this daemon as a server, and what they see.
import { Option } from 'commander'
import { quota } from './argument-values.ts'
import type { DaemonOptions } from './ask-daemon.ts'
import type { GrantAddOptions } from './grant.ts'
import { daemonCommand, PASSWORD_WORDS, type Registration } from './registration.ts'
import type { PasswordOptions, UserAddOptions, UserRemoveOptions } from './user.ts'

export function addAccountCommands(registration: Registration): void {
  addUser(registration)
  addGrant(registration)
}

function addUser({ program, streams, finish }: Registration): void {
  const user = program.command('user').description('who may use this daemon as a server')
  daemonCommand(user, 'add', 'make an account and its home')
    .argument('NAME')
    .option('--password-file <file>', PASSWORD_WORDS)
    .option('--admin', 'may administer the daemon in a browser')
    .option('--display-name <text>', 'what people read')
    .addOption(new Option('--quota <size>', "as '20GB', or unlimited").argParser(quota))
    .action(async (name: string, options: UserAddOptions) => {
      finish(await (await import('./user.ts')).userAdd(name, options, streams))
    })
  daemonCommand(user, 'list', 'list them').action(async (options: DaemonOptions) => {
    finish(await (await import('./user.ts')).userList(options, streams))
  })
  daemonCommand(user, 'remove', 'remove an account with its sessions, app passwords and grants')
    .argument('NAME')
    .option('--remove-files', 'its home too, for good')
    .action(async (name: string, options: UserRemoveOptions) => {
      finish(await (await import('./user.ts')).userRemove(name, options, streams))
    })
  daemonCommand(user, 'password', 'set another password, and close the sessions')
    .argument('NAME')
    .option('--password-file <file>', PASSWORD_WORDS)
    .action(async (name: string, options: PasswordOptions) => {
      finish(await (await import('./user.ts')).userPassword(name, options, streams))
    })
  for (const to of ['disable', 'enable'] as const)
    daemonCommand(user, to, to === 'disable' ? 'let nobody in under this name' : 'let the account in again')
      .argument('NAME')
      .action(async (name: string, options: DaemonOptions) => {
        finish(await (await import('./user.ts')).userSwitch(to, name, options, streams))
      })
  addAppPassword({ program: user, streams, finish })
}

function addAppPassword({ program, streams, finish }: Registration): void {
  const appPassword = program.command('app-password').description('passwords for single apps')
  daemonCommand(appPassword, 'add', 'make one, and tell it this once')
    .argument('NAME')
    .argument('LABEL', 'which app it is for')
    .action(async (name: string, label: string, options: DaemonOptions) => {
      finish(await (await import('./user.ts')).appPasswordAdd(name, label, options, streams))
    })
  daemonCommand(appPassword, 'list', 'list them, without the passwords')
    .argument('NAME')
    .action(async (name: string, options: DaemonOptions) => {
      finish(await (await import('./user.ts')).appPasswordList(name, options, streams))
    })
  daemonCommand(appPassword, 'remove', 'revoke one')
    .argument('NAME')
    .argument('ID', 'as the list tells it')
    .action(async (name: string, id: string, options: DaemonOptions) => {
      finish(await (await import('./user.ts')).appPasswordRemove(name, id, options, streams))
    })
}

/** `grant FOLDER USER` is the short form of `grant add FOLDER USER`. */
function addGrant({ program, streams, finish }: Registration): void {
  const grant = program.command('grant').description('folders of this daemon in the trees of accounts')
  daemonCommand(grant, 'add', 'put a folder into the tree of an account', { isDefault: true })
    .argument('FOLDER')
    .argument('USER')
    .option('--read-only', 'may not change it')
    .option('--as <name>', 'the directory that it shows as; without it, the label of the folder')
    .action(async (folder: string, account: string, options: GrantAddOptions) => {
      finish(await (await import('./grant.ts')).grantAdd(folder, account, options, streams))
    })
  daemonCommand(grant, 'list', 'list them').action(async (options: DaemonOptions) => {
    finish(await (await import('./grant.ts')).grantList(options, streams))
  })
  daemonCommand(grant, 'remove', 'take a folder out of the tree of an account')
    .argument('FOLDER')
    .argument('USER')
    .action(async (folder: string, account: string, options: DaemonOptions) => {
      finish(await (await import('./grant.ts')).grantRemove(folder, account, options, streams))
    })
}
