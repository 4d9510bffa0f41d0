// Apache with mod_dav on a directory (Debian: apache2).
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACCOUNT, giveToServer } from './account.ts'
import { firstMissing, freePort, type NotInstalled, type Program, type RunningServer, startProgram } from './program.ts'

const MODULES = '/usr/lib/apache2/modules'
/** What must be installed. */
export const APACHE = ['/usr/sbin/apache2', `${MODULES}/mod_dav_fs.so`]

/** Serves `<dir>/files`. `dir` is empty and writable. */
export async function startApache(dir: string): Promise<RunningServer | NotInstalled> {
  const missing = await firstMissing(APACHE)
  if (missing !== undefined) return missing
  const { url, root, program } = await apacheIn(dir)
  return { url, root, stop: await startProgram(program) }
}

/** What is started, again and again if need be, to serve `<dir>/files`. */
export async function apacheIn(dir: string): Promise<Omit<RunningServer, 'stop'> & { readonly program: Program }> {
  const root = join(dir, 'files')
  const state = join(dir, 'state')
  for (const directory of [root, state]) await mkdir(directory)
  const owner = await giveToServer(dir, root, state)
  const port = await freePort()
  const config = join(dir, 'apache.conf')
  await writeFile(config, configOf({ root, state, port, account: owner === 'given' ? ACCOUNT : undefined }))
  const program = { command: '/usr/sbin/apache2', args: ['-f', config, '-D', 'FOREGROUND'], port }
  return { url: new URL(`http://127.0.0.1:${port}/dav/`), root, program }
}

interface Setting {
  readonly root: string
  readonly state: string
  readonly port: number
  readonly account: string | undefined
}

function configOf({ root, state, port, account }: Setting): string {
  const modules = ['mpm_event', 'authz_core', 'alias', 'dav', 'dav_fs', 'dav_lock']
  return [
    ...modules.map(name => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    ...(account === undefined ? [] : [`User ${account}`, `Group ${account}`]),
    `ServerName 127.0.0.1\nListen 127.0.0.1:${port}`,
    `ServerRoot ${state}\nDefaultRuntimeDir ${state}\nPidFile ${state}/pid\nErrorLog ${state}/error.log`,
    `DavLockDB ${state}/locks\nDocumentRoot ${root}\nAlias /dav ${root}`,
    'AllowEncodedSlashes On\nStartServers 1\nMinSpareThreads 5\nThreadsPerChild 25\nMaxRequestWorkers 50',
    `<Directory ${root}>\n  Dav On\n  Require all granted\n</Directory>`,
    '',
  ].join('\n')
}
