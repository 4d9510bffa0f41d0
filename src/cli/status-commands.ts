// The commands that tell how the daemon is doing, and that say yes to it.
import { Argument, Option } from 'commander'
import type { ApproveOptions } from './approve.ts'
import { eventId } from './argument-values.ts'
import type { Shell } from './completion.ts'
import type { EventsOptions } from './events.ts'
import { daemonCommand, type Registration } from './registration.ts'
import type { StatusOptions } from './status.ts'

export function addStatusCommands(registration: Registration): void {
  addStatus(registration)
  addApprove(registration)
  addEvents(registration)
  addCompletion(registration)
}

function addStatus({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'status', 'tell how everything is going')
    .option('-w, --watch', 'stay, and tell again when something changes')
    .action(async (options: StatusOptions) => {
      finish(await (await import('./status.ts')).statusCommand(options, streams))
    })
}

function addApprove({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'approve', 'let a plan through that a brake has stopped; without FOLDER, list what waits')
    .argument('[FOLDER]', 'its id, or its directory')
    .argument('[REMOTE]', 'its id or address; without it, all of the folder')
    .option('--restore', 'do not: bring back what is missing, from the other side')
    .action(async (folder: string | undefined, remote: string | undefined, options: ApproveOptions) => {
      finish(await (await import('./approve.ts')).approveCommand(folder, remote, options, streams))
    })
}

function addEvents({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'events', 'tell what happened')
    .addOption(new Option('--since <id>', 'only what came after this event').argParser(eventId))
    .option('-f, --follow', 'stay, and tell what happens')
    .action(async (options: EventsOptions) => {
      finish(await (await import('./events.ts')).eventsCommand(options, streams))
    })
}

function addCompletion({ program, streams, finish }: Registration): void {
  program
    .command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('SHELL').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('./completion.ts')
      finish(completionCommand(shell, program, streams))
    })
}
