// sabre/dav 1.8 under PHP's own web server on a directory (Debian: php-cli, php-sabre-dav, php-xml, php-mbstring).
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstMissing, freePort, type NotInstalled, type RunningServer, startProgram } from './program.ts'

const LIBRARY = '/usr/share/php/Sabre/autoload.php'
/** What must be installed. */
export const SABRE = ['/usr/bin/php', LIBRARY]

/** Serves `<dir>/files`. `dir` is empty and writable. */
export async function startSabre(dir: string): Promise<RunningServer | NotInstalled> {
  const missing = await firstMissing(SABRE)
  if (missing !== undefined) return missing
  const root = join(dir, 'files')
  const state = join(dir, 'state')
  for (const directory of [root, state]) await mkdir(directory)
  const script = join(dir, 'server.php')
  await writeFile(script, scriptOf(root, state))
  const port = await freePort()
  const args = ['-d', 'display_errors=0', '-d', 'error_reporting=0', '-S', `127.0.0.1:${port}`, script]
  const stop = await startProgram({ command: '/usr/bin/php', args, env: { PHP_CLI_SERVER_WORKERS: '4' }, port })
  return { url: new URL(`http://127.0.0.1:${port}/`), root, stop }
}

function scriptOf(root: string, state: string): string {
  return `<?php
require_once 'Sabre/autoload.php';
date_default_timezone_set('UTC');
$server = new Sabre\\DAV\\Server(new Sabre\\DAV\\FS\\Directory('${root}'));
$server->setBaseUri('/');
$server->addPlugin(new Sabre\\DAV\\Locks\\Plugin(new Sabre\\DAV\\Locks\\Backend\\File('${state}/locks')));
$server->exec();
`
}
