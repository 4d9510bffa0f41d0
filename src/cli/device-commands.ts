// The commands about the other devices of the mesh, and what is shared with them.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { quota } from './argument-values.ts'
import type { DaemonOptions } from './ask-daemon.ts'
import type { HomeOption } from './daemon-options.ts'
import type { DeviceAddOptions, DeviceChangeOptions } from './device.ts'
import type { AcceptOptions } from './pending.ts'
import { daemonCommand, HOME_WORDS, JSON_WORDS, type Registration } from './registration.ts'

const DEVICE_WORDS = 'its id, the beginning of it, or its name'

export function addDeviceCommands(registration: Registration): void {
  addId(registration)
  addDevice(registration)
  addSharing(registration)
  addPending(registration)
}

function addId({ program, streams, finish }: Registration): void {
  program
    .command('id')
    .description('the id of this device, for those who are to know it')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', JSON_WORDS)
    .option('--qr', 'also as a code for a camera')
    .action(async (options: HomeOption & { readonly json?: boolean; readonly qr?: boolean }) => {
      finish(await (await import('./id.ts')).idCommand(options, streams))
    })
}

function addDevice({ program, streams, finish }: Registration): void {
  const device = program.command('device').description('other devices, Syncline or Syncthing, to share folders with')
  daemonCommand(device, 'add', 'know a device: it is called, and may call')
    .argument('ID', 'as the other device tells it')
    .option('--name <text>', 'what it is called here')
    .addOption(
      new Option('--address <url>', 'tcp://HOST:PORT, or dynamic; may be given more than once').argParser(address),
    )
    .option('--accept-into <dir>', 'take the folders that it offers without asking, each to a directory in this one')
    .option('--introducer', 'also get to know those that it shares folders with, and forget them when it does no more')
    .action(async (id: string, options: DeviceAddOptions) => {
      finish(await (await import('./device.ts')).deviceAdd(id, options, streams))
    })
  daemonCommand(device, 'list', 'list them').action(async (options: DaemonOptions) => {
    finish(await (await import('./device.ts')).deviceList(options, streams))
  })
  daemonCommand(device, 'self', 'tell where this one can be called').action(async (options: DaemonOptions) => {
    finish(await (await import('./device.ts')).deviceSelf(options, streams))
  })
  daemonCommand(device, 'nearby', 'list those on the local network that are not known').action(
    async (options: DaemonOptions) => {
      finish(await (await import('./device.ts')).deviceNearby(options, streams))
    },
  )
  daemonCommand(device, 'change', 'change what is set for a device')
    .argument('DEVICE', DEVICE_WORDS)
    .option('--name <text>', 'what it is called here')
    .addOption(
      new Option('--address <url>', 'tcp://HOST:PORT, or dynamic; may be given more than once').argParser(address),
    )
    .addOption(
      new Option('--introducer <whether>', 'whether it makes others known here, and forgotten again').choices([
        ...['no', 'adds', 'adds-and-removes'],
      ]),
    )
    .option(
      '--accept-into <dir>',
      'where the folders that it offers come to without asking; nowhere: they wait for a yes',
    )
    .addOption(new Option('--upload <rate>', 'as 2MB, for each second, or unlimited').argParser(rate))
    .addOption(new Option('--download <rate>', 'as 2MB, for each second, or unlimited').argParser(rate))
    .action(async (name: string, options: DeviceChangeOptions) => {
      finish(await (await import('./device.ts')).deviceChange(name, options, streams))
    })
  const acts = [
    ['remove', 'know it no more; files stay where they are'],
    ['pause', 'do not connect to it'],
    ['resume', 'connect to it again'],
  ] as const
  for (const [act, words] of acts)
    daemonCommand(device, act, words)
      .argument('DEVICE', DEVICE_WORDS)
      .action(async (name: string, options: DaemonOptions) => {
        finish(await (await import('./device.ts')).deviceAct(act, name, options, streams))
      })
}

function addSharing({ program, streams, finish }: Registration): void {
  const acts = [
    ['share', 'share a folder with a device'],
    ['unshare', 'share it no more; files stay where they are'],
  ] as const
  for (const [act, words] of acts)
    daemonCommand(program, act, words)
      .argument('FOLDER')
      .argument('DEVICE', DEVICE_WORDS)
      .action(async (folder: string, device: string, options: DaemonOptions) => {
        finish(await (await import('./device.ts')).shareAct(act, folder, device, options, streams))
      })
}

/** `pending` is the short form of `pending list`. */
function addPending({ program, streams, finish }: Registration): void {
  const pending = program.command('pending').description('devices that called, and folders that were offered')
  daemonCommand(pending, 'list', 'list them', { isDefault: true }).action(async (options: DaemonOptions) => {
    finish(await (await import('./pending.ts')).pendingList(options, streams))
  })
  named(daemonCommand(pending, 'accept', 'know the device, or take the folder'))
    .option('--name <text>', 'what the device is called here')
    .option('--path <dir>', 'where the folder is to be')
    .option('--as <folder>', 'the folder here that it is, where there is one already')
    .action(async (device: string, folder: string | undefined, options: AcceptOptions) => {
      finish(await (await import('./pending.ts')).pendingAccept({ device, folder }, options, streams))
    })
  named(daemonCommand(pending, 'ignore', 'not to be told of it again')).action(
    async (device: string, folder: string | undefined, options: DaemonOptions) => {
      finish(await (await import('./pending.ts')).pendingIgnore({ device, folder }, options, streams))
    },
  )
}

function named(command: Command): Command {
  return command.argument('DEVICE', DEVICE_WORDS).argument('[FOLDER]', 'as the list tells it; without it, the device')
}

/** Bytes a second. */
function rate(value: string): number | 'unlimited' {
  return quota(value.replace(/\/s$/, ''))
}

function address(value: string, before: readonly string[] = []): readonly string[] {
  if (value !== 'dynamic' && !/^(tcp[46]?|relay):\/\//i.test(value))
    throw new InvalidArgumentError('It is tcp://HOST:PORT, relay://…, or dynamic.')
  return [...before, value]
}
