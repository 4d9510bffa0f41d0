// A daemon with one folder that is kept equal with a directory: what most tests of files begin with.
import { mkdirSync } from 'node:fs'
import { openStage, type RunningDaemon, type Stage, settled } from './daemon-process.ts'

/** On a busy machine a daemon takes its time. */
export const PATIENCE_MS = 100_000
export const NO_SIGNAL = new AbortController().signal

export interface OneFolder {
  readonly stage: Stage
  readonly daemon: RunningDaemon
  /** Where the folder is. */
  readonly root: string
  /** The directory that it is kept equal with. */
  readonly remote: string
}

/** Both sides are empty, and at rest. */
export async function openOneFolder(id: string): Promise<OneFolder> {
  const stage = openStage()
  const [root, remote] = [stage.at(id), stage.at('remote')]
  mkdirSync(root)
  mkdirSync(remote)
  const daemon = await stage.start()
  await daemon.client.folders.add({ path: root, id })
  await daemon.client.remotes.add(id, { address: remote }, NO_SIGNAL)
  await settled(daemon.client)
  return { stage, daemon, root, remote }
}
